"""What has happened to offers and cycles: ids, days and codes, never a person's data; only ever grows."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.messages import Event, Message
from shared.terms import City, Id, PartOfDay, Weekday
from shared.texts import Language, Text


def _of_the_wall(hour: time) -> time:
    if hour.tzinfo:
        raise ValueError("an hour as the clock on the wall tells it, without an offset")
    return hour


Mark = Literal["present", "excused", "absent"]
CancelReason = Literal["facilitator_ill", "too_few_expected", "place_unavailable", "weather", "strike", "other"]
Number = Annotated[int, Field(ge=1, le=24)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]
Hour = Annotated[time, AfterValidator(_of_the_wall)]
Attendance = tuple[tuple[Id, Mark], ...]


class Module(Message):
    """One module of an offer; who never attended may join at it only when `entry_allowed`."""

    number: Number
    title: Text
    minutes: Annotated[int, Field(ge=15, le=480)]
    entry_allowed: bool


class Session(Message):
    """One dated session of a cycle."""

    session_id: Id
    module: Number
    entry_allowed: bool
    on: Day
    starts: Hour


class SessionFacts(Message):
    """What is told of a session that took place; `modules` are all of the offer's, `present` is how many attended."""

    session_id: Id
    offer_id: Id
    module: Number
    modules: tuple[Number, ...]
    on: date
    city: City
    place: str
    present: int
    cover_used: bool


class OfferPublished(Event):
    """From that day on this version of the offer holds; cycles planned before keep theirs."""

    offer_id: Id
    version: int
    language: Language
    modules: tuple[Module, ...]
    on: date


class CyclePlanned(Event):
    """A cycle is dated: one city, place and slot, a pair of facilitators, and a capacity for each session."""

    cycle_id: Id
    offer_id: Id
    offer_version: int
    language: Language
    modules: tuple[Number, ...]
    organisation_id: Id
    city: City
    place: str
    weekday: Weekday
    part_of_day: PartOfDay
    capacity: int
    facilitators: tuple[Id, Id]
    sessions: tuple[Session, ...]
    on: date


class SessionMoved(Event):
    """A session has another day or hour."""

    cycle_id: Id
    session_id: Id
    to: date
    starts: time
    on: date


class SessionCancelled(Event):
    """A session will not take place."""

    cycle_id: Id
    session_id: Id
    reason: CancelReason
    on: date


class CatchUpAdded(Event):
    """One more session, so that a missed module comes round again."""

    cycle_id: Id
    session: Session
    on: date


class CoverArranged(Event):
    """Another facilitator stands in at one session."""

    cycle_id: Id
    session_id: Id
    absent: Id
    cover: Id
    on: date


class PlaceTaken(Event):
    """A person has a seat at these sessions."""

    cycle_id: Id
    referral_id: Id
    sessions: tuple[Id, ...]
    first_on: date
    last_on: date
    city: City
    modules: tuple[Number, ...]
    kept_apart: tuple[Id, ...]
    firm: bool
    on: date


class PlaceReleased(Event):
    """The seats at sessions still to come are free again."""

    cycle_id: Id
    referral_id: Id
    on: date


class SessionHeld(Event):
    """A session took place, with a mark for everyone expected."""

    cycle_id: Id
    facts: SessionFacts
    attendance: Attendance
    on: date


class AttendanceCorrected(Event):
    """One mark at a session held was wrong; `facts` are those of the session after the correction.

    `silent` when the cycle was over and he turns out to have attended no session of it.
    """

    cycle_id: Id
    facts: SessionFacts
    referral_id: Id
    mark: Mark
    silent: bool = False
    on: date


class CycleClosed(Event):
    """The cycle is over for its participants; `silent` are those who were expected and attended no session of it."""

    cycle_id: Id
    offer_id: Id
    city: City
    place: str
    first_on: date
    sessions_held: int
    participants: tuple[Id, ...]
    silent: tuple[Id, ...]
    on: date


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
