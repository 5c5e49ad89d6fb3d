"""What may be asked of a network event."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.training.commands.values import Heads
from services.training.events.values import CancelReason, Line, Places, Professional, Programme, Speakers, TimeSlot
from shared.domain.bounds import Day
from shared.domain.messages import Command
from shared.i18n.code_lists import City, Id

Organisations = Annotated[tuple[Id, ...], Field(max_length=500)]


class PlanNetworkEvent(Command):
    """Plan a network event; without a capacity everyone may come."""

    event_id: Id
    on: Day
    title: Line
    city: City
    place: Line
    day: TimeSlot
    speakers: Speakers = ()
    programme: Programme = ()
    capacity: Places | None = None


class MoveNetworkEvent(Command):
    """Hold it on another day or elsewhere."""

    event_id: Id
    on: Day
    city: City
    place: Line
    day: TimeSlot


class CancelNetworkEvent(Command):
    """Do not hold it."""

    event_id: Id
    on: Day
    reason: CancelReason


class RegisterGuest(Command):
    """Register someone for the network event."""

    event_id: Id
    on: Day
    guest: Professional


class CancelGuest(Command):
    """Take that registration back; while it is `asked_by_others` too, only this one request for it."""

    event_id: Id
    on: Day
    participant_id: Id
    asked_by_others: bool = False


class RenewGuestLink(Command):
    """Give a guest another link, in the place of those given before."""

    event_id: Id
    on: Day
    participant_id: Id


class HoldNetworkEvent(Command):
    """Record that it took place, how many came by sector, and of which organisations."""

    event_id: Id
    on: Day
    by_sector: Heads
    organisations: Organisations = ()


class CorrectNetworkEvent(Command):
    """Say again who came, as it should have been recorded."""

    event_id: Id
    on: Day
    by_sector: Heads
    organisations: Organisations = ()


NetworkEventCommand = (
    PlanNetworkEvent
    | MoveNetworkEvent
    | CancelNetworkEvent
    | RegisterGuest
    | CancelGuest
    | RenewGuestLink
    | HoldNetworkEvent
    | CorrectNetworkEvent
)
