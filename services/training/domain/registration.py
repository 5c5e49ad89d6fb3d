"""The rules of registering: places in order of arrival, then the waiting list, never above capacity."""

from __future__ import annotations

from datetime import date

from services.training.commands.training import CancelRegistration, RegisterProfessionals, RenewLink
from services.training.domain.guards import not_yet_given
from services.training.domain.state import Training
from services.training.events.training import (
    PlaceGiven,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationCancelled,
    TrainingEvent,
)
from services.training.events.values import MOST_ON_ROLL
from shared.domain.messages import Refused


def register(state: Training, command: RegisterProfessionals) -> list[TrainingEvent]:
    """Who is not on the roll yet gets a place while there is one, and waits after that.

    It is refused before it is looked who is on the roll: a refusal says nothing of anybody.
    """
    not_yet_given(state)
    if state.status != "open":
        raise Refused("registration-not-open")
    if command.on > state.first_day:
        raise Refused("training-begun")
    if len(state.roll) + len(command.professionals) > MOST_ON_ROLL:
        raise Refused("waiting-list-full")
    free, new = state.roll.free, state.roll.newcomers(command.professionals)
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
    if command.asked_by_others:
        return []
    event = RegistrationCancelled(training_id=command.training_id, on=command.on, participant_id=command.participant_id)
    had_place = command.participant_id in state.roll.places
    after = state.roll.drop(command.participant_id)
    return [event, *(_places(after.next_up(), command.training_id, command.on) if had_place else [])]


def renew_link(state: Training, command: RenewLink) -> list[TrainingEvent]:
    """Who is on the roll of a training to come can have another link; no fact comes of it."""
    not_yet_given(state)
    if command.participant_id not in state.roll:
        raise Refused("registration-unknown")
    return []


def moving_up(state: Training, training_id: str, on: date) -> list[TrainingEvent]:
    """The first waiting have the places that are free."""
    return _places(state.roll.next_up(), training_id, on)


def _places(participants: list[str], training_id: str, on: date) -> list[TrainingEvent]:
    return [PlaceGiven(training_id=training_id, on=on, participant_id=each) for each in participants]
