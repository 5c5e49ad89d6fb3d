"""What is known of one network event, and how each event changes it; no rule about what may be done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, assert_never

from services.training.network_events.events import (
    GuestCancelled,
    GuestRegistered,
    NetworkEventCancelled,
    NetworkEventEvent,
    NetworkEventHeld,
    NetworkEventMoved,
    NetworkEventPlanned,
    NetworkEventReinstated,
    NetworkEventRevoked,
)
from services.training.refusals import Refusal
from services.training.roll import Roll
from services.training.values import TimeSlot
from shared.domain.messages import Refused

Status = Literal["planned", "cancelled", "held"]


@dataclass(frozen=True, slots=True)
class NetworkEvent:
    """One network event; `taken_back` is the status that was last taken back."""

    status: Status | None = None
    planned: NetworkEventPlanned | None = None
    city: str = ""
    place: str = ""
    day: TimeSlot | None = None
    guests: Roll = field(default_factory=Roll)
    left: frozenset[str] = frozenset()
    cancelled_for: str | None = None
    held: NetworkEventHeld | None = None
    taken_back: Status | None = None

    @property
    def on(self) -> date:
        """The day it takes place."""
        if self.day is None:
            raise Refused(Refusal.NETWORK_EVENT_UNKNOWN)
        return self.day.on


def evolve(state: NetworkEvent, event: NetworkEventEvent) -> NetworkEvent:
    """The network event after one event."""
    match event:
        case NetworkEventPlanned():
            moved = replace(state, city=event.city, place=event.place, day=event.day)
            return replace(moved, status="planned", planned=event)
        case NetworkEventMoved():
            return replace(state, city=event.city, place=event.place, day=event.day)
        case NetworkEventCancelled():
            return replace(state, status="cancelled", cancelled_for=event.reason, taken_back=None)
        case NetworkEventReinstated():
            return replace(state, status="planned", cancelled_for=None, taken_back="cancelled")
        case NetworkEventRevoked():
            return replace(state, status="planned", held=None, taken_back="held")
        case GuestRegistered(guest=guest):
            return replace(state, guests=state.guests.seat(guest), left=state.left - {guest.participant_id})
        case GuestCancelled(participant_id=guest_id):
            return replace(state, guests=state.guests.drop(guest_id), left=state.left | {guest_id})
        case NetworkEventHeld():
            return replace(state, status="held", held=event, taken_back=None)
        case _:
            assert_never(event)
