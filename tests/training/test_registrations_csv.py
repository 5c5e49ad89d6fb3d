"""An organisation registers many at once: the whole list is read, or nothing and every fault is named."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.training import registrations_csv
from services.training.events.values import Function
from services.training.registrations_csv import Faulty, Row, read, words
from services.training.registrations_csv.table import LARGEST, MOST_LINES
from shared.terms import Sector
from shared.texts import Language

ORGANISATIONS = {"caw-nwv", "pz-oostende"}
HEADER = ("voornaam", "achternaam", "e-mail", "organisatie", "sector", "functie", "taal")
GOOD = ("Zoë", "Van den Bossche", "zoe@caw.example", "caw-nwv", "welfare", "nurse", "nl")
COLUMNS = ("first_name", "last_name", "email", "organisation", "sector", "function", "language")
ATTACKS = ("=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠A", "'=1", '"=1', " =1", "\u00a0=1")


def file(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER, separator: str = ";", quote: bool = False) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL)
    writer.writerows([header, *rows])
    return text.getvalue()


def faults(data: bytes | str) -> list[tuple[int, str | None, str]]:
    with pytest.raises(Faulty) as refused:
        read(data.encode() if isinstance(data, str) else data, ORGANISATIONS)
    return [(fault.line, fault.column, fault.code) for fault in refused.value.faults]


def changed(column: str, value: str) -> tuple[str, ...]:
    return tuple(value if name == column else cell for name, cell in zip(COLUMNS, GOOD, strict=True))


NAME = st.from_regex(r"[A-ZÀÉŒ][a-zéèœïçŠž;,\"' -]{0,20}[a-z]", fullmatch=True).map(lambda name: " ".join(name.split()))
PEOPLE = st.lists(
    st.tuples(NAME, NAME, st.sampled_from(sorted(ORGANISATIONS)), st.sampled_from(get_args(Sector)),
              st.sampled_from(get_args(Function)), st.sampled_from(get_args(Language))),
    min_size=1, max_size=12,
)  # fmt: skip


@given(
    PEOPLE, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]), st.sampled_from(";,\t"), st.booleans(),
    st.sampled_from(["\r\n", "\n", "\r"]),
)  # fmt: skip
def test_everybody_is_read_in_every_encoding_separator_and_quoting(
    people: list[tuple[str, ...]],
    encoding: str,
    separator: str,
    quote: bool,  # noqa: FBT001
    ending: str,
) -> None:
    rows = [(*who[:2], f"p{n}@caw.example", *who[2:]) for n, who in enumerate(people)]
    text = file(*rows, separator=separator, quote=quote).replace("\r\n", ending)
    told = [
        Row.model_validate(
            {"line": n, "name": f"{first} {last}", "email": email, "organisation": organisation, "sector": sector,
             "function": function, "language": language}
        )
        for n, (first, last, email, organisation, sector, function, language) in enumerate(rows, 2)
    ]  # fmt: skip
    assert read(text.encode(encoding), ORGANISATIONS) == told


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        (HEADER, ("Politie", "Nederlands")),
        (("Prénom", "NOM", "Courriel", "Organisation", "Secteur", "Fonction", "Langue"), ("police", "néerlandais")),
        (
            ("First name", "Last_name", "E-mail address", "organization", "Sector", "Function", "Language"),
            ("POLICE", "dutch"),
        ),
    ],
)  # fmt: skip
def test_columns_sectors_and_languages_are_understood_in_three_languages(
    header: tuple[str, ...], cells: tuple[str, str]
) -> None:
    [row] = read(file((*GOOD[:4], cells[0], "police_officer", cells[1]), header=header).encode(), ORGANISATIONS)
    assert (row.name, row.sector, row.language) == ("Zoë Van den Bossche", "police", "nl")


def test_one_column_for_the_whole_name_is_enough_and_empty_lines_and_columns_do_not_matter() -> None:
    header = ("naam", *HEADER[2:], "", "")
    text = ";;;;;;;\r\n" + file((" Zoë\u00a0  Bossche ", *GOOD[2:], "", ""), header=header) + ";;;;;;;\r\n\r\n"
    [row] = read(text.encode(), ORGANISATIONS)
    assert (row.line, row.name) == (3, "Zoë Bossche")


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("first_name", "", "missing"),
        ("last_name", "x" * 100, "too-long"),
        ("last_name", "Van\nden", "unprintable"),
        ("last_name", "Van\x00", "unprintable"),
        ("last_name", "Van\u202eden", "unprintable"),
        ("email", "zoe", "email"),
        ("email", "zoe@caw", "email"),
        ("email", "zoe@caw.example, jan@caw.example", "email"),
        ("organisation", "onbekend", "unknown-organisation"),
        ("sector", "tuinbouw", "unknown-sector"),
        ("function", "tovenaar", "unknown-function"),
        ("language", "Klingon", "unknown-language"),
        *(("last_name", attack, "formula") for attack in ATTACKS),
    ],
)
def test_a_refusal_names_line_and_column(column: str, value: str, code: str) -> None:
    other = ("Jan", "Peeters", "jan@caw.example", *GOOD[3:])
    assert faults(file(other, changed(column, value))) == [(3, column, code)]


def test_every_fault_of_every_line_is_told_at_once() -> None:
    bad = ("", "Peeters", "jan", "onbekend", *GOOD[4:])
    told = faults(file(GOOD, bad, (*GOOD[:2], "ZOE@caw.example", *GOOD[3:]), GOOD[:3]))
    assert told == [
        (3, "first_name", "missing"),
        (3, "email", "email"),
        (3, "organisation", "unknown-organisation"),
        (4, "email", "email-twice"),
        (5, None, "number-of-cells"),
    ]


def test_a_header_that_is_wrong_is_refused_by_column() -> None:
    told = faults(file(GOOD, header=("naam", "achternaam", "e-mail", "e-mail", "schoenmaat", "functie", "taal")))
    assert told == [
        (1, "#5", "unknown-column"),
        (1, "last_name", "column-twice"),
        (1, "email", "column-twice"),
        (1, "organisation", "missing-column"),
        (1, "sector", "missing-column"),
    ]


def test_a_list_without_header_does_not_give_its_first_person_away() -> None:
    with pytest.raises(Faulty) as refused:
        read(file(header=GOOD).encode(), ORGANISATIONS)
    assert "Zo" not in repr(refused.value.faults)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n;;;\r\n", file().encode()])
def test_a_list_with_nobody_in_it_says_so(data: bytes) -> None:
    assert faults(data) == [(1, None, "empty")]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (file(GOOD).encode() + b"\x81", 3),
        (file(GOOD).encode() + b"\xe9", 3),
        (file(GOOD).encode("utf-8-sig") + b"\r\n\xe9", 4),
        (file(GOOD).encode("utf-16") + b"\x00", 3),
    ],
)
def test_a_sign_that_cannot_be_read_is_refused_by_its_line(data: bytes, line: int) -> None:
    assert faults(data) == [(line, None, "encoding")]


@pytest.mark.parametrize("cell", ['"Van', '"Van" den', '"Van;\r\nden";"x"y'])
def test_a_quote_that_does_not_match_swallows_nobody(cell: str) -> None:
    text = file(GOOD) + f"Jan;{cell};jan@caw.example;caw-nwv;welfare;nurse;nl\r\n" + file(GOOD)
    assert faults(text)[0] == (3, None, "quotes")


def many(number: int) -> str:
    return file(*((*GOOD[:2], f"p{n}@caw.example", *GOOD[3:]) for n in range(number)))


def test_ten_thousand_people_are_read_and_one_more_is_refused() -> None:
    assert len(read(many(MOST_LINES).encode(), ORGANISATIONS)) == MOST_LINES
    assert faults(many(MOST_LINES + 1)) == [(MOST_LINES + 2, None, "too-many-lines")]


def test_one_bad_line_in_ten_thousand_imports_nobody() -> None:
    text = many(MOST_LINES).replace("p7000@caw.example", "p7000")
    assert faults(text) == [(7002, "email", "email")]


def test_a_file_too_large_is_refused_unread() -> None:
    assert faults(b";" * (LARGEST + 1)) == [(1, None, "too-large")]


CELL = st.sampled_from([*GOOD, *ATTACKS, "\x00", '"', "\r\n", "\ufeff", "\u2028", "é", "x" * 200, ""]) | st.text()


@given(
    st.binary()
    | st.lists(st.lists(CELL, max_size=9)).map(
        lambda rows: "\n".join([";".join(HEADER), *(";".join(row) for row in rows)]).encode("utf-8", "replace")
    )
    | st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=4)).map(
        lambda hit: file(GOOD, GOOD).encode()[: hit[0]] + hit[1] + file(GOOD, GOOD).encode()[hit[0] :]
    )
)
@example(b"\x00")
def test_whatever_is_sent_is_read_whole_or_refused_with_places_and_without_the_value(data: bytes) -> None:
    try:
        rows = read(data, ORGANISATIONS)
    except Faulty as refused:
        assert len(refused.faults) > 0  # noqa: PT017
        last = 1 + len(re.findall(rb"\r\n|\r|\n", data)) + data.count(b"\x0d") + data.count(b"\x0a")
        for fault in refused.faults:
            assert 1 <= fault.line <= last
            assert fault.code in words().faults
            assert fault.column is None or fault.column in words().columns or re.fullmatch(r"#\d+", fault.column)
    else:
        held = [line for line in re.split(rb"[\r\n]+", data) if line.strip(b"; \t,")]
        assert len(rows) == len(held) - 1
        assert len({row.email for row in rows}) == len(rows)


def test_a_row_in_a_log_shows_neither_name_nor_address() -> None:
    assert "Zo" not in repr(read(file(GOOD).encode(), ORGANISATIONS)).replace("zoe", "Zo")


def test_every_fault_that_can_be_found_has_a_sentence_and_no_sentence_is_left_over() -> None:
    folder = Path(registrations_csv.__path__[0])
    source = "".join((folder / name).read_text("utf-8") for name in ("__init__.py", "table.py"))
    assert [code for code in words().faults if not code.startswith("unknown-") and f'"{code}"' not in source] == []
    assert set(words().languages) == set(get_args(Language))
    assert all(text.nl and text.fr and text.en for text in words().faults.values())
