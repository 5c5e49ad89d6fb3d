"""A list of professionals that an organisation registers at once: read whole, or refused whole with every fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.training.documents.registration_list.table import LARGEST, Encoding, Fault, Faulty, lines, readings
from services.training.documents.registration_list.words import (
    by_way,
    code_of,
    column_named,
    plain,
    report,
)
from services.training.documents.spreadsheet import typed
from services.training.newcomers import Newcomer
from shared.i18n.printable import JOINERS, WITHOUT_JOINERS, described, unprintable

__all__ = ["LARGEST", "Encoding", "Fault", "Faulty", "Register", "Row", "of_another_name", "read", "report"]
_NEEDED = ("email", "organisation", "sector", "function", "language")
_PRINTED = ("name", "first_name", "last_name")
_LONGEST = {"email": 200}
_LONGEST_TEXT = 99  # two of them and a space are a name
_FORMULA = tuple("=+-@＝＋－＠")
# The HTML standard's "valid e-mail address", with a dot in the domain.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})+")


class Row(Newcomer):
    """One professional, as the line of the file tells."""

    line: int


@dataclass(frozen=True, slots=True)
class Register:
    """The organisations, each by every way of writing it; who sends a list for his `own` writes in nobody else's."""

    written: Mapping[str, str | None]
    own: str | None = None

    @classmethod
    def of(cls, written: Iterable[tuple[str, str]], own: str | None = None) -> Register:
        """From (id or name, id); a name that two of them bear means neither."""
        return cls(by_way(written), own)

    def find(self, cell: str) -> str | None:
        """The id of the organisation that is written so."""
        return self.written.get(plain(cell))


def read(data: bytes, register: Register, encoding: Encoding | None = None) -> list[Row]:
    """The people in a CSV file (`;`, `,` or tab, a line `sep=` first or not; names of columns in NL, FR or EN).

    UTF-8 and UTF-16 are known by themselves. Of Windows-1252, Windows-1250 and ISO-8859-15 the file is read as the one
    in which its signs and words are what people write; when that is more than one, it is refused until `encoding` says.
    A name is one column, or first and last name are two. An organisation is an id or a name it bears or bore, and may
    be left out where there is an own one; sectors, functions and languages are codes or words.
    Raises Faulty with every fault when anything is wrong.
    """
    texts, wrong = readings(data, encoding), list[Faulty]()
    found: list[list[Row]] = []
    for text in texts:
        try:
            found.append(_read(text, register))
        except Faulty as faulty:
            wrong.append(faulty)
    if not found:
        raise min(wrong, key=lambda each: len(each.faults))
    if len(found) > 1:
        raise Faulty(_unclear(found[0], found[1]))
    return found[0]


def of_another_name(lines: Iterable[int]) -> list[Fault]:
    """The lines whose address stands under another name already."""
    return [Fault(line=line, column="email", code="email-of-another-name") for line in lines]


def _unclear(one: Sequence[Row], other: Sequence[Row]) -> list[Fault]:
    """The lines on which it matters in which encoding the file was written."""
    pairs = zip(one, other, strict=True)
    return [Fault(line=row.line, column=None, code="encoding-unclear") for row, as_well in pairs if row != as_well]


def _read(text: str, register: Register) -> list[Row]:
    table = lines(text)
    at, header = next(table, (1, []))
    columns = _columns(at, header, own=register.own is not None)
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for line, found in table:
        cells = [_tidy(typed(cell)) for cell in found]
        wrong = _faults(line, columns, cells, register, seen)
        faults += wrong
        if not wrong:
            rows.append(_row(line, dict(zip(columns, cells, strict=False)), register))
    if faults or not rows:
        raise Faulty(faults or [Fault(line=at, column=None, code="empty")])
    return rows


def _columns(line: int, header: Sequence[str], *, own: bool) -> list[str]:
    if not header:
        raise Faulty([Fault(line=line, column=None, code="empty")])
    last = max(place for place, cell in enumerate(header, 1) if cell.strip())
    names = [column_named(cell) or f"#{place}" for place, cell in enumerate(header[:last], 1)]
    who = ("name",) if "name" in names else ("first_name", "last_name")
    needed = [name for name in (*who, *_NEEDED) if not (own and name == "organisation")]
    unwanted = {"first_name", "last_name"} if "name" in names else set()
    wrong = [
        *((name, "unknown-column") for name in names if name.startswith("#")),
        *((name, "column-twice") for place, name in enumerate(names) if name in names[:place] or name in unwanted),
        *((name, "missing-column") for name in needed if name not in names),
    ]
    if wrong:
        raise Faulty([Fault(line=line, column=name, code=code) for name, code in wrong])
    return names


def _tidy(cell: str) -> str:
    parts = cell.replace("\u00a0", " ").replace("\u202f", " ").split(" ")
    return " ".join(part for each in parts if (part := each.strip(JOINERS)))


def _faults(line: int, columns: Sequence[str], cells: Sequence[str], register: Register, seen: set[str]) -> list[Fault]:
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        return [Fault(line=line, column=None, code="number-of-cells")]
    found = [
        (column, _unsafe(column, cell) or _unknown(column, cell, register, seen))
        for column, cell in zip(columns, cells, strict=False)
    ]
    faults = [Fault(line=line, column=column, code=code) for column, code in found if code]
    named = zip(columns, cells, strict=False)
    signs = [(column, unprintable(cell)) for column, cell in named if column in _PRINTED and not faults]
    return faults or [
        Fault(line=line, column=column, code="sign", sign=described(sign)) for column, sign in signs if sign
    ]


def _unsafe(column: str, cell: str) -> str | None:
    if not cell:
        return "missing"
    if not cell.translate(WITHOUT_JOINERS).isprintable():
        return "unprintable"
    if cell.lstrip("'\" ").startswith(_FORMULA):
        return "formula"
    return "too-long" if len(cell) > _LONGEST.get(column, _LONGEST_TEXT) else None


def _unknown(column: str, cell: str, register: Register, seen: set[str]) -> str | None:
    match column:
        case "email":
            return _email_fault(cell.lower(), seen)
        case "organisation":
            return _organisation_fault(register.find(cell), register.own)
        case "sector" | "function" | "language":
            return None if code_of(column, cell) else f"unknown-{column}"
        case _:
            return None


def _organisation_fault(found: str | None, own: str | None) -> str | None:
    if found is None:
        return "unknown-organisation"
    return None if own in {None, found} else "other-organisation"


def _email_fault(email: str, seen: set[str]) -> str | None:
    if not _EMAIL.fullmatch(email):
        return "email"
    if email in seen:
        return "email-twice"
    seen.add(email)
    return None


def _row(line: int, cell: Mapping[str, str], register: Register) -> Row:
    return Row.model_validate(
        {
            "line": line,
            "name": cell.get("name") or f"{cell['first_name']} {cell['last_name']}",
            "email": cell["email"].lower(),
            "organisation_id": register.find(cell["organisation"]) if "organisation" in cell else register.own,
            "sector": code_of("sector", cell["sector"]),
            "function": code_of("function", cell["function"]),
            "language": code_of("language", cell["language"]),
        }
    )
