"""What must hold of the days on which a training or network event is planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from services.training.refusals import Refusal
from services.training.values import TimeSlot
from shared.domain.messages import Refused


def days_in_order(days: Sequence[TimeSlot], on: date) -> None:
    """Each day ends after it begins, comes after the one before, and none is before the day of planning."""
    if any(day.ends <= day.begins for day in days):
        raise Refused(Refusal.DAY_ENDS_BEFORE_IT_BEGINS)
    if any(later.on <= earlier.on for earlier, later in pairwise(days)):
        raise Refused(Refusal.DAYS_NOT_IN_ORDER)
    if days[0].on < on:
        raise Refused(Refusal.PLANNED_FOR_PAST)
