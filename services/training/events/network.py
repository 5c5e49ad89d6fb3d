"""What has happened to a network event."""

from __future__ import annotations

from services.training.events.stored import StoredEvent
from services.training.events.values import (
    BySector,
    CancelReason,
    Line,
    Organisations,
    Places,
    Professional,
    Programme,
    Speakers,
    TimeSlot,
)
from shared.domain.bounds import Day
from shared.i18n.code_lists import City, Id


class NetworkEventPlanned(StoredEvent):
    """A network event will take place; speakers are known by id only."""

    event_id: Id
    on: Day
    title: Line
    city: City
    place: Line
    day: TimeSlot
    speakers: Speakers
    programme: Programme
    capacity: Places | None


class NetworkEventMoved(StoredEvent):
    """It will take place on another day or elsewhere."""

    event_id: Id
    on: Day
    city: City
    place: Line
    day: TimeSlot


class NetworkEventCancelled(StoredEvent):
    """It will not take place."""

    event_id: Id
    on: Day
    reason: CancelReason


class GuestRegistered(StoredEvent):
    """Someone will come to the network event."""

    event_id: Id
    on: Day
    guest: Professional


class GuestCancelled(StoredEvent):
    """Someone will not come after all."""

    event_id: Id
    on: Day
    participant_id: Id


class NetworkEventHeld(StoredEvent):
    """It took place; said again when a correction changes it."""

    event_id: Id
    on: Day
    city: City
    by_sector: BySector
    organisations: Organisations


NetworkEventEvent = (
    NetworkEventPlanned
    | NetworkEventMoved
    | NetworkEventCancelled
    | GuestRegistered
    | GuestCancelled
    | NetworkEventHeld
)
