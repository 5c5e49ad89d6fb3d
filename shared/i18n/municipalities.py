"""The municipalities of Belgium by NIS code, with their names in our languages (`municipalities.json`).

The code is the identity; a municipality that merged keeps its entry, with its last day and the code that it became
part of. Sources and licence stand in the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

NAMES = ("nl", "fr", "en")


@dataclass(frozen=True, slots=True)
class Municipality:
    """One NIS code: its names by language, until which day it was a municipality, and what it became part of."""

    nis: str
    names: Mapping[str, str]
    until: date | None = None
    into: str | None = None


def nis_code(name: str, on: date) -> str | None:
    """The code that stands on that day for the municipality of that name, in whichever language; None of no such name.

    Of one that merged by then, it is the code of what it became part of.
    """
    known, found = by_code(), _by_name().get(name)
    while found and found.into and found.until and found.until < on:
        found = known[found.into]
    return found.nis if found else None


def is_municipality(name: str) -> bool:
    """Whether a municipality bears that name, or did until it merged."""
    return name in _by_name()


def names_of(name: str) -> Mapping[str, str]:
    """The names by language of the municipality of that name; none of one that is not known."""
    found = _by_name().get(name)
    return found.names if found else {}


@lru_cache(maxsize=1)
def by_code() -> Mapping[str, Municipality]:
    """Every one, also those that merged."""
    told = json.loads(Path(__file__).with_suffix(".json").read_bytes())["municipalities"]
    return {nis: _read(nis, each) for nis, each in told.items()}


def _read(nis: str, told: Mapping[str, str]) -> Municipality:
    until = date.fromisoformat(told["until"]) if "until" in told else None
    return Municipality(nis, {language: told[language] for language in NAMES}, until, told.get("into"))


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Municipality]:
    """One that merged comes first where the merged one bears its name: from there the way leads on."""
    merged_last = sorted(by_code().values(), key=lambda each: each.until is not None)
    return {name: each for each in merged_last for name in each.names.values()}
