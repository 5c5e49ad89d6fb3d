"""The rules of a steering meeting: it is held on a day, and its decisions have an owner and a date."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from services.training.guards import YEAR, happened, not_far
from services.training.meetings.commands import (
    CancelSteeringMeeting,
    CarryOutDecision,
    CorrectDecision,
    CorrectSteeringMeeting,
    HoldSteeringMeeting,
    MeetingCommand,
    PlanSteeringMeeting,
    ReopenDecision,
    RevokeDecision,
    RevokeSteeringMeeting,
    TakeDecision,
)
from services.training.meetings.events import (
    DecisionCarriedOut,
    DecisionReopened,
    DecisionRevoked,
    DecisionTaken,
    MeetingEvent,
    SteeringMeetingCancelled,
    SteeringMeetingHeld,
    SteeringMeetingPlanned,
    SteeringMeetingRevoked,
)
from services.training.meetings.state import Meeting
from services.training.refusals import Refusal
from shared.domain.messages import Refused


def decide(state: Meeting, command: MeetingCommand) -> list[MeetingEvent]:
    """The events a command leads to; [] when it already holds; raises Refused."""
    happened(command.on, command.at)
    match command:
        case PlanSteeringMeeting():
            return plan(state, command)
        case CancelSteeringMeeting():
            return cancel(state, command)
        case HoldSteeringMeeting():
            return hold(state, command)
        case CorrectSteeringMeeting():
            return correct(state, command)
        case RevokeSteeringMeeting():
            return revoke(state, command)
        case TakeDecision() | CorrectDecision() | CarryOutDecision() | ReopenDecision() | RevokeDecision():
            return _of_decision(state, command)
        case _:
            assert_never(command)


def _of_decision(
    state: Meeting, command: TakeDecision | CorrectDecision | CarryOutDecision | ReopenDecision | RevokeDecision
) -> list[MeetingEvent]:
    match command:
        case TakeDecision():
            return take(state, command)
        case CorrectDecision():
            return correct_decision(state, command)
        case CarryOutDecision():
            return carry_out(state, command)
        case ReopenDecision():
            return reopen(state, command)
        case RevokeDecision():
            return revoke_decision(state, command)
        case _:
            assert_never(command)


def plan(state: Meeting, command: PlanSteeringMeeting) -> list[MeetingEvent]:
    """Until it is held a meeting can be planned, and planned again."""
    if state.held:
        raise Refused(Refusal.MEETING_ALREADY_HELD)
    if command.planned_for < command.on:
        raise Refused(Refusal.PLANNED_FOR_PAST)
    not_far(command.planned_for, command.on, 2 * YEAR)
    event = SteeringMeetingPlanned(
        meeting_id=command.meeting_id, on=command.on, city=command.city, planned_for=command.planned_for
    )
    return [] if state.planned == event and not state.cancelled else [event]


def cancel(state: Meeting, command: CancelSteeringMeeting) -> list[MeetingEvent]:
    """What was planned and not held does not take place; planned again, it does."""
    if state.planned is None:
        raise Refused(Refusal.MEETING_UNKNOWN)
    if state.held:
        raise Refused(Refusal.MEETING_ALREADY_HELD)
    return [] if state.cancelled else [SteeringMeetingCancelled(meeting_id=command.meeting_id, on=command.on)]


def revoke(state: Meeting, command: RevokeSteeringMeeting) -> list[MeetingEvent]:
    """It did not meet, so nothing was decided there."""
    if state.taken_back:
        return []
    if state.held is None:
        raise Refused(Refusal.MEETING_NOT_HELD)
    decided = [
        DecisionRevoked(meeting_id=command.meeting_id, on=command.on, decision_id=each) for each in state.decisions
    ]
    return [*decided, SteeringMeetingRevoked(meeting_id=command.meeting_id, on=command.on)]


def hold(state: Meeting, command: HoldSteeringMeeting) -> list[MeetingEvent]:
    """A meeting is held once, planned or not."""
    event = _held(command)
    if state.held == event:
        return []
    if state.held:
        raise Refused(Refusal.MEETING_ALREADY_HELD)
    _near_its_plan(state, command.on)
    return [event]


def correct(state: Meeting, command: CorrectSteeringMeeting) -> list[MeetingEvent]:
    """What was recorded is said again when it differs."""
    if state.held is None:
        raise Refused(Refusal.MEETING_NOT_HELD)
    event = _held(command)
    if state.held == event:
        return []
    _near_its_plan(state, command.on)
    return [event]


def _near_its_plan(state: Meeting, on: date) -> None:
    """It is held within a year of the day it was planned for."""
    if state.planned:
        not_far(on, state.planned.planned_for, YEAR)


def take(state: Meeting, command: TakeDecision) -> list[MeetingEvent]:
    """A decision is taken at a meeting that was held, and is due no earlier than that."""
    event = _taken(command)
    if state.decisions.get(command.decision_id) == event:
        return []
    held = _held_before(state)
    if command.decision_id in state.decisions:
        raise Refused(Refusal.DECISION_ALREADY_TAKEN)
    _days_in_order(command, held.on)
    return [event]


def correct_decision(state: Meeting, command: CorrectDecision) -> list[MeetingEvent]:
    """What was decided is said again when it differs."""
    decision, event, held = _known(state, command.decision_id), _taken(command), _held_before(state)
    _days_in_order(command, held.on)
    return [] if decision == event else [event]


def _days_in_order(command: TakeDecision | CorrectDecision, held_on: date) -> None:
    if command.due < held_on or command.on < held_on:
        raise Refused(Refusal.DATE_BEFORE_MEETING)
    not_far(command.due, held_on, 5 * YEAR)


def carry_out(state: Meeting, command: CarryOutDecision) -> list[MeetingEvent]:
    """A decision is carried out once."""
    decision = _known(state, command.decision_id)
    if command.decision_id in state.done:
        return []
    if command.on < decision.on:
        raise Refused(Refusal.DATE_BEFORE_MEETING)
    return [DecisionCarriedOut(meeting_id=command.meeting_id, on=command.on, decision_id=command.decision_id)]


def reopen(state: Meeting, command: ReopenDecision) -> list[MeetingEvent]:
    """What was called done in error is open again."""
    _known(state, command.decision_id)
    if command.decision_id not in state.done:
        return []
    return [DecisionReopened(meeting_id=command.meeting_id, on=command.on, decision_id=command.decision_id)]


def revoke_decision(state: Meeting, command: RevokeDecision) -> list[MeetingEvent]:
    """What was not decided is none; its reference can be used again."""
    if command.decision_id in state.revoked:
        return []
    _known(state, command.decision_id)
    return [DecisionRevoked(meeting_id=command.meeting_id, on=command.on, decision_id=command.decision_id)]


def _known(state: Meeting, decision_id: str) -> DecisionTaken:
    decision = state.decisions.get(decision_id)
    if decision is None:
        raise Refused(Refusal.DECISION_UNKNOWN)
    return decision


def _held_before(state: Meeting) -> SteeringMeetingHeld:
    if state.held is None:
        raise Refused(Refusal.MEETING_NOT_HELD)
    return state.held


def _taken(command: TakeDecision | CorrectDecision) -> DecisionTaken:
    return DecisionTaken(
        meeting_id=command.meeting_id,
        on=command.on,
        decision_id=command.decision_id,
        text=command.text,
        owner=command.owner,
        due=command.due,
    )


def _held(command: HoldSteeringMeeting | CorrectSteeringMeeting) -> SteeringMeetingHeld:
    return SteeringMeetingHeld(
        meeting_id=command.meeting_id,
        on=command.on,
        city=command.city,
        partners=tuple(sorted(set(command.partners))),
        release=command.release,
    )
