"""How people write the columns and codes of such a list, and what is said to them when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, get_args

from services.training.documents.registration_list.table import Fault
from services.training.translations import translations
from shared.i18n.code_lists import terms
from shared.i18n.text import Language, Text


def column_named(text: str) -> str | None:
    """The column that is written so, if any."""
    return _columns().get(plain(text))


def code_of(column: Literal["sector", "function", "language"], text: str) -> str | None:
    """The code that is written so in that column, if any."""
    return _codes()[column].get(plain(text))


def by_way(written: Iterable[tuple[str, str]]) -> Mapping[str, str | None]:
    """From each way of writing to what it means; None where it means two things."""
    meant: dict[str, str | None] = {}
    for way, meaning in written:
        meant[plain(way)] = meaning if meant.get(plain(way), meaning) == meaning else None
    return meant


@lru_cache(maxsize=1)
def _columns() -> Mapping[str, str]:
    columns = translations().registration_list.columns
    return {plain(way): code for code, each in columns.items() for way in (code, each.label.nl, *each.written)}


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, Mapping[str, str]]:
    return {
        "sector": _spelled({**terms().sectors}),
        "function": _spelled(translations().functions),
        "language": _spelled({str(code): text for code, text in translations().registration_list.languages.items()}),
    }


def _spelled(texts: Mapping[str, Text]) -> dict[str, str]:
    return {plain(way): code for code, text in texts.items() for way in (code, text.nl, text.fr, text.en)}


def plain(text: str) -> str:
    """Without what people write one way today and another way tomorrow."""
    return re.sub(r"[\s_-]+", "", text).casefold()


def report(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """Per fault its line, its column where it has one, its code, and a sentence in NL, FR and EN."""
    return [
        {"line": str(fault.line)}
        | ({"column": fault.column} if fault.column else {})
        | {"code": fault.code}
        | ({"sign": fault.sign} if fault.sign else {})
        | {language: _sentence(fault, language) for language in get_args(Language)}
        for fault in faults
    ]


def _sentence(fault: Fault, language: Language) -> str:
    words = translations().registration_list
    what = words.faults[fault.code].in_(language).format(sign=fault.sign)
    if fault.column is None:
        return words.line.in_(language).format(line=fault.line, fault=what)
    known = words.columns.get(fault.column)
    column = known.label.in_(language) if known else fault.column.removeprefix("#")
    return words.cell.in_(language).format(line=fault.line, column=column, fault=what)
