"""What is known of one steering meeting, and how each event changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from services.training.meetings.events import (
    DecisionCarriedOut,
    DecisionTaken,
    MeetingEvent,
    SteeringMeetingHeld,
    SteeringMeetingPlanned,
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting; `done` says of each decision carried out on which day."""

    planned: SteeringMeetingPlanned | None = None
    held: SteeringMeetingHeld | None = None
    decisions: Mapping[str, DecisionTaken] = field(default_factory=dict)
    done: Mapping[str, date] = field(default_factory=dict)

    @property
    def city(self) -> str | None:
        """Where it was held, or else is planned; None for a meeting nobody planned or held."""
        last = self.held or self.planned
        return last.city if last else None


def evolve(state: Meeting, event: MeetingEvent) -> Meeting:
    """The meeting after one event."""
    match event:
        case SteeringMeetingPlanned():
            return replace(state, planned=event)
        case SteeringMeetingHeld():
            return replace(state, held=event)
        case DecisionTaken():
            return replace(state, decisions={**state.decisions, event.decision_id: event})
        case DecisionCarriedOut():
            return replace(state, done={**state.done, event.decision_id: event.on})
        case _:
            assert_never(event)
