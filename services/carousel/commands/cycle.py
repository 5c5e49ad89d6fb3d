"""What may be asked of offers and cycles; `on` is the day it happened, `at` when it was asked."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from services.carousel.events import values
from services.carousel.events.values import (
    Attendance,
    CancelReason,
    Capacity,
    Cities,
    Mark,
    Module,
    Number,
    Numbers,
    People,
    Sessions,
    Version,
)
from shared.domain.bounds import PRINTABLE, Day
from shared.domain.messages import Command
from shared.i18n.code_lists import City, Id, PartOfDay, Weekday
from shared.i18n.text import LOCALES, Language

_WRITTEN_HOUR = re.compile(r"\d{2}:\d{2}(:\d{2})?", re.ASCII)


def _as_written(value: Any) -> Any:  # noqa: ANN401 - whatever was sent
    """An hour is written HH:MM: pydantic would also take a number of seconds."""
    if not isinstance(value, time) and not (isinstance(value, str) and _WRITTEN_HOUR.fullmatch(value)):
        raise ValueError("an hour is written HH:MM")
    return value


def _worded(module: Module) -> Module:
    """Its title is told in every language of the project, and can be printed."""
    if module.title.keys() != LOCALES.keys():
        raise ValueError("a title in each language")
    if not all(title.strip() and re.fullmatch(PRINTABLE, title) for title in module.title.values()):
        raise ValueError("a title of printable characters")
    return module


Place = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80, pattern=PRINTABLE)]
Hour = Annotated[values.Hour, BeforeValidator(_as_written)]
NewModules = Annotated[tuple[Annotated[Module, AfterValidator(_worded)], ...], Field(min_length=1, max_length=24)]


class PublishOffer(Command):
    """Publish an offer, or its next version; `cities` are those of who asks."""

    offer_id: Id
    language: Language
    modules: NewModules
    cities: Cities
    on: Day


class PlanCycle(Command):
    """Plan a cycle whose sessions are dated already (see `planning.sessions`)."""

    cycle_id: Id
    offer_id: Id
    offer_version: Version
    language: Language
    modules: Annotated[Numbers, Field(min_length=1)]
    organisation_id: Id
    city: City
    place: Place
    weekday: Weekday
    part_of_day: PartOfDay
    capacity: Capacity
    facilitators: tuple[Id, Id]
    sessions: Sessions
    on: Day


class MoveSession(Command):
    """Move a session to another day or hour."""

    cycle_id: Id
    session_id: Id
    to: Day
    starts: Hour
    on: Day


class CancelSession(Command):
    """Cancel a session that did not take place."""

    cycle_id: Id
    session_id: Id
    reason: CancelReason
    on: Day


class AddCatchUp(Command):
    """Add a session for a module that was missed."""

    cycle_id: Id
    session_id: Id
    module: Number
    held_on: Day
    starts: Hour
    on: Day


class ArrangeCover(Command):
    """Have another facilitator stand in at one session."""

    cycle_id: Id
    session_id: Id
    absent: Id
    cover: Id
    on: Day


class HoldSession(Command):
    """Record that a session took place on `on`, with a mark for everyone expected."""

    cycle_id: Id
    session_id: Id
    attendance: Attendance
    on: Day


class CorrectAttendance(Command):
    """Correct one mark of a session held."""

    cycle_id: Id
    session_id: Id
    referral_id: Id
    mark: Mark
    on: Day


class CloseCycle(Command):
    """Close a cycle whose sessions were all held or cancelled."""

    cycle_id: Id
    on: Day


class TakePlace(Command):
    """Take seats at the sessions from a day on whose module the person has yet to attend."""

    cycle_id: Id
    referral_id: Id
    from_on: Day
    firm: bool
    attended: Numbers
    kept_apart: People
    on: Day


class ReleasePlace(Command):
    """Free the seats still to come."""

    cycle_id: Id
    referral_id: Id
    on: Day


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
