"""What has happened to offers and cycles: ids, days and codes, never a person's data; only ever grows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.carousel.events.values import (
    Attendance,
    CancelReason,
    Capacity,
    Cities,
    Hour,
    Mark,
    Modules,
    Number,
    Numbers,
    People,
    Place,
    PlaceDays,
    Session,
    SessionIds,
    Sessions,
    StoredDay,
    Version,
)
from shared.domain.bounds import Count, Day
from shared.domain.messages import Event, Message
from shared.i18n.code_lists import City, Id, PartOfDay, Weekday
from shared.i18n.text import Language

Rescheduled = Annotated[tuple[PlaceDays, ...], Field(max_length=2000)]


class SessionFacts(Message):
    """What is told of a session that took place; `modules` are all of the offer's, `present` is how many attended."""

    session_id: Id
    offer_id: Id
    module: Number
    modules: Numbers
    on: StoredDay
    city: City
    place: Place
    present: Count
    cover_used: bool


class OfferPublished(Event):
    """From that day on this version of the offer holds; cycles planned before keep theirs.

    `cities` are those whose coordinators may change it; none were told at first.
    """

    offer_id: Id
    version: Version
    language: Language
    modules: Modules
    cities: Cities = ()
    on: StoredDay


class CyclePlanned(Event):
    """A cycle is dated: one city, place and slot, a pair of facilitators, and a capacity for each session."""

    cycle_id: Id
    offer_id: Id
    offer_version: Version
    language: Language
    modules: Numbers
    organisation_id: Id
    city: City
    place: Place
    weekday: Weekday
    part_of_day: PartOfDay
    capacity: Capacity
    facilitators: tuple[Id, Id]
    sessions: Sessions
    on: StoredDay


class SessionMoved(Event):
    """A session has another day or hour; `rescheduled` are the places that begin or end on another day by it."""

    cycle_id: Id
    session_id: Id
    to: Day
    starts: Hour
    rescheduled: Rescheduled = ()
    on: StoredDay


class SessionCancelled(Event):
    """A session will not take place."""

    cycle_id: Id
    session_id: Id
    reason: CancelReason
    rescheduled: Rescheduled = ()
    on: StoredDay


class CatchUpAdded(Event):
    """One more session, so that a missed module comes round again."""

    cycle_id: Id
    session: Session
    rescheduled: Rescheduled = ()
    on: StoredDay


class CoverArranged(Event):
    """Another facilitator stands in at one session."""

    cycle_id: Id
    session_id: Id
    absent: Id
    cover: Id
    on: StoredDay


class PlaceTaken(Event):
    """A person has a seat at these sessions; which organisation runs the cycle was not told at first."""

    cycle_id: Id
    organisation_id: Id | None = None
    referral_id: Id
    sessions: SessionIds
    first_on: StoredDay
    last_on: StoredDay
    city: City
    modules: Numbers
    kept_apart: People
    firm: bool
    on: StoredDay


class PlaceReleased(Event):
    """The seats at sessions still to come are free again."""

    cycle_id: Id
    referral_id: Id
    on: StoredDay


class SessionHeld(Event):
    """A session took place, with a mark for everyone expected."""

    cycle_id: Id
    facts: SessionFacts
    attendance: Attendance
    on: StoredDay


class AttendanceCorrected(Event):
    """One mark at a session held was wrong; `facts` are those of the session after the correction.

    `silent` when the cycle was over and he turns out to have attended no session of it.
    """

    cycle_id: Id
    facts: SessionFacts
    referral_id: Id
    mark: Mark
    silent: bool = False
    on: StoredDay


class CycleClosed(Event):
    """The cycle is over for its participants; `silent` are those who were expected and attended no session of it."""

    cycle_id: Id
    offer_id: Id
    city: City
    place: Place
    first_on: StoredDay
    sessions_held: Count
    participants: People
    silent: People
    on: StoredDay


OfferEvent = OfferPublished
CycleEvent = (
    CyclePlanned
    | SessionMoved
    | SessionCancelled
    | CatchUpAdded
    | CoverArranged
    | PlaceTaken
    | PlaceReleased
    | SessionHeld
    | AttendanceCorrected
    | CycleClosed
)
