"""What may be asked of a participation; `on` is the day it happened, `at` when it was asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.carousel.participations.events import Marks, Road, SafetyCause, Unlisted
from services.carousel.participations.schemas import (
    MakeUpSession,
    NonAssociation,
    Pause,
    PlaceEnd,
    PlaceRequest,
    Reason,
)
from services.carousel.values import (
    Availabilities,
    Mark,
    Needs,
    Numbers,
    People,
    PlaceDays,
    PlaceInCycle,
    SessionFacts,
    StoredDay,
    Version,
)
from shared.domain.messages import Command, Dated
from shared.i18n.code_lists import City, Id
from shared.i18n.text import Language


class ForReferral(Dated, Command):
    """A command to the participation of one referral."""

    referral_id: Id


class AwaitPlace(ForReferral):
    """Put an accepted person on the waiting list; `returning` when his referral was resumed, also after he stopped."""

    city: City
    language: Language
    availability: Availabilities
    returning: bool = False


class LeaveWaitingList(ForReferral):
    """Take a person off the road before the first session, because the referral took another one."""

    cause: Unlisted


class OfferPlace(PlaceRequest, ForReferral):
    """Hold seats for a person until he answers."""


class PlaceParticipant(PlaceRequest, ForReferral):
    """Give a place to a person who agreed already."""


class ReceivePlace(PlaceInCycle, ForReferral):
    """Note the seats that the cycle found for the person."""

    firm: bool


class ReschedulePlace(PlaceDays, ForReferral):
    """Note that the place begins or ends on another day."""

    cycle_id: Id


class ReclaimPlace(ForReferral):
    """Ask the place back that ended when its cycle was closed in error."""

    cycle_id: Id


class RestorePlace(PlaceDays, ForReferral):
    """Note that the place that ended in error goes on."""

    cycle_id: Id


class AcceptPlace(ForReferral):
    """Record that the person takes the place offered."""


class RefusePlace(Reason, ForReferral):
    """Record that the person cannot take the place offered, and why."""


class GiveBackPlace(PlaceEnd, ForReferral):
    """End the place: given back by the person, or its cycle is over."""


class MakeUp(MakeUpSession, ForReferral):
    """Have a person make up a session in another group; his own place stays."""


class ReceiveMakeUp(MakeUpSession, ForReferral):
    """Note the seat that the other cycle found for him at that session."""

    held_on: StoredDay


class DropMakeUp(MakeUpSession, ForReferral):
    """Have him not make up that session there."""


class TransferParticipation(ForReferral):
    """Have the road go on in another city: what he attended stays his, the place that he has does not."""

    city: City


class FollowOffer(ForReferral):
    """Have what a person needs be what this version of an offer asks for."""

    offer_id: Id
    version: Version
    modules: Numbers
    needs: Needs


class NoteAttendance(ForReferral):
    """Note how the person was marked at a session; noting it again corrects it."""

    cycle_id: Id
    session: SessionFacts
    mark: Mark


class RevokeAttendance(ForReferral):
    """Take the mark at a session back: it does not count."""

    session_id: Id


class PauseParticipation(Pause, ForReferral):
    """Pause a participation until a review date, or move that date; the place is given back."""


class ResumeParticipation(ForReferral):
    """Go on after a pause."""


class StopParticipation(Reason, ForReferral):
    """Record that the person leaves after the first session, and why."""


class RevokeStop(ForReferral):
    """Take a stop back that was recorded in error."""


class ReturnToParticipation(ForReferral):
    """Record that the person comes back after stopping."""


class DeclareNonAssociation(NonAssociation, ForReferral):
    """Say that two people must not sit together; `other_cycle_id` is where the other has a place."""

    other_cycle_id: Id | None = None


class LiftNonAssociation(NonAssociation, ForReferral):
    """Say that they may sit together again."""


class OpenSafetyTask(ForReferral):
    """Have a facilitator look at the safety of those concerned."""

    cycle_id: Id
    cause: SafetyCause


class LapseSafetyTask(ForReferral):
    """Nobody has to look any more: what the task was opened for turned out not to be so."""

    cycle_id: Id
    cause: SafetyCause


class CloseSafetyTask(ForReferral):
    """Record that a facilitator has looked; his note is kept apart, never in an event."""

    task_id: Id


class KnowPerson(ForReferral):
    """Note of which person the referral is, and which others are of the same person."""

    person_id: Id | None
    since: StoredDay
    kin: People


class KnowOther(ForReferral):
    """Note which referrals are of the person from whom he is kept apart."""

    other_id: Id
    people: People


class NoteRoad(ForReferral):
    """Note how another road of the same person stands."""

    of_id: Id
    road: Road


class DropPair(ForReferral):
    """Lift what was said of this referral and another, because it was lifted for the two people."""

    other_id: Id


class CountElsewhere(ForReferral):
    """Have what is attended count for the referral of which this is a duplicate; None when it is one no longer."""

    of_id: Id | None


class InheritAttendance(ForReferral):
    """Count what was attended under a duplicate."""

    under_id: Id
    marks: Marks
    modules: Numbers
    needs: Needs
    accepted_on: StoredDay | None


class RevokeLeaving(ForReferral):
    """Put back on the waiting list who left it for one of these causes: it was told in error."""

    causes: Annotated[tuple[Unlisted, ...], Field(min_length=1, max_length=6)]


ParticipationCommand = (
    AwaitPlace
    | LeaveWaitingList
    | OfferPlace
    | PlaceParticipant
    | ReceivePlace
    | ReschedulePlace
    | ReclaimPlace
    | RestorePlace
    | AcceptPlace
    | RefusePlace
    | GiveBackPlace
    | MakeUp
    | ReceiveMakeUp
    | DropMakeUp
    | TransferParticipation
    | FollowOffer
    | NoteAttendance
    | RevokeAttendance
    | PauseParticipation
    | ResumeParticipation
    | StopParticipation
    | RevokeStop
    | ReturnToParticipation
    | DeclareNonAssociation
    | LiftNonAssociation
    | OpenSafetyTask
    | LapseSafetyTask
    | CloseSafetyTask
    | KnowPerson
    | KnowOther
    | NoteRoad
    | DropPair
    | CountElsewhere
    | InheritAttendance
    | RevokeLeaving
)
