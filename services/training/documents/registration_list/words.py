"""How people write the columns and codes of such a list, and what is said to them when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from services.training.documents.registration_list.table import Fault
from services.training.translations import translations
from shared.domain.messages import Message
from shared.i18n.code_lists import terms
from shared.i18n.text import Language, Text


class Column(Message):
    """How people are told of a column, and how they write its name besides its code."""

    label: Text
    written: tuple[str, ...]


class Words(Message):
    """Every word of such a list, and a sentence for every fault."""

    columns: dict[str, Column]
    line: Text
    cell: Text
    languages: dict[Language, Text]
    faults: dict[str, Text]


@lru_cache(maxsize=1)
def words() -> Words:
    """The words, read once."""
    return Words.model_validate_json(Path(__file__).with_name("words.json").read_bytes())


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
    return {plain(way): code for code, each in words().columns.items() for way in (code, each.label.nl, *each.written)}


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, Mapping[str, str]]:
    return {
        "sector": _spelled({**terms().sectors}),
        "function": _spelled(translations().functions),
        "language": _spelled({str(code): text for code, text in words().languages.items()}),
    }


def _spelled(texts: Mapping[str, Text]) -> dict[str, str]:
    return {plain(way): code for code, text in texts.items() for way in (code, text.nl, text.fr, text.en)}


def plain(text: str) -> str:
    """Without what people write one way today and another way tomorrow."""
    return re.sub(r"[\s_-]+", "", text).casefold()


def report(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """Per fault its line, its column where it has one, its code, and a sentence in NL, FR and EN."""
    return [_reported(fault) for fault in faults]


def _reported(fault: Fault) -> dict[str, str]:
    column = {"column": fault.column} if fault.column else {}
    place = {"line": str(fault.line), **column, "code": fault.code}
    return place | {language: _sentence(fault, language) for language in get_args(Language)}


def _sentence(fault: Fault, language: Language) -> str:
    said = words().faults[fault.code].in_(language)
    if fault.column is None:
        return words().line.in_(language).format(line=fault.line, fault=said)
    known = words().columns.get(fault.column)
    column = known.label.in_(language) if known else fault.column.removeprefix("#")
    return words().cell.in_(language).format(line=fault.line, column=column, fault=said)
