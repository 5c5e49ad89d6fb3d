"""What has happened to a network event."""

from __future__ import annotations

from datetime import date

from services.training.events.values import BySector, CancelReason, Day, Line, Places, Professional, ProgrammeItem
from shared.messages import Event
from shared.terms import City, Id


class NetworkEventPlanned(Event):
    """A network event will take place; speakers are known by id only."""

    event_id: Id
    on: date
    title: Line
    city: City
    place: Line
    day: Day
    speakers: tuple[Id, ...]
    programme: tuple[ProgrammeItem, ...]
    capacity: Places | None


class NetworkEventMoved(Event):
    """It will take place on another day or elsewhere."""

    event_id: Id
    on: date
    city: City
    place: Line
    day: Day


class NetworkEventCancelled(Event):
    """It will not take place."""

    event_id: Id
    on: date
    reason: CancelReason


class GuestRegistered(Event):
    """Someone will come to the network event."""

    event_id: Id
    on: date
    guest: Professional


class GuestCancelled(Event):
    """Someone will not come after all."""

    event_id: Id
    on: date
    participant_id: Id


class NetworkEventHeld(Event):
    """It took place; said again when a correction changes it."""

    event_id: Id
    on: date
    city: City
    by_sector: BySector
    organisations: tuple[Id, ...]


NetworkEventEvent = (
    NetworkEventPlanned
    | NetworkEventMoved
    | NetworkEventCancelled
    | GuestRegistered
    | GuestCancelled
    | NetworkEventHeld
)
