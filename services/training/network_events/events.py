"""What has happened to a network event."""

from __future__ import annotations

from services.training.upcasting import StoredEvent
from services.training.values import (
    BySector,
    CancelReason,
    Organisations,
    Places,
    Professional,
    Programme,
    Speakers,
    TimeSlot,
    Title,
)
from shared.domain.bounds import Day
from shared.i18n.code_lists import City, Id


class OfNetworkEvent(StoredEvent):
    """Something that happened to one network event, on that day."""

    event_id: Id
    on: Day


class NetworkEventPlanned(OfNetworkEvent):
    """A network event will take place; speakers are known by id only."""

    title: Title
    city: City
    place: Title
    day: TimeSlot
    speakers: Speakers
    programme: Programme
    capacity: Places | None


class NetworkEventMoved(OfNetworkEvent):
    """It will take place on another day or elsewhere."""

    city: City
    place: Title
    day: TimeSlot


class NetworkEventCancelled(OfNetworkEvent):
    """It will not take place."""

    reason: CancelReason


class NetworkEventReinstated(OfNetworkEvent):
    """It will take place after all: that it was cancelled is taken back."""


class NetworkEventRevoked(OfNetworkEvent):
    """It did not take place after all: what was recorded of it is taken back."""


class GuestRegistered(OfNetworkEvent):
    """Someone will come to the network event."""

    guest: Professional


class GuestCancelled(OfNetworkEvent):
    """Someone will not come after all."""

    participant_id: Id


class NetworkEventHeld(OfNetworkEvent):
    """It took place; said again when a correction changes it."""

    city: City
    by_sector: BySector
    organisations: Organisations


NetworkEventEvent = (
    NetworkEventPlanned | NetworkEventMoved | NetworkEventCancelled | NetworkEventReinstated | NetworkEventRevoked
    | GuestRegistered | GuestCancelled | NetworkEventHeld
)  # fmt: skip
