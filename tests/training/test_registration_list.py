"""An organisation registers many at once: the whole list is read, however it is written."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.training.documents.registration_list import Register, Row, read
from services.training.documents.registration_list.table import MOST_LINES
from services.training.values import Function
from shared.i18n.code_lists import Sector
from shared.i18n.text import Language
from tests.training.registration_lists import (
    COLUMNS,
    GOOD,
    HEADER,
    ORGANISATIONS,
    REGISTER,
    changed,
    faults,
    file,
    many,
)

NAME = st.from_regex(r"[A-ZÀÉŒ][a-zéèœïçŠž;,\"' -]{0,20}[a-z]", fullmatch=True).map(lambda name: " ".join(name.split()))
PEOPLE = st.lists(
    st.tuples(NAME, NAME, st.sampled_from(ORGANISATIONS), st.sampled_from(get_args(Sector)),
              st.sampled_from(get_args(Function)), st.sampled_from(get_args(Language))),
    min_size=1, max_size=12,
)  # fmt: skip


@given(
    PEOPLE, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"]),
    st.sampled_from(";,\t"), st.booleans(), st.sampled_from(["\r\n", "\n", "\r"]),
)  # fmt: skip
def test_everybody_is_read_in_every_encoding_separator_and_quoting(
    people: list[tuple[str, ...]],
    encoding: str,
    separator: str,
    quote: bool,
    ending: str,
) -> None:
    rows = [(*who[:2], f"p{n}@caw.example", *who[2:]) for n, who in enumerate(people)]
    text = file(*rows, separator=separator, quote=quote).replace("\r\n", ending)
    told = [
        Row.model_validate(
            {"line": n, "name": f"{first} {last}", "email": email, "organisation_id": organisation, "sector": sector,
             "function": function, "language": language}
        )
        for n, (first, last, email, organisation, sector, function, language) in enumerate(rows, 2)
    ]  # fmt: skip
    assert read(text.encode(encoding), REGISTER, "windows-1252" if encoding == "windows-1252" else None) == told


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
    [row] = read(file((*GOOD[:4], cells[0], "police_officer", cells[1]), header=header).encode(), REGISTER)
    assert (row.name, row.sector, row.language) == ("Zoë Van den Bossche", "police", "nl")


def test_one_column_for_the_whole_name_is_enough_and_empty_lines_and_columns_do_not_matter() -> None:
    header = ("naam", *HEADER[2:], "", "")
    text = ";;;;;;;\r\n" + file((" Zoë\u00a0  Bossche ", *GOOD[2:], "", ""), header=header) + ";;;;;;;\r\n\r\n"
    [row] = read(text.encode(), REGISTER)
    assert (row.line, row.name) == (3, "Zoë Bossche")


def test_an_organisation_is_written_by_its_id_or_a_name_that_only_it_bears_or_bore() -> None:
    register = Register.of(
        [
            ("elz-1", "elz-1"),
            ("ELZ Oostende-Bredene", "elz-1"),
            ("ELZ Middenkust", "elz-1"),
            ("Zonder", "a"),
            ("zonder", "b"),
        ]
    )
    for way in ("elz-1", "elz oostende bredene", "ELZ  Middenkust"):
        [row] = read(file(changed("organisation", way)).encode(), register)
        assert row.organisation_id == "elz-1"
    assert faults(file(changed("organisation", "Zonder")), register) == [(2, "organisation", "unknown-organisation")]


def test_who_sends_a_list_for_his_own_organisation_need_not_write_it_and_cannot_write_another() -> None:
    own = Register.of([(each, each) for each in ORGANISATIONS], own="pz-oostende")
    left_out = COLUMNS.index("organisation")
    header, who = (row[:left_out] + row[left_out + 1 :] for row in (HEADER, GOOD))
    [row] = read(file(who, header=header).encode(), own)
    assert row.organisation_id == "pz-oostende"
    assert faults(file(GOOD), own) == [(2, "organisation", "other-organisation")]


def test_functions_are_understood_as_people_call_them() -> None:
    for way in ("Maatschappelijk werker", "assistant social", "Social worker", "social_worker"):
        [row] = read(file(changed("function", way)).encode(), REGISTER)
        assert row.function == "social_worker"


def test_ten_thousand_people_are_read() -> None:
    assert len(read(many(MOST_LINES).encode(), REGISTER)) == MOST_LINES


def test_a_row_in_a_log_shows_neither_name_nor_address() -> None:
    assert "Zo" not in repr(read(file(GOOD).encode(), REGISTER)).replace("zoe", "Zo")
