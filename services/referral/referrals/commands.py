"""What may be asked of a referral; `on` is the day it happened, `at` when it was asked."""

from __future__ import annotations

from services.referral.referrals.schemas import (
    Acceptance,
    CorrectedEntry,
    Departure,
    Duplicate,
    Hold,
    Intake,
    IntakeAppointment,
    NotEligible,
    NotSuitable,
    ReferralBody,
    TakenBack,
    Transfer,
)
from shared.domain.messages import Command, Dated
from shared.i18n.code_lists import Id


class ReceiveReferral(ReferralBody, Command):
    """Receive a referral."""


class DatedCommand(Dated, Command):
    """What is asked of a referral that was received."""

    referral_id: Id


class CorrectReferral(CorrectedEntry, DatedCommand):
    """Correct how the referral came in; `by_referrer` when who refers asks it."""

    by_referrer: bool = False


class TransferReferral(Transfer, DatedCommand):
    """Let the road go on in another city."""


class AttributeReferral(DatedCommand):
    """Say of which person the referral is; None when of the one it came in with."""

    person_id: Id | None


class RevokeStep(TakenBack, DatedCommand):
    """Take back a step that was recorded in error."""


class PlanIntake(IntakeAppointment, DatedCommand):
    """Plan the intake, or plan it again for another day."""


class RecordIntake(Intake, DatedCommand):
    """Record the intake."""


class AcceptReferral(Acceptance, DatedCommand):
    """Accept the person; a criterion that was not met needs an override."""


class DeclineNotEligible(NotEligible, DatedCommand):
    """Decline because a criterion was not met."""


class DeclineNotSuitable(NotSuitable, DatedCommand):
    """Decline on a judgement."""


class PutReferralOnHold(Hold, DatedCommand):
    """Pause the referral until a review date, or move that date."""


class ResumeReferral(DatedCommand):
    """Go on after a hold, a withdrawal or a stop."""


class WithdrawReferral(Departure, DatedCommand):
    """Record that the person leaves before the first session."""


class LinkDuplicate(Duplicate, DatedCommand):
    """Say that this referral is the same as another one."""


class RetractReferral(DatedCommand):
    """Take back a referral received in error; `by_referrer` when who refers asks it."""

    by_referrer: bool = False
    has_duplicates: bool = False


class RecordPlacement(DatedCommand):
    """Record that the carousel gave a place."""


class RecordStart(DatedCommand):
    """Record that the carousel saw the person in a first session."""


class RecordCompletion(DatedCommand):
    """Record that the carousel counted six distinct modules."""


class RecordStop(Departure, DatedCommand):
    """Record that the carousel saw the person leave after the first session."""


class RevokeStop(DatedCommand):
    """Record that the carousel took a stop back."""


class RecordReturn(DatedCommand):
    """Record that the carousel saw the person come back after a stop."""


class RevokeStart(DatedCommand):
    """Record that after a correction the carousel sees no session attended."""


class RevokeCompletion(DatedCommand):
    """Record that after a correction the carousel misses a module."""


ReferralCommand = (
    ReceiveReferral | PlanIntake | RecordIntake | AcceptReferral | DeclineNotEligible | DeclineNotSuitable
    | PutReferralOnHold | ResumeReferral | WithdrawReferral | LinkDuplicate | RetractReferral | RecordPlacement
    | RecordStart | RecordCompletion | RecordStop | RecordReturn | RevokeStart | RevokeCompletion | RevokeStop
    | CorrectReferral | TransferReferral | AttributeReferral | RevokeStep
)  # fmt: skip
