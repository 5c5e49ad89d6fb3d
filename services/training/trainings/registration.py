"""The rules of registering: places in order of arrival, then the waiting list, never above capacity."""

from __future__ import annotations

from datetime import date

from services.training.refusals import Refusal
from services.training.roll import Roll
from services.training.trainings.commands import CancelRegistration, RegisterProfessionals, RenewLink
from services.training.trainings.events import (
    PlaceGiven,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationCancelled,
    TrainingEvent,
)
from services.training.trainings.guards import not_yet_given
from services.training.trainings.state import Training
from services.training.values import MOST_ON_ROLL
from shared.domain.messages import Refused


def register(state: Training, command: RegisterProfessionals) -> list[TrainingEvent]:
    """Who is not on the roll yet gets a place while there is one, and waits after that.

    It is refused before it is looked who is on the roll: a refusal says nothing of anybody.
    """
    not_yet_given(state)
    if state.status != "open":
        raise Refused(Refusal.REGISTRATION_NOT_OPEN)
    if command.on > state.first_day:
        raise Refused(Refusal.TRAINING_BEGUN)
    if len(state.roll) + len(command.professionals) > MOST_ON_ROLL:
        raise Refused(Refusal.WAITING_LIST_FULL)
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
    _on_roll(state, command.participant_id)
    if command.asked_by_others:
        return []
    event = RegistrationCancelled(training_id=command.training_id, on=command.on, participant_id=command.participant_id)
    if command.participant_id in state.roll.waiting:
        return [event]
    return [event, *places_given(state.roll.drop(command.participant_id), command.training_id, command.on)]


def renew_link(state: Training, command: RenewLink) -> list[TrainingEvent]:
    """Who is on the roll of a training to come can have another link; no event comes of it."""
    _on_roll(state, command.participant_id)
    return []


def places_given(roll: Roll, training_id: str, on: date) -> list[TrainingEvent]:
    """The first waiting have the places that are free."""
    return [PlaceGiven(training_id=training_id, on=on, participant_id=each) for each in roll.next_up()]


def _on_roll(state: Training, participant_id: str) -> None:
    not_yet_given(state)
    if participant_id not in state.roll:
        raise Refused(Refusal.REGISTRATION_UNKNOWN)
