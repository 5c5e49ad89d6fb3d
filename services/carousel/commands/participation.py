"""What may be asked of a participation; `on` is the day it happened, `at` when it was asked."""

from __future__ import annotations

from services.carousel.events.participation import SafetyCause, Unlisted
from services.carousel.events.values import Availabilities, Mark, Number, Numbers
from shared.domain.bounds import Day
from shared.domain.messages import Command
from shared.i18n.code_lists import Category, City, Id, ReasonCode
from shared.i18n.text import Language


class AwaitPlace(Command):
    """Put an accepted person on the waiting list; `returning` when his referral was resumed, also after he stopped."""

    referral_id: Id
    city: City
    language: Language
    availability: Availabilities
    returning: bool = False
    on: Day


class LeaveWaitingList(Command):
    """Take a person off the road before the first session, because the referral took another one."""

    referral_id: Id
    cause: Unlisted
    on: Day


class OfferPlace(Command):
    """Hold seats for a person until he answers."""

    referral_id: Id
    cycle_id: Id
    from_on: Day
    on: Day


class PlaceParticipant(Command):
    """Give a place to a person who agreed already."""

    referral_id: Id
    cycle_id: Id
    from_on: Day
    on: Day


class ReceivePlace(Command):
    """Note the seats that the cycle found for the person."""

    referral_id: Id
    cycle_id: Id
    organisation_id: Id | None
    city: City
    modules: Numbers
    first_on: Day
    last_on: Day
    firm: bool
    on: Day


class ReschedulePlace(Command):
    """Note that the place begins or ends on another day."""

    referral_id: Id
    cycle_id: Id
    first_on: Day
    last_on: Day
    on: Day


class AcceptPlace(Command):
    """Record that the person takes the place offered."""

    referral_id: Id
    on: Day


class RefusePlace(Command):
    """Record that the person cannot take the place offered, and why."""

    referral_id: Id
    category: Category
    code: ReasonCode
    on: Day


class GiveBackPlace(Command):
    """End the place: given back by the person, or its cycle is over."""

    referral_id: Id
    cycle_id: Id
    on: Day


class NoteAttendance(Command):
    """Note how the person was marked at a session; noting it again corrects it."""

    referral_id: Id
    cycle_id: Id
    session_id: Id
    module: Number
    modules: Numbers
    mark: Mark
    city: City
    held_on: Day
    on: Day


class PauseParticipation(Command):
    """Pause a participation until a review date, or move that date; the place is given back."""

    referral_id: Id
    review_on: Day
    on: Day


class ResumeParticipation(Command):
    """Go on after a pause."""

    referral_id: Id
    on: Day


class StopParticipation(Command):
    """Record that the person leaves after the first session, and why."""

    referral_id: Id
    category: Category
    code: ReasonCode
    on: Day


class ReturnToParticipation(Command):
    """Record that the person comes back after stopping."""

    referral_id: Id
    on: Day


class DeclareNonAssociation(Command):
    """Say that two people must not sit together; `other_cycle_id` is where the other has a place."""

    referral_id: Id
    other_id: Id
    other_cycle_id: Id | None = None
    on: Day


class LiftNonAssociation(Command):
    """Say that they may sit together again."""

    referral_id: Id
    other_id: Id
    on: Day


class OpenSafetyTask(Command):
    """Have a facilitator look at the safety of those concerned."""

    referral_id: Id
    cycle_id: Id
    cause: SafetyCause
    on: Day


class CloseSafetyTask(Command):
    """Record that a facilitator has looked; the note travels beside, never in a fact."""

    referral_id: Id
    task_id: Id
    on: Day


ParticipationCommand = (
    AwaitPlace
    | LeaveWaitingList
    | OfferPlace
    | PlaceParticipant
    | ReceivePlace
    | ReschedulePlace
    | AcceptPlace
    | RefusePlace
    | GiveBackPlace
    | NoteAttendance
    | PauseParticipation
    | ResumeParticipation
    | StopParticipation
    | ReturnToParticipation
    | DeclareNonAssociation
    | LiftNonAssociation
    | OpenSafetyTask
    | CloseSafetyTask
)
