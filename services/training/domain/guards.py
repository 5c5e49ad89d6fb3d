"""What must hold before a training may take a step: each guard refuses or says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

from services.training.domain.state import Training
from services.training.events.values import TimeSlot
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused


def dated(state: Training, on: date, at: datetime) -> None:
    """The day has come, and is not before the day the training was planned."""
    if state.planned is None:
        raise Refused("training-unknown")
    not_in_future(on, at)
    if on < state.planned.on:
        raise Refused("date-before-planned")


def days_in_order(days: Sequence[TimeSlot], on: date) -> None:
    """Each day ends after it begins, comes after the one before, and none is before the day of planning."""
    if any(day.ends <= day.begins for day in days):
        raise Refused("day-ends-before-it-begins")
    if any(later.on <= earlier.on for earlier, later in pairwise(days)):
        raise Refused("days-not-in-order")
    if days[0].on < on:
        raise Refused("planned-for-past")


def somewhere(place: str | None, *, online: bool) -> None:
    """What is not online has a place."""
    if not online and place is None:
        raise Refused("place-missing")


def not_yet_given(state: Training) -> None:
    """It was neither given nor cancelled."""
    if state.status == "cancelled":
        raise Refused("training-cancelled")
    if state.status == "held":
        raise Refused("training-already-held")


def given(state: Training) -> None:
    """It was given."""
    if state.status == "cancelled":
        raise Refused("training-cancelled")
    if state.held is None:
        raise Refused("training-not-held")
