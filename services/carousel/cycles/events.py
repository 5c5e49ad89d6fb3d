"""What has happened to cycles: ids, days and codes, never a person's data; only ever grows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.carousel.values import (
    Attendance,
    CancelReason,
    Capacity,
    Hour,
    Mark,
    Needs,
    Numbers,
    People,
    Place,
    PlaceDays,
    PlaceInCycle,
    Session,
    SessionFacts,
    SessionIds,
    Sessions,
    StoredDay,
    Version,
)
from shared.domain.bounds import Count, Day
from shared.domain.messages import Event
from shared.i18n.code_lists import City, Id, PartOfDay, Weekday
from shared.i18n.text import Language

Rescheduled = Annotated[tuple[PlaceDays, ...], Field(max_length=2000)]


class OfCycle(Event):
    """Something that has happened to one cycle, and on which day."""

    cycle_id: Id
    on: StoredDay


class CyclePlanned(OfCycle):
    """A cycle is dated: one city, place and slot, a pair of facilitators, and a capacity for each session."""

    offer_id: Id
    offer_version: Version
    language: Language
    modules: Numbers
    needs: Needs = ()
    organisation_id: Id
    city: City
    place: Place
    weekday: Weekday
    part_of_day: PartOfDay
    capacity: Capacity
    facilitators: tuple[Id, Id]
    sessions: Sessions


class SessionMoved(OfCycle):
    """A session has another day or hour; `rescheduled` are the places that begin or end on another day by it."""

    session_id: Id
    to: Day
    starts: Hour
    rescheduled: Rescheduled = ()


class SessionCancelled(OfCycle):
    """A session will not take place."""

    session_id: Id
    reason: CancelReason
    rescheduled: Rescheduled = ()


class CatchUpAdded(OfCycle):
    """One more session, so that a missed module comes round again."""

    session: Session
    rescheduled: Rescheduled = ()


class CoverArranged(OfCycle):
    """Another facilitator stands in at one session."""

    session_id: Id
    absent: Id
    cover: Id


class SessionReopened(OfCycle):
    """A session was recorded as held in error: it may still take place, and the marks of these people do not count."""

    session_id: Id
    held_on: StoredDay
    people: People


class SessionReinstated(OfCycle):
    """A session was cancelled in error: it will take place, and who lost his seat by it has it again."""

    session_id: Id
    rescheduled: Rescheduled = ()


class SessionDayCorrected(OfCycle):
    """A session took place on another day or hour than was recorded; `facts` are those after the correction."""

    facts: SessionFacts
    starts: Hour
    attendance: Attendance
    rescheduled: Rescheduled = ()


class CycleReopened(OfCycle):
    """The cycle was closed in error: a session of it was taken back.

    `participants` are those whose place ended with it, `silent` who seemed to have attended nothing.
    """

    participants: People
    silent: People


class SeatRestored(OfCycle):
    """A place that ended in error goes on, from its first to its last session."""

    referral_id: Id
    kept_apart: People
    first_on: StoredDay
    last_on: StoredDay


class CapacityChanged(OfCycle):
    """Another number of seats, at one session or at all that have none of their own."""

    capacity: Capacity
    session_id: Id | None = None


class FacilitatorsChanged(OfCycle):
    """From that day on this pair runs the cycle."""

    facilitators: tuple[Id, Id]


class PlaceTaken(PlaceInCycle, OfCycle):
    """A person has a seat at these sessions."""

    sessions: SessionIds
    kept_apart: People
    firm: bool
    from_on: StoredDay | None = None


class PlaceReleased(OfCycle):
    """The seats at sessions after that day are free again; those of a place that was `refused` all but where he was."""

    referral_id: Id
    refused: bool = False


class SessionHeld(OfCycle):
    """A session took place, with a mark for everyone expected."""

    facts: SessionFacts
    attendance: Attendance


class AttendanceCorrected(OfCycle):
    """One mark at a session held was wrong; `facts` are those of the session after the correction.

    `silent` when the cycle was over and he turns out to have attended no session of it.
    """

    facts: SessionFacts
    referral_id: Id
    mark: Mark
    silent: bool = False


class CycleClosed(OfCycle):
    """The cycle is over for its participants; `silent` are those who were expected and attended no session of it."""

    offer_id: Id
    city: City
    place: Place
    first_on: StoredDay
    sessions_held: Count
    participants: People
    silent: People


class MakeUpTaken(OfCycle):
    """Somebody with a place in another cycle is expected at one session of this one."""

    referral_id: Id
    session_id: Id
    held_on: StoredDay


class MakeUpReleased(OfCycle):
    """He is expected at that session no longer."""

    referral_id: Id
    session_id: Id


CycleEvent = (
    CyclePlanned
    | SessionMoved
    | SessionCancelled
    | CatchUpAdded
    | CoverArranged
    | PlaceTaken
    | PlaceReleased
    | MakeUpTaken
    | MakeUpReleased
    | SessionHeld
    | AttendanceCorrected
    | CycleClosed
    | SessionReopened
    | SessionReinstated
    | SessionDayCorrected
    | CycleReopened
    | SeatRestored
    | CapacityChanged
    | FacilitatorsChanged
)
