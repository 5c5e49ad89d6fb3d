"""The rules of a steering meeting: it is held on a day, and its decisions have an owner and a date."""

from __future__ import annotations

from typing import assert_never

from services.training.meetings.commands import (
    CarryOutDecision,
    CorrectSteeringMeeting,
    HoldSteeringMeeting,
    MeetingCommand,
    PlanSteeringMeeting,
    TakeDecision,
)
from services.training.meetings.events import (
    DecisionCarriedOut,
    DecisionTaken,
    MeetingEvent,
    SteeringMeetingHeld,
    SteeringMeetingPlanned,
)
from services.training.meetings.state import Meeting
from services.training.refusals import Refusal
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused


def decide(state: Meeting, command: MeetingCommand) -> list[MeetingEvent]:
    """The events a command leads to; [] when it already holds; raises Refused."""
    not_in_future(command.on, command.at)
    match command:
        case PlanSteeringMeeting():
            return plan(state, command)
        case HoldSteeringMeeting():
            return hold(state, command)
        case CorrectSteeringMeeting():
            return correct(state, command)
        case TakeDecision():
            return take(state, command)
        case CarryOutDecision():
            return carry_out(state, command)
        case _:
            assert_never(command)


def plan(state: Meeting, command: PlanSteeringMeeting) -> list[MeetingEvent]:
    """Until it is held a meeting can be planned, and planned again."""
    if state.held:
        raise Refused(Refusal.MEETING_ALREADY_HELD)
    if command.planned_for < command.on:
        raise Refused(Refusal.PLANNED_FOR_PAST)
    event = SteeringMeetingPlanned(
        meeting_id=command.meeting_id, on=command.on, city=command.city, planned_for=command.planned_for
    )
    return [] if state.planned == event else [event]


def hold(state: Meeting, command: HoldSteeringMeeting) -> list[MeetingEvent]:
    """A meeting is held once, planned or not."""
    event = _held(command)
    if state.held == event:
        return []
    if state.held:
        raise Refused(Refusal.MEETING_ALREADY_HELD)
    return [event]


def correct(state: Meeting, command: CorrectSteeringMeeting) -> list[MeetingEvent]:
    """What was recorded is said again when it differs."""
    if state.held is None:
        raise Refused(Refusal.MEETING_NOT_HELD)
    event = _held(command)
    return [] if state.held == event else [event]


def take(state: Meeting, command: TakeDecision) -> list[MeetingEvent]:
    """A decision is taken at a meeting that was held, and is due no earlier than that."""
    event = DecisionTaken(
        meeting_id=command.meeting_id,
        on=command.on,
        decision_id=command.decision_id,
        text=command.text,
        owner=command.owner,
        due=command.due,
    )
    if state.decisions.get(command.decision_id) == event:
        return []
    if state.held is None:
        raise Refused(Refusal.MEETING_NOT_HELD)
    if command.decision_id in state.decisions:
        raise Refused(Refusal.DECISION_ALREADY_TAKEN)
    if command.due < state.held.on or command.on < state.held.on:
        raise Refused(Refusal.DATE_BEFORE_MEETING)
    return [event]


def carry_out(state: Meeting, command: CarryOutDecision) -> list[MeetingEvent]:
    """A decision is carried out once."""
    decision = state.decisions.get(command.decision_id)
    if decision is None:
        raise Refused(Refusal.DECISION_UNKNOWN)
    if command.decision_id in state.done:
        return []
    if command.on < decision.on:
        raise Refused(Refusal.DATE_BEFORE_MEETING)
    return [DecisionCarriedOut(meeting_id=command.meeting_id, on=command.on, decision_id=command.decision_id)]


def _held(command: HoldSteeringMeeting | CorrectSteeringMeeting) -> SteeringMeetingHeld:
    return SteeringMeetingHeld(
        meeting_id=command.meeting_id,
        on=command.on,
        city=command.city,
        partners=tuple(sorted(set(command.partners))),
        release=command.release,
    )
