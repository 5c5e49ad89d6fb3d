"""The rules of safety: who must not sit together, and the tasks that make a human look."""

from __future__ import annotations

from datetime import date, timedelta

from services.carousel.participations.commands import (
    CloseSafetyTask,
    DeclareNonAssociation,
    ForReferral,
    OpenSafetyTask,
)
from services.carousel.participations.events import (
    NonAssociationDeclared,
    ParticipationEvent,
    SafetyCause,
    SafetyTaskClosed,
    SafetyTaskLapsed,
    SafetyTaskOpened,
    StopRevoked,
)
from services.carousel.participations.state import Participation
from services.carousel.refusals import Refusal
from shared.domain.bounds import LAST_DAY
from shared.domain.messages import Refused

DUE = timedelta(days=7)
MOST_APART = 200


def declare_apart(state: Participation, command: DeclareNonAssociation) -> list[ParticipationEvent]:
    """Two people are kept apart from now on; who sit in one cycle already must first be parted by hand."""
    if command.other_id in {command.referral_id, *state.kin}:
        raise Refused(Refusal.APART_FROM_HIMSELF)
    if command.other_id in state.apart:
        return []
    here = _cycle_of_person(state)
    if here and here == command.other_cycle_id:
        raise Refused(Refusal.ALREADY_TOGETHER)
    if len(state.apart) >= MOST_APART:
        raise Refused(Refusal.TOO_MANY_KEPT_APART)
    return [
        NonAssociationDeclared(referral_id=command.referral_id, other_id=command.other_id, cycle_id=here, on=command.on)
    ]


def _cycle_of_person(state: Participation) -> str | None:
    """Where he has a place, under whichever of his referrals."""
    places = (state.place, *(road.place for road in state.roads.values()))
    return next((place.cycle_id for place in places if place), None)


def open_task(state: Participation, command: OpenSafetyTask) -> list[ParticipationEvent]:
    """One open task a cause and cycle is enough; who completed needs none for silence."""
    asked = (command.cause, command.cycle_id)
    if state.completed_on or any((each.cause, each.cycle_id) == asked for each in state.open_tasks.values()):
        return []
    return [task(state, command, command.cause, command.cycle_id)]


def task(state: Participation, command: ForReferral, cause: SafetyCause, cycle_id: str) -> SafetyTaskOpened:
    """A task to be looked at within a week, by those who run the cycle."""
    return SafetyTaskOpened(
        referral_id=command.referral_id,
        task_id=f"{len(state.tasks) + 1}",
        cycle_id=cycle_id,
        cause=cause,
        due_on=min(command.on + DUE, LAST_DAY),
        on=command.on,
    )


def stop_taken_back(state: Participation, on: date, *, outweighed: bool = False) -> list[ParticipationEvent]:
    """The stop does not hold, and nobody has to look because of it."""
    if state.stopped is None:
        return []
    revoked = StopRevoked(referral_id=state.stopped.referral_id, outweighed=outweighed, on=on)
    return [revoked, *lapsed(state, "stopped", None, on)]


def lapsed(state: Participation, cause: SafetyCause, cycle_id: str | None, on: date) -> list[ParticipationEvent]:
    """The open tasks of that cause, in that cycle or in any, of which the ground is gone."""
    return [
        SafetyTaskLapsed(referral_id=each.referral_id, task_id=name, on=on)
        for name, each in state.open_tasks.items()
        if each.cause == cause and cycle_id in {None, each.cycle_id}
    ]


def close_task(state: Participation, command: CloseSafetyTask) -> list[ParticipationEvent]:
    """A task is closed once; also one that lapsed, when somebody had looked already."""
    if command.task_id in state.closed_tasks:
        return []
    if command.task_id not in state.tasks:
        raise Refused(Refusal.SAFETY_TASK_UNKNOWN)
    if command.on < state.tasks[command.task_id].on:
        raise Refused(Refusal.DATE_BEFORE_TASK, opened_on=str(state.tasks[command.task_id].on))
    return [SafetyTaskClosed(referral_id=command.referral_id, task_id=command.task_id, on=command.on)]
