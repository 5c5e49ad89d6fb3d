"""What is known of one steering meeting, and how each event changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar, assert_never

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

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting; `done` says of each decision carried out on which day, `revoked` which were taken back.

    `cancelled`: it will not meet; `taken_back`: that it met was taken back.
    """

    planned: SteeringMeetingPlanned | None = None
    held: SteeringMeetingHeld | None = None
    decisions: Mapping[str, DecisionTaken] = field(default_factory=dict)
    done: Mapping[str, date] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    cancelled: SteeringMeetingCancelled | None = None
    taken_back: bool = False
    at: str | None = None

    @property
    def city(self) -> str | None:
        """Where it was held, or else is planned; None for a meeting nobody planned or held."""
        last = self.held or self.planned
        return last.city if last else self.at


def evolve(state: Meeting, event: MeetingEvent) -> Meeting:
    """The meeting after one event."""
    match event:
        case SteeringMeetingPlanned():
            return replace(state, planned=event, cancelled=None)
        case SteeringMeetingCancelled():
            return replace(state, cancelled=event)
        case SteeringMeetingHeld():
            return replace(state, held=event, taken_back=False, at=event.city)
        case SteeringMeetingRevoked():
            return replace(state, held=None, taken_back=True)
        case _:
            return _decided(state, event)


def _decided(state: Meeting, event: DecisionTaken | DecisionCarriedOut | DecisionReopened | DecisionRevoked) -> Meeting:
    which = event.decision_id
    match event:
        case DecisionTaken():
            decisions = {**state.decisions, which: event}
            return replace(state, decisions=decisions, revoked=state.revoked - {which})
        case DecisionCarriedOut():
            return replace(state, done={**state.done, which: event.on})
        case DecisionReopened():
            return replace(state, done=_without(state.done, which))
        case DecisionRevoked():
            others, revoked = _without(state.decisions, which), state.revoked | {which}
            return replace(state, decisions=others, done=_without(state.done, which), revoked=revoked)
        case _:
            assert_never(event)


def _without(of: Mapping[str, T], which: str) -> dict[str, T]:
    return {each: value for each, value in of.items() if each != which}
