"""Upcasts values that an earlier release stored without bounds: to the nearest value within them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from shared.domain.bounds import FIRST_DAY, LAST_DAY, Day


def within_bounds(value: object) -> object:
    """A day of any year, as the nearest one of this century; anything else as it is."""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return min(max(day, FIRST_DAY), LAST_DAY) if type(day) is date else value


StoredDay = Annotated[Day, BeforeValidator(within_bounds)]
"""A day of an event."""


def each_once(value: object) -> object:
    """A list that may repeat an item, each item once, in its order; anything else as it is."""
    if not isinstance(value, list | tuple):
        return value
    once: list[object] = []
    for each in value:
        if each not in once:
            once.append(each)
    return once
