"""What a page of a list begins after: the day and the id of the last row that was shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias

DayKey: TypeAlias = tuple[date, str]

BEFORE_ALL: DayKey = (date.min, "")
_LAST = date.max.toordinal()


def day_of(ordinal: int) -> date:
    """The day of an ordinal, as a cursor holds it; what is no day is the nearest one."""
    return date.fromordinal(min(max(ordinal, 1), _LAST))


def after_day(key: Sequence[Any] | None) -> DayKey:
    """From the ordinal of a day and an id."""
    return (day_of(key[0]), key[1]) if key else BEFORE_ALL
