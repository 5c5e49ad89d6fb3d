"""What may be asked of organisations and referrals; `on` is the day it happened, `at` when it was asked."""

from __future__ import annotations

from services.referral.events import Availabilities, Criterion, InformedBy, NotInformedReason, OverrideReason, Results
from shared.domain.bounds import Count, Day
from shared.domain.messages import Command
from shared.i18n.code_lists import Category, City, Id, OrganisationName, ReasonCode, Sector
from shared.i18n.text import Language


class RegisterOrganisation(Command):
    """Make an organisation known."""

    organisation_id: Id
    name: OrganisationName
    sector: Sector
    city: City
    since: Day


class RenameOrganisation(Command):
    """Give an organisation another name from a day on."""

    organisation_id: Id
    name: OrganisationName
    since: Day


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
    received_on: Day
    informed_on: Day | None = None
    informed_by: InformedBy | None = None
    not_informed_reason: NotInformedReason | None = None
    availability: Availabilities = ()
    feedback_agreed: bool = False
    language: Language = "nl"


class PlanIntake(Command):
    """Plan the intake, or plan it again for another day."""

    referral_id: Id
    on: Day
    planned_for: Day


class RecordIntake(Command):
    """Record the intake `held_by` a worker (a pseudonymous id), with a result for every criterion of the checklist."""

    referral_id: Id
    on: Day
    checklist_version: Count
    results: Results
    held_by: Id


class AcceptReferral(Command):
    """Accept the person; a criterion that was not met needs an override."""

    referral_id: Id
    on: Day
    override: OverrideReason | None = None


class DeclineNotEligible(Command):
    """Decline because a criterion was not met."""

    referral_id: Id
    on: Day
    criterion: Criterion


class DeclineNotSuitable(Command):
    """Decline on a judgement."""

    referral_id: Id
    on: Day
    reason: ReasonCode


class PutReferralOnHold(Command):
    """Pause the road until a review date, or move that date."""

    referral_id: Id
    on: Day
    review_on: Day


class ResumeReferral(Command):
    """Go on after a hold, a withdrawal or a stop."""

    referral_id: Id
    on: Day


class WithdrawReferral(Command):
    """Record that the person leaves before the first session."""

    referral_id: Id
    on: Day
    category: Category
    code: ReasonCode


class LinkDuplicate(Command):
    """Say that this referral is the same as another one."""

    referral_id: Id
    on: Day
    of: Id


class RetractReferral(Command):
    """Take back a referral received in error."""

    referral_id: Id
    on: Day


class RecordPlacement(Command):
    """Record that the carousel gave a place."""

    referral_id: Id
    on: Day


class RecordStart(Command):
    """Record that the carousel saw the person in a first session."""

    referral_id: Id
    on: Day


class RecordCompletion(Command):
    """Record that the carousel counted six distinct modules."""

    referral_id: Id
    on: Day


class RecordStop(Command):
    """Record that the carousel saw the person leave after the first session."""

    referral_id: Id
    on: Day
    category: Category
    code: ReasonCode


class RecordReturn(Command):
    """Record that the carousel saw the person come back after a stop."""

    referral_id: Id
    on: Day


class RevokeStart(Command):
    """Record that after a correction the carousel sees no session attended."""

    referral_id: Id
    on: Day


class RevokeCompletion(Command):
    """Record that after a correction the carousel misses a module."""

    referral_id: Id
    on: Day


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
