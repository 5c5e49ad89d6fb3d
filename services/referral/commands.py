"""What may be asked of organisations and referrals; `on` is the day it happened, `at` when it was asked."""

from __future__ import annotations

from datetime import date

from services.referral.events import Criterion, InformedBy, NotInformedReason, OverrideReason, Result
from shared.messages import Command
from shared.terms import Availability, Category, City, Id, OrganisationName, ReasonCode, Sector
from shared.texts import Language


class RegisterOrganisation(Command):
    """Make an organisation known."""

    organisation_id: Id
    name: OrganisationName
    sector: Sector
    city: City
    since: date


class RenameOrganisation(Command):
    """Give an organisation another name from a day on."""

    organisation_id: Id
    name: OrganisationName
    since: date


class RegisterReferrer(Command):
    """Make a referring person of an organisation known."""

    referrer_id: Id
    organisation_id: Id


class ReceiveReferral(Command):
    """Receive a referral; `referrer_id` is None when the person or the family comes of itself."""

    referral_id: Id
    person_id: Id
    referrer_id: Id | None = None
    organisation_id: Id | None = None
    sector: Sector
    referrer_city: City | None = None
    city_of_residence: City
    preferred_city: City
    received_on: date
    informed_on: date | None = None
    informed_by: InformedBy | None = None
    not_informed_reason: NotInformedReason | None = None
    availability: tuple[Availability, ...] = ()
    feedback_agreed: bool = False
    language: Language = "nl"


class PlanIntake(Command):
    """Plan the intake, or plan it again for another day."""

    referral_id: Id
    on: date
    planned_for: date


class RecordIntake(Command):
    """Record the intake `held_by` a worker, with a result for every criterion of the checklist."""

    referral_id: Id
    on: date
    checklist_version: int
    results: tuple[Result, ...]
    held_by: str


class AcceptReferral(Command):
    """Accept the person; a criterion that was not met needs an override."""

    referral_id: Id
    on: date
    override: OverrideReason | None = None


class DeclineNotEligible(Command):
    """Decline because a criterion was not met."""

    referral_id: Id
    on: date
    criterion: Criterion


class DeclineNotSuitable(Command):
    """Decline on a judgement."""

    referral_id: Id
    on: date
    reason: ReasonCode


class PutReferralOnHold(Command):
    """Pause the road until a review date, or move that date."""

    referral_id: Id
    on: date
    review_on: date


class ResumeReferral(Command):
    """Go on after a hold, a withdrawal or a stop."""

    referral_id: Id
    on: date


class WithdrawReferral(Command):
    """Record that the person leaves before the first session."""

    referral_id: Id
    on: date
    category: Category
    code: ReasonCode


class LinkDuplicate(Command):
    """Say that this referral is the same as another one."""

    referral_id: Id
    on: date
    of: Id


class RetractReferral(Command):
    """Take back a referral received in error."""

    referral_id: Id
    on: date


class RecordPlacement(Command):
    """Record that the carousel gave a place."""

    referral_id: Id
    on: date


class RecordStart(Command):
    """Record that the carousel saw the person in a first session."""

    referral_id: Id
    on: date


class RecordCompletion(Command):
    """Record that the carousel counted six distinct modules."""

    referral_id: Id
    on: date


class RecordStop(Command):
    """Record that the carousel saw the person leave after the first session."""

    referral_id: Id
    on: date
    category: Category
    code: ReasonCode


class RecordReturn(Command):
    """Record that the carousel saw the person come back after a stop."""

    referral_id: Id
    on: date


class RevokeStart(Command):
    """Record that after a correction the carousel sees no session attended."""

    referral_id: Id
    on: date


class RevokeCompletion(Command):
    """Record that after a correction the carousel misses a module."""

    referral_id: Id
    on: date


RegisterCommand = RegisterOrganisation | RenameOrganisation | RegisterReferrer
ReferralCommand = (
    ReceiveReferral
    | PlanIntake
    | RecordIntake
    | AcceptReferral
    | DeclineNotEligible
    | DeclineNotSuitable
    | PutReferralOnHold
    | ResumeReferral
    | WithdrawReferral
    | LinkDuplicate
    | RetractReferral
    | RecordPlacement
    | RecordStart
    | RecordCompletion
    | RecordStop
    | RecordReturn
    | RevokeStart
    | RevokeCompletion
)
