"""What must hold before a training may take a step: each guard refuses or says nothing."""

from __future__ import annotations

from datetime import date

from services.training.refusals import Refusal
from services.training.trainings.state import Training
from shared.domain.messages import Refused


def not_yet_given(state: Training) -> None:
    """It was neither given nor cancelled."""
    if state.status == "cancelled":
        raise Refused(Refusal.TRAINING_CANCELLED)
    if state.status == "held":
        raise Refused(Refusal.TRAINING_ALREADY_HELD)


def given(state: Training, on: date) -> None:
    """It was given, and was over by that day."""
    if state.status == "cancelled":
        raise Refused(Refusal.TRAINING_CANCELLED)
    if state.held is None:
        raise Refused(Refusal.TRAINING_NOT_HELD)
    if on < state.last_day:
        raise Refused(Refusal.TRAINING_NOT_OVER)


def somewhere(place: str | None, *, online: bool) -> None:
    """What is not online has a place."""
    if not online and place is None:
        raise Refused(Refusal.PLACE_MISSING)
