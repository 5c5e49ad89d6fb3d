"""What has happened to the participation of one referred person: ids, days and codes; only ever grows."""

from __future__ import annotations

from typing import Literal

from services.carousel.events.values import Availabilities, Mark, Number, Numbers, People, StoredDay
from shared.domain.messages import Event
from shared.i18n.code_lists import Category, City, Id, ReasonCode
from shared.i18n.text import Language

SafetyCause = Literal["stopped", "silence"]
Unlisted = Literal["on_hold", "withdrawn", "retracted", "not_eligible", "not_suitable"]


class JoinedWaitingList(Event):
    """Accepted by the intake: the person waits for a place."""

    referral_id: Id
    city: City
    language: Language
    availability: Availabilities
    on: StoredDay


class LeftWaitingList(Event):
    """No longer waiting, nor holding a place, because the referral took another road."""

    referral_id: Id
    cause: Unlisted
    on: StoredDay


class PlaceRequested(Event):
    """A place in a cycle from that day on is asked for; `firm` when the person has agreed already."""

    referral_id: Id
    cycle_id: Id
    from_on: StoredDay
    firm: bool
    attended: Numbers
    kept_apart: People
    on: StoredDay


class PlaceOffered(Event):
    """Seats are held for the person, who has yet to answer; which organisation runs the cycle was not told at first."""

    referral_id: Id
    cycle_id: Id
    organisation_id: Id | None = None
    city: City
    modules: Numbers
    first_on: StoredDay
    last_on: StoredDay
    on: StoredDay


class PlaceRefused(Event):
    """The person cannot take the place, by a two-level reason; the wait goes on."""

    referral_id: Id
    cycle_id: Id
    category: Category
    code: ReasonCode
    on: StoredDay


class ParticipantPlaced(Event):
    """The person has a place, from its first to its last session."""

    referral_id: Id
    cycle_id: Id
    organisation_id: Id | None = None
    city: City
    modules: Numbers
    first_on: StoredDay
    last_on: StoredDay
    on: StoredDay


class PlaceRescheduled(Event):
    """The place begins or ends on another day, for the cycle changed; `placed_on` once the person has agreed."""

    referral_id: Id
    cycle_id: Id
    city: City
    first_on: StoredDay
    last_on: StoredDay
    placed_on: StoredDay | None
    on: StoredDay


class PlaceGivenBack(Event):
    """The place ended: given back, or its cycle is over."""

    referral_id: Id
    cycle_id: Id
    on: StoredDay


class AttendanceNoted(Event):
    """How the person was marked at one session; noted again after a correction. `modules` are all of the offer's."""

    referral_id: Id
    cycle_id: Id
    session_id: Id
    module: Number
    modules: Numbers
    mark: Mark
    city: City
    on: StoredDay


class ParticipationStarted(Event):
    """The first session ever was attended on that day."""

    referral_id: Id
    cycle_id: Id
    city: City
    on: StoredDay


class StartRevoked(Event):
    """A correction left no session attended."""

    referral_id: Id
    on: StoredDay


class ParticipationPaused(Event):
    """Paused until someone looks at it again."""

    referral_id: Id
    review_on: StoredDay
    on: StoredDay


class ParticipationResumed(Event):
    """Goes on after a pause: waits for a place again."""

    referral_id: Id
    on: StoredDay


class ParticipationStopped(Event):
    """Left after the first session."""

    referral_id: Id
    category: Category
    code: ReasonCode
    on: StoredDay


class ParticipationReturned(Event):
    """Came back after stopping: waits for a place again, with the modules attended before."""

    referral_id: Id
    on: StoredDay


class ParticipationCompleted(Event):
    """Every distinct module of the offer was attended, the last one on that day."""

    referral_id: Id
    cycle_id: Id
    city: City
    on: StoredDay


class CompletionRevoked(Event):
    """A correction took a module away."""

    referral_id: Id
    on: StoredDay


class NonAssociationDeclared(Event):
    """He and the other must not sit together; `cycle_id` is where he had a place when it was said."""

    referral_id: Id
    other_id: Id
    cycle_id: Id | None
    on: StoredDay


class NonAssociationLifted(Event):
    """They may sit together again."""

    referral_id: Id
    other_id: Id
    on: StoredDay


class SafetyTaskOpened(Event):
    """A facilitator of that cycle has to look at the safety of those concerned, before that day."""

    referral_id: Id
    task_id: Id
    cycle_id: Id
    cause: SafetyCause
    due_on: StoredDay
    on: StoredDay


class SafetyTaskClosed(Event):
    """A facilitator has looked; his note is kept apart from the facts."""

    referral_id: Id
    task_id: Id
    on: StoredDay


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
)
