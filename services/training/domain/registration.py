"""The rules of registering: places in order of arrival, then the waiting list, never above capacity."""

from __future__ import annotations

from datetime import date

from services.training.commands.training import CancelRegistration, RegisterProfessionals
from services.training.domain.guards import not_yet_given
from services.training.domain.state import Training
from services.training.events.training import (
    PlaceGiven,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationCancelled,
    TrainingEvent,
)
from shared.messages import Refused


def register(state: Training, command: RegisterProfessionals) -> list[TrainingEvent]:
    """Who is not on the roll yet gets a place while there is one, and waits after that."""
    new = state.roll.newcomers(command.professionals)
    if not new:
        return []
    not_yet_given(state)
    if state.status != "open":
        raise Refused("registration-not-open")
    if command.on > state.first_day:
        raise Refused("training-begun")
    free = state.roll.free
    return [
        (ProfessionalRegistered if nth < free else ProfessionalPutOnWaitingList)(
            training_id=command.training_id, on=command.on, professional=professional
        )
        for nth, professional in enumerate(new)
    ]


def cancel_registration(state: Training, command: CancelRegistration) -> list[TrainingEvent]:
    """A place given back goes, in the same breath, to the first who waits."""
    if command.participant_id in state.left:
        return []
    not_yet_given(state)
    if command.participant_id not in state.roll:
        raise Refused("registration-unknown")
    event = RegistrationCancelled(training_id=command.training_id, on=command.on, participant_id=command.participant_id)
    had_place = command.participant_id in state.roll.places
    after = state.roll.drop(command.participant_id)
    return [event, *(_places(after.next_up(), command.training_id, command.on) if had_place else [])]


def moving_up(state: Training, training_id: str, on: date) -> list[TrainingEvent]:
    """The first waiting have the places that are free."""
    return _places(state.roll.next_up(), training_id, on)


def _places(participants: list[str], training_id: str, on: date) -> list[TrainingEvent]:
    return [PlaceGiven(training_id=training_id, on=on, participant_id=each) for each in participants]
