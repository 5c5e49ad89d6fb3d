"""What whoever sent a list is told of its faults: each with its line and column, in three languages."""

from __future__ import annotations

from collections.abc import Iterable

from services.training.registrations_csv.table import Fault
from services.training.registrations_csv.words import words
from shared.i18n.text import Language


def report(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """Per fault its line, its column where it has one, its code, and a sentence in NL, FR and EN."""
    return [_told(fault) for fault in faults]


def _told(fault: Fault) -> dict[str, str]:
    column = {"column": fault.column} if fault.column else {}
    place = {"line": str(fault.line), **column, "code": fault.code}
    return place | {language: _sentence(fault, language) for language in ("nl", "fr", "en")}


def _sentence(fault: Fault, language: Language) -> str:
    said = words().faults[fault.code].in_(language)
    if fault.column is None:
        return words().line.in_(language).format(line=fault.line, fault=said)
    known = words().columns.get(fault.column)
    column = known.label.in_(language) if known else fault.column.removeprefix("#")
    return words().cell.in_(language).format(line=fault.line, column=column, fault=said)
