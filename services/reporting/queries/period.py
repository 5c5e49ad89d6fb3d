"""The days that an answer is about, and how they are read: by whole months, and by day where a month is not whole."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple


class Period(NamedTuple):
    """From one day to another, both included."""

    since: date
    until: date

    @property
    def whole_months(self) -> bool:
        """Whether it begins with a month and ends with one."""
        return self.since.day == 1 and self.until == _last_day(self.until)


class Parts(NamedTuple):
    """A period in parts: days at its beginning, whole months by their first days, days at its end."""

    head: Period
    months: Period
    tail: Period


NO_DAYS = Period(date.max, date.min)


def parts_of(period: Period) -> Parts:
    """At most two months of it are read by day; a part that it lacks is NO_DAYS."""
    since, until = period
    first = since if since.day == 1 else _last_day(since) + timedelta(days=1)
    last = (until + timedelta(days=1)).replace(day=1) - timedelta(days=1)  # of the last whole month
    months = Period(first, last.replace(day=1)) if first <= last else NO_DAYS
    if since.replace(day=1) == until.replace(day=1):
        return Parts(NO_DAYS if period.whole_months else period, months, NO_DAYS)
    head = NO_DAYS if since.day == 1 else Period(since, _last_day(since))
    tail = NO_DAYS if until == _last_day(until) else Period(until.replace(day=1), until)
    return Parts(head, months, tail)


def months_covering(since: date, until: date) -> Period:
    """The whole months in which these days lie."""
    return Period(since.replace(day=1), _last_day(until))


def _last_day(of: date) -> date:
    return of.replace(day=monthrange(of.year, of.month)[1])
