"""What has happened to the participation of one referred person: ids, days and codes; only ever grows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.carousel.participations.mark_events import (
    AttendanceCounted,
    AttendanceDiscounted,
    AttendanceNoted,
    AttendanceRevoked,
    Marks,
    OfReferral,
)
from services.carousel.participations.person_events import (
    Apart,
    AttendanceInherited,
    DuplicateCounted,
    HeldPlace,
    LeavingRevoked,
    MakeUpArranged,
    MakeUpDropped,
    MakeUpRequested,
    OfferFollowed,
    OtherKnown,
    ParticipationTransferred,
    PersonKnown,
    Road,
    RoadNoted,
)
from services.carousel.values import Availabilities, ModuleIds, Numbers, People, PlaceInCycle, StoredDay
from shared.i18n.code_lists import Category, City, Id, ReasonCode
from shared.i18n.text import Language

__all__ = [
    "Apart",
    "AttendanceCounted",
    "AttendanceDiscounted",
    "AttendanceInherited",
    "AttendanceNoted",
    "AttendanceRevoked",
    "CompletionRevoked",
    "DuplicateCounted",
    "HeldPlace",
    "JoinedWaitingList",
    "LeavingRevoked",
    "LeftWaitingList",
    "MakeUpArranged",
    "MakeUpDropped",
    "MakeUpRequested",
    "Marks",
    "NonAssociationDeclared",
    "NonAssociationLifted",
    "OfReferral",
    "OfferFollowed",
    "OtherKnown",
    "ParticipantPlaced",
    "ParticipationCompleted",
    "ParticipationEvent",
    "ParticipationPaused",
    "ParticipationResumed",
    "ParticipationReturned",
    "ParticipationStarted",
    "ParticipationStopped",
    "ParticipationTransferred",
    "PersonKnown",
    "PlaceGivenBack",
    "PlaceOffered",
    "PlaceRefused",
    "PlaceRequested",
    "PlaceRescheduled",
    "Road",
    "RoadNoted",
    "SafetyCause",
    "SafetyTaskClosed",
    "SafetyTaskLapsed",
    "SafetyTaskOpened",
    "StartRevoked",
    "StopRevoked",
    "Unlisted",
]  # fmt: skip
SafetyCause = Literal["stopped", "silence"]
Unlisted = Literal["on_hold", "withdrawn", "retracted", "not_eligible", "not_suitable", "not_accepted"]


class JoinedWaitingList(OfReferral):
    """Accepted by the intake: the person waits for a place."""

    city: City
    language: Language
    availability: Availabilities


class LeftWaitingList(OfReferral):
    """No longer waiting, nor holding a place, because the referral took another road."""

    cause: Unlisted


class PlaceRequested(OfReferral):
    """A place in a cycle from that day on is asked for; `firm` when the person has agreed already."""

    cycle_id: Id
    from_on: StoredDay
    firm: bool
    attended: Numbers
    have: ModuleIds = ()
    kept_apart: People


class PlaceOffered(PlaceInCycle, OfReferral):
    """Seats are held for the person, who has yet to answer."""


class PlaceRefused(OfReferral):
    """The person cannot take the place, by a two-level reason; the wait goes on."""

    cycle_id: Id
    category: Category
    code: ReasonCode


class ParticipantPlaced(PlaceInCycle, OfReferral):
    """The person has a place, from its first to its last session."""


class PlaceRescheduled(OfReferral):
    """The place begins or ends on another day, for the cycle changed; `placed_on` once the person has agreed."""

    cycle_id: Id
    city: City
    first_on: StoredDay
    last_on: StoredDay
    placed_on: StoredDay | None


class PlaceRestored(OfReferral):
    """A place that ended in error goes on; `placed_on` is when it was accepted."""

    cycle_id: Id
    city: City
    first_on: StoredDay
    last_on: StoredDay
    placed_on: StoredDay


class PlaceGivenBack(OfReferral):
    """The place ended: given back, or its cycle is over."""

    cycle_id: Id


class ParticipationStarted(OfReferral):
    """The first session ever was attended on that day."""

    cycle_id: Id
    city: City


class StartRevoked(OfReferral):
    """A correction left no session attended."""


class ParticipationPaused(OfReferral):
    """Paused until someone looks at it again."""

    review_on: StoredDay


class ParticipationResumed(OfReferral):
    """Goes on after a pause: waits for a place again."""


class ParticipationStopped(OfReferral):
    """Left after the first session."""

    category: Category
    code: ReasonCode


class PlaceReclaimed(OfReferral):
    """A place that ended in error is asked back from its cycle."""

    cycle_id: Id
    kept_apart: People


class StopRevoked(OfReferral):
    """The stop was recorded in error; `outweighed` when a session attended after it says so."""

    outweighed: bool = False


class ParticipationReturned(OfReferral):
    """Came back after stopping: waits for a place again, with the modules attended before."""


class ParticipationCompleted(OfReferral):
    """Every distinct module of the offer was attended, the last one on that day."""

    cycle_id: Id
    city: City


class CompletionRevoked(OfReferral):
    """A correction took a module away."""


class NonAssociationDeclared(OfReferral):
    """He and the other must not sit together; `cycle_id` is where he had a place when it was said."""

    other_id: Id
    cycle_id: Id | None


class NonAssociationLifted(OfReferral):
    """They may sit together again; `pairs` are what was said of other referrals of these two people, lifted as well."""

    other_id: Id
    pairs: Annotated[tuple[tuple[Id, Id], ...], Field(max_length=2000)] = ()


class SafetyTaskOpened(OfReferral):
    """A facilitator of that cycle has to look at the safety of those concerned, before that day."""

    task_id: Id
    cycle_id: Id
    cause: SafetyCause
    due_on: StoredDay


class SafetyTaskLapsed(OfReferral):
    """What the task was opened for turned out not to be so: nobody has to look any more."""

    task_id: Id


class SafetyTaskClosed(OfReferral):
    """A facilitator has looked; his note is kept apart from the events."""

    task_id: Id


ParticipationEvent = (
    JoinedWaitingList
    | LeftWaitingList
    | PlaceRequested
    | PlaceOffered
    | PlaceRefused
    | ParticipantPlaced
    | PlaceRescheduled
    | PlaceReclaimed
    | PlaceRestored
    | PlaceGivenBack
    | AttendanceNoted
    | AttendanceCounted
    | AttendanceDiscounted
    | AttendanceRevoked
    | MakeUpRequested
    | MakeUpArranged
    | MakeUpDropped
    | ParticipationTransferred
    | OfferFollowed
    | ParticipationStarted
    | StartRevoked
    | ParticipationPaused
    | ParticipationResumed
    | ParticipationStopped
    | StopRevoked
    | ParticipationReturned
    | ParticipationCompleted
    | CompletionRevoked
    | NonAssociationDeclared
    | NonAssociationLifted
    | SafetyTaskOpened
    | SafetyTaskLapsed
    | SafetyTaskClosed
    | PersonKnown
    | OtherKnown
    | RoadNoted
    | DuplicateCounted
    | AttendanceInherited
    | LeavingRevoked
)
