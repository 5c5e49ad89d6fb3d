"""What has happened to the participation of one referred person: ids, days and codes; only ever grows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.carousel.values import Availabilities, Mark, Number, Numbers, People, PlaceInCycle, StoredDay
from shared.domain.messages import Event, Message
from shared.i18n.code_lists import Category, City, Id, ReasonCode
from shared.i18n.text import Language

SafetyCause = Literal["stopped", "silence"]
Unlisted = Literal["on_hold", "withdrawn", "retracted", "not_eligible", "not_suitable", "not_accepted"]


class OfReferral(Event):
    """Something that has happened to the participation of one referral, and on which day."""

    referral_id: Id
    on: StoredDay


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


class PlaceGivenBack(OfReferral):
    """The place ended: given back, or its cycle is over."""

    cycle_id: Id


class AttendanceNoted(OfReferral):
    """How the person was marked at one session; noted again after a correction. `modules` are all of the offer's."""

    cycle_id: Id
    session_id: Id
    module: Number
    modules: Numbers
    mark: Mark
    city: City


Marks = Annotated[tuple[AttendanceNoted, ...], Field(max_length=2000)]


class AttendanceCounted(OfReferral):
    """What counts for the person at a session is another mark than the one noted last: his duplicate has a better one.

    Told as attendance, like a mark that is noted.
    """

    cycle_id: Id
    session_id: Id
    module: Number
    modules: Numbers
    mark: Mark
    city: City


class AttendanceDiscounted(OfReferral):
    """No mark at that session counts for this referral any more."""

    session_id: Id


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


class SafetyTaskClosed(OfReferral):
    """A facilitator has looked; his note is kept apart from the events."""

    task_id: Id


class PersonKnown(OfReferral):
    """Of which person the referral is, since when it is, and which other referrals (`kin`) are of the same person."""

    person_id: Id | None
    since: StoredDay
    kin: People


class OtherKnown(OfReferral):
    """The referrals of the person from whom he is kept apart."""

    other_id: Id
    people: People


class Apart(Message):
    """Somebody from whom a person is kept apart, and all the referrals of that person."""

    other: Id
    people: People


class HeldPlace(Message):
    """The place of another road of the same person."""

    cycle_id: Id
    first_on: StoredDay
    last_on: StoredDay


class Road(Message):
    """What one referral of a person means for the others: his place, what he attended, from whom he is kept apart."""

    since: StoredDay
    attended: Marks = ()
    completed: bool = False
    place: HeldPlace | None = None
    apart: Annotated[tuple[Apart, ...], Field(max_length=200)] = ()


class RoadNoted(OfReferral):
    """How another road of the same person stands."""

    of_id: Id
    road: Road


class DuplicateCounted(OfReferral):
    """The referral is a duplicate: what was attended under it counts for `of_id`, no longer for `was_id`.

    `of_id` is None when the link was undone.
    """

    of_id: Id | None
    was_id: Id | None


class AttendanceInherited(OfReferral):
    """What was attended under a duplicate of this referral, and since when that one waited; nothing when undone."""

    under_id: Id
    marks: Marks
    accepted_on: StoredDay | None = None


class LeavingRevoked(OfReferral):
    """He never left the waiting list: what was told of his referral was taken back."""


ParticipationEvent = (
    JoinedWaitingList
    | LeftWaitingList
    | PlaceRequested
    | PlaceOffered
    | PlaceRefused
    | ParticipantPlaced
    | PlaceRescheduled
    | PlaceGivenBack
    | AttendanceNoted
    | AttendanceCounted
    | AttendanceDiscounted
    | ParticipationStarted
    | StartRevoked
    | ParticipationPaused
    | ParticipationResumed
    | ParticipationStopped
    | ParticipationReturned
    | ParticipationCompleted
    | CompletionRevoked
    | NonAssociationDeclared
    | NonAssociationLifted
    | SafetyTaskOpened
    | SafetyTaskClosed
    | PersonKnown
    | OtherKnown
    | RoadNoted
    | DuplicateCounted
    | AttendanceInherited
    | LeavingRevoked
)
