"""What requests about cycles and their sessions carry."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from services.carousel import values
from services.carousel.values import Attendance, CancelReason, Capacity, Mark, Number, Numbers
from shared.domain.bounds import PRINTABLE, Day
from shared.domain.messages import Dated
from shared.i18n.code_lists import City, Id, PartOfDay

_WRITTEN_HOUR = re.compile(r"\d{2}:\d{2}(:\d{2})?", re.ASCII)


def _as_written(value: object) -> object:
    """An hour is written HH:MM: pydantic would also take a number of seconds."""
    if not isinstance(value, time) and not (isinstance(value, str) and _WRITTEN_HOUR.fullmatch(value)):
        raise ValueError("an hour is written HH:MM")
    return value


Place = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80, pattern=PRINTABLE)]
Hour = Annotated[values.Hour, BeforeValidator(_as_written)]
CycleId = Annotated[Id, Field(max_length=61)]
"""An id to which each session adds its number."""


class CycleDetails(Dated):
    """What is said of a cycle when it is planned."""

    cycle_id: CycleId
    offer_id: Id
    city: City
    place: Place
    part_of_day: PartOfDay
    capacity: Capacity
    facilitators: tuple[Id, Id]


class NewCycle(CycleDetails):
    """The template of a cycle: a session for each module of the offer, from the first day on, in a weekly rhythm.

    Holidays of Belgium and the days `closed` are skipped; `order` begins with another module than the first.
    """

    first_on: Day
    starts: Hour
    weeks_between: Annotated[int, Field(ge=1, le=8)] = 1
    closed: Annotated[tuple[Day, ...], Field(max_length=100)] = ()
    order: Numbers = ()


class Move(Dated):
    """Another day or hour of a session."""

    to: Day
    starts: Hour


class Cancellation(Dated):
    """Why a session will not take place."""

    reason: CancelReason


class CatchUp(Dated):
    """One more session, for a module that was missed."""

    session_id: Id
    module: Number
    held_on: Day
    starts: Hour


class CoverPlan(Dated):
    """Who stands in for whom at a session."""

    absent: Id
    cover: Id


class DayCorrection(Dated):
    """The day and hour on which a session that was held took place."""

    held_on: Day
    starts: Hour


class NewCapacity(Dated):
    """How many seats there are."""

    capacity: Capacity


class NewFacilitators(Dated):
    """The pair that runs the cycle from that day on."""

    facilitators: tuple[Id, Id]


class SessionRecord(Dated):
    """A mark for everyone expected at a session that took place on `on`."""

    attendance: Attendance


class Correction(Dated):
    """The right mark of one person at a session held."""

    referral_id: Id
    mark: Mark
