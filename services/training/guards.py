"""What must hold of the days on which something is planned or happened: they have an order, and the year is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from services.training.refusals import Refusal
from services.training.values import TimeSlot
from shared.domain.clock import day_in_belgium, not_in_future
from shared.domain.messages import Refused

YEAR = timedelta(days=366)


def days_in_order(days: Sequence[TimeSlot], on: date) -> None:
    """Each day ends after it begins, comes after the one before, and none is before planning or two years after it."""
    if any(day.ends <= day.begins for day in days):
        raise Refused(Refusal.DAY_ENDS_BEFORE_IT_BEGINS)
    if any(later.on <= earlier.on for earlier, later in pairwise(days)):
        raise Refused(Refusal.DAYS_NOT_IN_ORDER)
    if days[0].on < on:
        raise Refused(Refusal.PLANNED_FOR_PAST)
    if days[-1].on > on + 2 * YEAR:
        raise Refused(Refusal.DATE_TOO_FAR)


def happened(on: date, at: datetime) -> None:
    """It is not to come, and the programme was there: nothing is told ten years later."""
    not_in_future(on, at)
    if on < day_in_belgium(at) - 10 * YEAR:
        raise Refused(Refusal.DATE_TOO_FAR)


def not_far(on: date, since: date, most: timedelta) -> None:
    """A day so far from another one has a wrong year."""
    if abs(on - since) > most:
        raise Refused(Refusal.DATE_TOO_FAR)
