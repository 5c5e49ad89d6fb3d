"""The months that an answer is about."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import NamedTuple


class Period(NamedTuple):
    """From one day to another, both included."""

    since: date
    until: date

    @classmethod
    def covering(cls, since: date, until: date) -> Period:
        """The whole months in which these days lie, for figures are kept by month; `until` is not before `since`."""
        return cls(since.replace(day=1), until.replace(day=monthrange(until.year, until.month)[1]))
