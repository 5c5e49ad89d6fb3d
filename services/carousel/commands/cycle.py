"""What may be asked of offers and cycles; `on` is the day it happened, `at` when it was asked."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from services.carousel.events.cycle import Attendance, CancelReason, Day, Hour, Mark, Module, Number, Session
from shared.messages import Command
from shared.terms import City, Id, PartOfDay, Weekday
from shared.texts import STORABLE, Language

Place = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80, pattern=STORABLE)]
Capacity = Annotated[int, Field(ge=1, le=30)]


class PublishOffer(Command):
    """Publish an offer, or its next version."""

    offer_id: Id
    language: Language
    modules: Annotated[tuple[Module, ...], Field(min_length=1, max_length=24)]
    on: date


class PlanCycle(Command):
    """Plan a cycle whose sessions are dated already (see `planning.sessions`)."""

    cycle_id: Id
    offer_id: Id
    offer_version: int
    language: Language
    modules: tuple[Number, ...]
    organisation_id: Id
    city: City
    place: Place
    weekday: Weekday
    part_of_day: PartOfDay
    capacity: Capacity
    facilitators: tuple[Id, Id]
    sessions: Annotated[tuple[Session, ...], Field(min_length=1, max_length=60)]
    on: date


class MoveSession(Command):
    """Move a session to another day or hour."""

    cycle_id: Id
    session_id: Id
    to: Day
    starts: Hour
    on: date


class CancelSession(Command):
    """Cancel a session that did not take place."""

    cycle_id: Id
    session_id: Id
    reason: CancelReason
    on: date


class AddCatchUp(Command):
    """Add a session for a module that was missed."""

    cycle_id: Id
    session_id: Id
    module: Number
    held_on: Day
    starts: Hour
    on: date


class ArrangeCover(Command):
    """Have another facilitator stand in at one session."""

    cycle_id: Id
    session_id: Id
    absent: Id
    cover: Id
    on: date


class HoldSession(Command):
    """Record that a session took place on `on`, with a mark for everyone expected."""

    cycle_id: Id
    session_id: Id
    attendance: Attendance
    on: date


class CorrectAttendance(Command):
    """Correct one mark of a session held."""

    cycle_id: Id
    session_id: Id
    referral_id: Id
    mark: Mark
    on: date


class CloseCycle(Command):
    """Close a cycle whose sessions were all held or cancelled."""

    cycle_id: Id
    on: date


class TakePlace(Command):
    """Take seats at the sessions from a day on whose module the person has yet to attend."""

    cycle_id: Id
    referral_id: Id
    from_on: date
    firm: bool
    attended: tuple[Number, ...]
    kept_apart: tuple[Id, ...]
    on: date


class ReleasePlace(Command):
    """Free the seats still to come."""

    cycle_id: Id
    referral_id: Id
    on: date


OfferCommand = PublishOffer
CycleCommand = (
    PlanCycle
    | MoveSession
    | CancelSession
    | AddCatchUp
    | ArrangeCover
    | HoldSession
    | CorrectAttendance
    | CloseCycle
    | TakePlace
    | ReleasePlace
)
