"""A list is read as it was written, or who sent it is asked how it was: a name is never read as another one."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.training.documents.registration_list import Encoding, Faulty, read, report
from services.training.documents.registration_list.table import Fault
from shared.http.auth import Role
from tests.training.conftest import Desk
from tests.training.registration_lists import GOOD, REGISTER, changed, faults, file

WESTERN = ("Zoë", "Noël", "Aurélie", "François", "Jürgen", "Björn")  # written the same in all three
CENTRAL = ("Łukasz", "Żaneta", "Małgorzata", "Paweł")
ASKED = (("Hélène", "windows-1252"), ("Núñez", "windows-1252"), ("Ľubica", "windows-1250"), ("Œdipe", "iso-8859-15"))


def named(first: str) -> str:
    return file(changed("first_name", first))


def first_of(data: bytes, encoding: Encoding | None = None) -> str:
    [row] = read(data, REGISTER, encoding)
    return row.name.removesuffix(f" {GOOD[1]}")


@pytest.mark.parametrize("encoding", ["windows-1250", "windows-1252", "iso-8859-15"])
@pytest.mark.parametrize("name", WESTERN)
def test_what_three_encodings_write_alike_needs_no_question(name: str, encoding: str) -> None:
    assert first_of(named(name).encode(encoding)) == name


@pytest.mark.parametrize("name", CENTRAL)
def test_a_name_of_central_europe_is_told_by_signs_that_no_other_name_has(name: str) -> None:
    assert first_of(named(name).encode("windows-1250")) == name


@pytest.mark.parametrize(("name", "encoding"), ASKED)
def test_a_name_that_could_be_two_is_asked_for_by_its_line(name: str, encoding: Encoding) -> None:
    data = named(name).encode(encoding)
    assert faults(data) == [(2, None, "encoding-unclear")]
    assert first_of(data, encoding) == name


def test_one_word_that_is_known_tells_how_the_others_are_written() -> None:
    register = [("caw-nwv", "caw-nwv"), ("Première ligne", "caw-nwv")]
    known = type(REGISTER).of(register)
    data = file(("Hélène", "Peeters", "h@caw.example", "Première ligne", *GOOD[4:])).encode("windows-1252")
    [row] = read(data, known)
    assert row.name == "Hélène Peeters"


def faults_or_name(data: bytes) -> str:
    """What is read, or the only code of every fault."""
    try:
        return first_of(data)
    except Faulty as refused:
        (code,) = {each.code for each in refused.faults}
        return code


# Two signs that make one of UTF-8 stand beside each other in no name: that is how UTF-8 is told.
@given(st.lists(st.sampled_from("éèêëçàâîïôöûüñóáúłżąćęńśźčšřžŠŽŒœ"), min_size=1, max_size=8).map("a".join))
def test_no_name_is_read_as_another(name: str) -> None:
    """Whatever was written in whichever encoding: read as it was, or asked."""
    for encoding in get_args(Encoding):
        try:
            data = named(name).encode(encoding)
        except UnicodeEncodeError:
            continue
        assert faults_or_name(data) in {name, "encoding-unclear", "encoding"}
        assert first_of(data, encoding) == name


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("line", ["sep={}\r\n", '"sep={}"\n', "SEP={};;\n"])
def test_a_line_that_names_the_separator_is_no_line_of_the_list(separator: str, line: str) -> None:
    text = line.format(separator) + file(GOOD, separator=separator)
    [row] = read(text.encode("utf-8-sig"), REGISTER)
    assert (row.line, row.name) == (3, "Zoë Van den Bossche")
    wrong = line.format(separator) + file(changed("sector", "tuinbouw"), separator=separator)
    assert faults(wrong) == [(3, "sector", "unknown-sector")]


@pytest.mark.parametrize("name", ["علی‌رضا", "Ali\u200creza", "אברהם", "Nguyễn Thị", "Ștefan", "Ẹ̀bùn", "Αθηνά"])
def test_a_name_that_can_be_printed_is_read_with_what_joins_its_letters(name: str) -> None:
    assert first_of(named(name).encode()) == name


@pytest.mark.parametrize(
    ("name", "sign"),
    [("山田", "山 (U+5C71)"), ("김철수", "김 (U+AE40)"), ("สมชาย", "ส (U+0E2A)"), ("Zoë🙂", "🙂 (U+1F642)")],
)
def test_a_name_that_cannot_be_printed_is_refused_with_the_sign(name: str, sign: str) -> None:
    with pytest.raises(Faulty) as refused:
        read(named(name).encode(), REGISTER)
    assert list(refused.value.faults) == [Fault(line=2, column="first_name", code="sign", sign=sign)]
    (told,) = report(refused.value.faults)
    assert sign in told["nl"]
    assert told["sign"] == sign


async def test_who_is_asked_for_the_encoding_says_it_with_the_list(desk: Desk) -> None:
    await desk.plan()
    line = "Hélène Peeters;h@x.example;Politie;Politieambtenaar;nl\n"
    data = ("naam;e-mail;sector;functie;taal\n" + line).encode("windows-1252")
    path = "/trainings/t-1/registrations/list"
    asked = await desk.ask("POST", path, None, Role.REFERRER, organisation="police-1", file=data)
    assert [each["code"] for each in asked.json()["errors"]] == ["encoding-unclear"]
    done = await desk.ask(
        "POST", f"{path}?encoding=windows-1252", None, Role.REFERRER, organisation="police-1", file=data
    )
    assert done.status_code == 201
    assert [each["name"] for each in await desk.rows("/trainings/t-1/register")] == ["Hélène Peeters"]
