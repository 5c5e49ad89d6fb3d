"""The rules of one training until it is given: planning, moving, places; and which rule each command is for."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias, assert_never

from services.training.guards import days_in_order, happened
from services.training.printing import prints
from services.training.refusals import Refusal
from services.training.trainings.attendance import correct, hold
from services.training.trainings.commands import (
    CancelRegistration,
    CancelTraining,
    CloseEvaluation,
    CloseRegistration,
    CorrectAttendance,
    CorrectDays,
    CorrectProfessional,
    DescribeTraining,
    HoldTraining,
    IssueCertificate,
    MoveTraining,
    OpenEvaluation,
    OpenRegistration,
    PlanTraining,
    RegisterProfessionals,
    ReinstateTraining,
    RenewEvaluationLinks,
    RenewLink,
    ReopenEvaluation,
    RequireDays,
    RevokeTraining,
    SetCapacity,
    TrainingCommand,
)
from services.training.trainings.events import (
    CapacitySet,
    RegistrationClosed,
    RegistrationOpened,
    TrainingCancelled,
    TrainingEvent,
    TrainingMoved,
    TrainingPlanned,
)
from services.training.trainings.follow_up import (
    close_evaluation,
    issue_certificate,
    open_evaluation,
    renew_evaluation_links,
    reopen_evaluation,
)
from services.training.trainings.guards import not_yet_given, somewhere
from services.training.trainings.mending import (
    correct_days,
    correct_professional,
    describe,
    enough_days,
    reinstate,
    require_days,
    revoke,
)
from services.training.trainings.registration import cancel_registration, places_given, register, renew_link
from services.training.trainings.state import Training
from shared.domain.messages import Refused


def decide(state: Training, command: TrainingCommand) -> list[TrainingEvent]:
    """The events a command leads to; [] when it already holds; raises Refused."""
    if isinstance(command, PlanTraining):
        return plan(state, command)
    if state.planned is None:
        raise Refused(Refusal.TRAINING_UNKNOWN)
    happened(command.on, command.at)
    if command.on < state.planned.on:
        raise Refused(Refusal.DATE_BEFORE_PLANNED)
    match command:
        case (
            RegisterProfessionals()
            | CancelRegistration()
            | CorrectProfessional()
            | RenewLink()
            | HoldTraining()
            | CorrectAttendance()
            | IssueCertificate()
        ):
            return _of_people(state, command)
        case OpenEvaluation() | RenewEvaluationLinks() | ReopenEvaluation() | CloseEvaluation():
            return _of_evaluation(state, command)
        case RequireDays() | DescribeTraining() | CorrectDays() | ReinstateTraining() | RevokeTraining():
            return _mended(state, command)
        case MoveTraining():
            return move(state, command)
        case SetCapacity():
            return set_capacity(state, command)
        case OpenRegistration():
            return open_registration(state, command)
        case CloseRegistration():
            return close_registration(state, command)
        case CancelTraining():
            return cancel(state, command)
        case _:
            assert_never(command)


_OfPeople: TypeAlias = (
    RegisterProfessionals | CancelRegistration | CorrectProfessional | RenewLink | HoldTraining | CorrectAttendance
    | IssueCertificate
)  # fmt: skip


def _of_people(state: Training, command: _OfPeople) -> list[TrainingEvent]:
    match command:
        case RegisterProfessionals():
            return register(state, command)
        case CancelRegistration():
            return cancel_registration(state, command)
        case CorrectProfessional():
            return correct_professional(state, command)
        case RenewLink():
            return renew_link(state, command)
        case HoldTraining():
            return hold(state, command)
        case CorrectAttendance():
            return correct(state, command)
        case IssueCertificate():
            return issue_certificate(state, command)
        case _:
            assert_never(command)


def _of_evaluation(
    state: Training, command: OpenEvaluation | RenewEvaluationLinks | ReopenEvaluation | CloseEvaluation
) -> list[TrainingEvent]:
    match command:
        case OpenEvaluation():
            return open_evaluation(state, command)
        case RenewEvaluationLinks():
            return renew_evaluation_links(state, command)
        case ReopenEvaluation():
            return reopen_evaluation(state, command)
        case CloseEvaluation():
            return close_evaluation(state, command)
        case _:
            assert_never(command)


def _mended(
    state: Training, command: RequireDays | DescribeTraining | CorrectDays | ReinstateTraining | RevokeTraining
) -> list[TrainingEvent]:
    match command:
        case RequireDays():
            return require_days(state, command)
        case DescribeTraining():
            return describe(state, command)
        case CorrectDays():
            return correct_days(state, command)
        case ReinstateTraining():
            return reinstate(state, command)
        case RevokeTraining():
            return revoke(state, command)
        case _:
            assert_never(command)


def plan(state: Training, command: PlanTraining) -> list[TrainingEvent]:
    """A training is planned once, on days to come, in a place or online."""
    event = TrainingPlanned(
        training_id=command.training_id,
        on=command.on,
        kind=command.kind,
        title=command.title,
        city=command.city,
        place=command.place,
        online=command.online,
        days=command.days,
        trainers=command.trainers,
        organiser=command.organiser,
        co_presenter=command.co_presenter,
        capacity=command.capacity,
        days_required=command.days_required,
    )
    if state.planned == event:
        return []
    if state.planned:
        raise Refused(Refusal.TRAINING_ALREADY_PLANNED)
    happened(command.on, command.at)
    days_in_order(command.days, command.on)
    somewhere(command.place, online=command.online)
    prints(title=command.title, place=command.place)
    enough_days(command.days, command.days_required)
    if command.co_presenter == command.organiser:
        raise Refused(Refusal.CO_PRESENTER_IS_ORGANISER)
    return [event]


def move(state: Training, command: MoveTraining) -> list[TrainingEvent]:
    """Until it is given it can be moved, to days to come."""
    not_yet_given(state)
    now = (state.city, state.place, state.online, state.days)
    if now == (command.city, command.place, command.online, command.days):
        return []
    days_in_order(command.days, command.on)
    somewhere(command.place, online=command.online)
    prints(place=command.place)
    return [
        TrainingMoved(
            training_id=command.training_id,
            on=command.on,
            city=command.city,
            place=command.place,
            online=command.online,
            days=command.days,
        )
    ]


def set_capacity(state: Training, command: SetCapacity) -> list[TrainingEvent]:
    """Places never become fewer than the people who have one; with more places, the first waiting move up."""
    not_yet_given(state)
    if state.roll.capacity == command.capacity:
        return []
    if command.capacity < len(state.roll.places):
        raise Refused(Refusal.CAPACITY_BELOW_REGISTERED)
    event = CapacitySet(training_id=command.training_id, on=command.on, capacity=command.capacity)
    return [event, *places_given(replace(state.roll, capacity=command.capacity), command.training_id, command.on)]


def open_registration(state: Training, command: OpenRegistration) -> list[TrainingEvent]:
    """Registration can be opened, and opened again after it was closed."""
    not_yet_given(state)
    if state.status == "open":
        return []
    return [RegistrationOpened(training_id=command.training_id, on=command.on)]


def close_registration(state: Training, command: CloseRegistration) -> list[TrainingEvent]:
    """Only what was opened can be closed."""
    not_yet_given(state)
    if state.status == "closed":
        return []
    if state.status != "open":
        raise Refused(Refusal.REGISTRATION_NOT_OPEN)
    return [RegistrationClosed(training_id=command.training_id, on=command.on)]


def cancel(state: Training, command: CancelTraining) -> list[TrainingEvent]:
    """A training that was not given can be cancelled, for one reason, for good."""
    if state.status == "cancelled" and state.cancelled_for == command.reason:
        return []
    not_yet_given(state)
    return [TrainingCancelled(training_id=command.training_id, on=command.on, reason=command.reason)]
