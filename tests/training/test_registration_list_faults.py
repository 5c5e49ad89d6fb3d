"""What is wrong in a list of registrations is told by line and column, never by value, and nobody is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.training.documents import registration_list
from services.training.documents.registration_list import Faulty, read, report
from services.training.documents.registration_list.table import LARGEST, MOST_LINES, Fault
from services.training.translations import translations
from shared.i18n.text import Language
from tests.training.registration_lists import ATTACKS, GOOD, HEADER, REGISTER, changed, faults, file, many

WORDS = translations().registration_list


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
        read(file(header=GOOD).encode(), REGISTER)
    assert "Zo" not in repr(refused.value.faults)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n;;;\r\n", file().encode()])
def test_a_list_with_nobody_in_it_says_so(data: bytes) -> None:
    assert faults(data) == [(1, None, "empty")]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (file(GOOD).encode() + b"\x81", 3),
        (file(GOOD).encode() + b"\xe9", 3),
        (file(GOOD).encode("cp1252") + b"\x81", 3),
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


def test_each_fault_is_told_with_its_line_and_column_in_three_languages() -> None:
    told = report([Fault(line=3, column="email", code="email"), Fault(line=1, column="#5", code="unknown-column")])
    assert told[0] == {
        "line": "3",
        "column": "email",
        "code": "email",
        "nl": "Lijn 3, kolom ‘e-mailadres’: Dit is geen e-mailadres.",
        "fr": "Ligne 3, colonne « adresse e-mail » : Ceci n'est pas une adresse e-mail.",
        "en": "Line 3, column ‘e-mail address’: This is not an e-mail address.",
    }
    assert told[1]["en"] == "Line 1, column ‘5’: This column is not known."
    assert report([Fault(line=2, column=None, code="quotes")])[0]["nl"] == "Lijn 2: De aanhalingstekens kloppen niet."


def test_the_ten_thousand_and_first_is_refused() -> None:
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
        rows = read(data, REGISTER)
    except Faulty as refused:
        assert len(refused.faults) > 0  # noqa: PT017
        last = 1 + len(re.findall(rb"\r\n|\r|\n", data)) + data.count(b"\x0d") + data.count(b"\x0a")
        for fault in refused.faults:
            assert 1 <= fault.line <= last
            assert fault.code in WORDS.faults
            assert fault.column is None or fault.column in WORDS.columns or re.fullmatch(r"#\d+", fault.column)
    else:
        held = [line for line in re.split(rb"[\r\n]+", data) if line.strip(b"; \t,")]
        assert len(rows) == len(held) - 1
        assert len({row.email for row in rows}) == len(rows)


def test_every_fault_that_can_be_found_has_a_sentence_and_no_sentence_is_left_over() -> None:
    folder = Path(registration_list.__path__[0])
    source = "".join((folder / name).read_text("utf-8") for name in ("__init__.py", "table.py"))
    assert [code for code in WORDS.faults if not code.startswith("unknown-") and f'"{code}"' not in source] == []
    assert set(WORDS.languages) == set(get_args(Language))
    assert all(text.nl and text.fr and text.en for text in WORDS.faults.values())
