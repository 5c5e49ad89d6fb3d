"""Tables for a spreadsheet: whatever somebody typed in a cell, the spreadsheet shows it and never runs it."""

from __future__ import annotations

import csv as cells
import re
from collections.abc import Iterable, Sequence
from io import StringIO

from shared.i18n.printable import JOINERS, joins

Cell = str | int | float | None
_FORMULA = re.compile(r"(^|,)(?=[\s'\"]*[=+\-@＝＋－＠])")
_MADE_HARMLESS = re.compile(r"(^|,)'(?=[\s'\"]*[=+\-@＝＋－＠])")


def csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A UTF-8 file with a byte order mark, `;` and CRLF: a Belgian spreadsheet opens it without a question.

    Where a text could be taken for a formula it gets an apostrophe (OWASP, "CSV Injection"), also after a comma,
    because elsewhere a comma starts a cell. A sign that cannot be printed becomes a space. `typed` undoes it.
    """
    file = StringIO(newline="")
    writer = cells.writer(file, delimiter=";", quoting=cells.QUOTE_NONNUMERIC)
    writer.writerows([_harmless(cell) for cell in row] for row in (columns, *rows))
    return file.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return _FORMULA.sub(r"\1'", "".join(map(_shown, cell, f" {cell}", f"{cell[1:]} ")))
    return "" if cell is None else cell


def _shown(sign: str, before: str, after: str) -> str:
    """A sign as it stands; between two letters also one that joins them, or keeps them apart."""
    return sign if sign.isprintable() or (sign in JOINERS and joins(before, after)) else " "


def typed(cell: str) -> str:
    """What was typed, from a cell of such a file: the exact inverse for every printable text, `5,-` among them."""
    return _MADE_HARMLESS.sub(r"\1", cell)
