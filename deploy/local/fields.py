"""Reading the fields of a figures file, each wrong one refused with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST = 100_000
CITY_LETTERS = (2, 60)
NAME_LETTERS = (2, 120)


def part(figures: object, name: str) -> Mapping[str, Any]:
    """A part of the file, with fields of its own; ValueError with a sentence."""
    found = figures.get(name) if isinstance(figures, Mapping) else None
    if not isinstance(found, Mapping):
        raise ValueError(f"The file has no part {name!r}.")  # noqa: TRY004 - a wrong file, not a wrong call
    return found


def counts(figures: object, name: str, *fields: str, others: tuple[str, ...] = ()) -> tuple[int, ...]:
    """These counts of a part that has no other field but `others`."""
    found = part(figures, name)
    for field in found:
        if field not in (*fields, *others):
            raise ValueError(f"{name}.{field} is not a figure that the demo knows how to live up to.")
    return tuple(count(found, field, name) for field in fields)


def count(found: Mapping[str, Any], name: str, of: str) -> int:
    """A whole number that is not negative, and small enough to be lived through."""
    number = value(found, name, of)
    if isinstance(number, bool) or not isinstance(number, int):
        raise ValueError(f"{of}.{name} is {number!r}; it must be a whole number.")  # noqa: TRY004
    if number < 0:
        raise ValueError(f"{of}.{name} is {number}; it cannot be negative.")
    if number > MOST:
        raise ValueError(f"{of}.{name} is {number}; the demo lives through {MOST} at most.")
    return number


def value(found: Mapping[str, Any], name: str, of: str) -> Any:
    """What the field says."""
    if name not in found:
        raise ValueError(f"{of}.{name} is missing.")
    return found[name]


def text(found: Mapping[str, Any], name: str, of: str) -> str:
    """A text with something in it."""
    words = value(found, name, of)
    if not isinstance(words, str) or not words.strip():
        raise ValueError(f"{of}.{name} must be a text.")
    return words.strip()


def listed(found: Mapping[str, Any], name: str, of: str) -> list[Any]:
    """A list of anything."""
    items = value(found, name, of)
    if not isinstance(items, list):
        raise ValueError(f"{of}.{name} must be a list.")  # noqa: TRY004
    return items


def city(name: object) -> str:
    """The name of a municipality."""
    shortest, longest = CITY_LETTERS
    if not isinstance(name, str) or not shortest <= len(name.strip()) <= longest or "\0" in name:
        raise ValueError(f"{name!r} is not the name of a municipality.")
    return name.strip()


def organisation(name: object) -> str:
    """The name of an organisation."""
    shortest, longest = NAME_LETTERS
    if not isinstance(name, str) or not shortest <= len(name.strip()) <= longest or "\0" in name:
        raise ValueError(f"{name!r} is not the name of a partner.")
    return name.strip()
