"""What may be asked of a network event."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from services.training.events.values import (
    BySector,
    CancelReason,
    Day,
    Line,
    Places,
    Professional,
    ProgrammeItem,
)
from shared.messages import Command
from shared.terms import City, Id

Organisations = Annotated[tuple[Id, ...], Field(max_length=500)]


class PlanNetworkEvent(Command):
    """Plan a network event; without a capacity everyone may come."""

    event_id: Id
    on: date
    title: Line
    city: City
    place: Line
    day: Day
    speakers: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    programme: Annotated[tuple[ProgrammeItem, ...], Field(max_length=50)] = ()
    capacity: Places | None = None


class MoveNetworkEvent(Command):
    """Hold it on another day or elsewhere."""

    event_id: Id
    on: date
    city: City
    place: Line
    day: Day


class CancelNetworkEvent(Command):
    """Do not hold it."""

    event_id: Id
    on: date
    reason: CancelReason


class RegisterGuest(Command):
    """Register someone for the network event."""

    event_id: Id
    on: date
    guest: Professional


class CancelGuest(Command):
    """Take that registration back."""

    event_id: Id
    on: date
    participant_id: Id


class HoldNetworkEvent(Command):
    """Record that it took place, how many came by sector, and of which organisations."""

    event_id: Id
    on: date
    by_sector: BySector
    organisations: Organisations = ()


class CorrectNetworkEvent(Command):
    """Say again who came, as it should have been recorded."""

    event_id: Id
    on: date
    by_sector: BySector
    organisations: Organisations = ()


NetworkEventCommand = (
    PlanNetworkEvent
    | MoveNetworkEvent
    | CancelNetworkEvent
    | RegisterGuest
    | CancelGuest
    | HoldNetworkEvent
    | CorrectNetworkEvent
)
