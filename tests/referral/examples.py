"""One valid example of every event and command of the referral service; any field can be given instead."""

from __future__ import annotations

from typing import Any

from services.referral.organisations.commands import (
    CorrectOrganisation,
    MergeOrganisation,
    RegisterOrganisation,
    RegisterReferrer,
    RenameOrganisation,
    SplitOrganisation,
)
from services.referral.organisations.events import (
    OrganisationCorrected,
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationSplit,
    ReferrerRegistered,
)
from services.referral.referrals import commands, events
from services.referral.referrals.commands import ReferralCommand
from shared.domain.messages import Event
from tests.referral.samples import (
    ACCEPTED,
    ASKED,
    ATTRIBUTED,
    COMPLETED,
    CORRECTED,
    DECLINED_NOT_ELIGIBLE,
    DECLINED_NOT_SUITABLE,
    DUPLICATE_LINKED,
    INTAKE_HELD,
    INTAKE_PLANNED,
    KBO,
    MERGED,
    ORGANISATION,
    ORGANISATION_REGISTERED,
    ORGANISATION_RENAMED,
    OTHER,
    PERSON,
    PLACED,
    PUT_ON_HOLD,
    REFERRAL,
    REFERRED,
    REFERRER,
    REFERRER_REGISTERED,
    RESULTS,
    RESUMED,
    RETRACTED,
    REVOKED,
    SPLIT,
    STARTED,
    STOPPED,
    TAKEN_BACK,
    TRANSFERRED,
    WITHDRAWN,
    WORKER,
    results,
)  # fmt: skip

__all__ = [
    "ACCEPTED", "ASKED", "ATTRIBUTED", "COMPLETED", "CORRECTED", "DECLINED_NOT_ELIGIBLE", "DECLINED_NOT_SUITABLE",
    "DUPLICATE_LINKED", "INTAKE_HELD", "INTAKE_PLANNED", "KBO", "MERGED", "ORGANISATION", "ORGANISATION_REGISTERED",
    "ORGANISATION_RENAMED", "OTHER", "PERSON", "PLACED", "PUT_ON_HOLD", "REFERRAL", "REFERRED", "REFERRER",
    "REFERRER_REGISTERED", "RESULTS", "RESUMED", "RETRACTED", "REVOKED", "SPLIT", "STARTED", "STOPPED",
    "TAKEN_BACK", "TRANSFERRED", "WITHDRAWN", "WORKER", "results",
]  # fmt: skip


def organisation_registered(**given: Any) -> OrganisationRegistered:
    return OrganisationRegistered(**ORGANISATION_REGISTERED | given)


def organisation_renamed(**given: Any) -> OrganisationRenamed:
    return OrganisationRenamed(**ORGANISATION_RENAMED | given)


def referrer_registered(**given: Any) -> ReferrerRegistered:
    return ReferrerRegistered(**REFERRER_REGISTERED | given)


def received(**given: Any) -> events.ReferralReceived:
    return events.ReferralReceived(**REFERRED | given)


def intake_planned(**given: Any) -> events.IntakePlanned:
    return events.IntakePlanned(**INTAKE_PLANNED | given)


def intake_held(**given: Any) -> events.IntakeHeld:
    return events.IntakeHeld(**INTAKE_HELD | {"by": WORKER} | given)


def accepted(**given: Any) -> events.ReferralAccepted:
    return events.ReferralAccepted(**ACCEPTED | given)


def declined_not_eligible(**given: Any) -> events.ReferralDeclinedNotEligible:
    return events.ReferralDeclinedNotEligible(**DECLINED_NOT_ELIGIBLE | given)


def declined_not_suitable(**given: Any) -> events.ReferralDeclinedNotSuitable:
    return events.ReferralDeclinedNotSuitable(**DECLINED_NOT_SUITABLE | given)


def put_on_hold(**given: Any) -> events.ReferralPutOnHold:
    return events.ReferralPutOnHold(**PUT_ON_HOLD | given)


def resumed(**given: Any) -> events.ReferralResumed:
    return events.ReferralResumed(**RESUMED | given)


def withdrawn(**given: Any) -> events.ReferralWithdrawn:
    return events.ReferralWithdrawn(**WITHDRAWN | given)


def duplicate_linked(**given: Any) -> events.DuplicateLinked:
    return events.DuplicateLinked(**DUPLICATE_LINKED | given)


def retracted(**given: Any) -> events.ReferralRetracted:
    return events.ReferralRetracted(**RETRACTED | given)


def placed(**given: Any) -> events.ParticipantPlaced:
    return events.ParticipantPlaced(**PLACED | given)


def started(**given: Any) -> events.ParticipationStarted:
    return events.ParticipationStarted(**STARTED | given)


def completed(**given: Any) -> events.ParticipationCompleted:
    return events.ParticipationCompleted(**COMPLETED | given)


def stopped(**given: Any) -> events.ParticipationStopped:
    return events.ParticipationStopped(**STOPPED | given)


def register_organisation(**given: Any) -> RegisterOrganisation:
    return RegisterOrganisation(**ASKED | ORGANISATION_REGISTERED | given)


def rename_organisation(**given: Any) -> RenameOrganisation:
    return RenameOrganisation(**ASKED | ORGANISATION_RENAMED | given)


def register_referrer(**given: Any) -> RegisterReferrer:
    return RegisterReferrer(**ASKED | REFERRER_REGISTERED | given)


def receive(**given: Any) -> commands.ReceiveReferral:
    return commands.ReceiveReferral(**ASKED | REFERRED | given)


def plan_intake(**given: Any) -> commands.PlanIntake:
    return commands.PlanIntake(**ASKED | INTAKE_PLANNED | given)


def record_intake(**given: Any) -> commands.RecordIntake:
    return commands.RecordIntake(**ASKED | INTAKE_HELD | {"held_by": WORKER} | given)


def accept(**given: Any) -> commands.AcceptReferral:
    return commands.AcceptReferral(**ASKED | ACCEPTED | given)


def decline_not_eligible(**given: Any) -> commands.DeclineNotEligible:
    return commands.DeclineNotEligible(**ASKED | DECLINED_NOT_ELIGIBLE | given)


def decline_not_suitable(**given: Any) -> commands.DeclineNotSuitable:
    return commands.DeclineNotSuitable(**ASKED | DECLINED_NOT_SUITABLE | given)


def hold(**given: Any) -> commands.PutReferralOnHold:
    return commands.PutReferralOnHold(**ASKED | PUT_ON_HOLD | given)


def resume(**given: Any) -> commands.ResumeReferral:
    return commands.ResumeReferral(**ASKED | RESUMED | given)


def withdraw(**given: Any) -> commands.WithdrawReferral:
    return commands.WithdrawReferral(**ASKED | WITHDRAWN | given)


def link_duplicate(**given: Any) -> commands.LinkDuplicate:
    return commands.LinkDuplicate(**ASKED | DUPLICATE_LINKED | given)


def retract(**given: Any) -> commands.RetractReferral:
    return commands.RetractReferral(**ASKED | RETRACTED | given)


def record_placement(**given: Any) -> commands.RecordPlacement:
    return commands.RecordPlacement(**ASKED | PLACED | given)


def record_start(**given: Any) -> commands.RecordStart:
    return commands.RecordStart(**ASKED | STARTED | given)


def record_completion(**given: Any) -> commands.RecordCompletion:
    return commands.RecordCompletion(**ASKED | COMPLETED | given)


def record_stop(**given: Any) -> commands.RecordStop:
    return commands.RecordStop(**ASKED | STOPPED | given)


def start_revoked(**given: Any) -> events.StartRevoked:
    return events.StartRevoked(**REVOKED | given)


def completion_revoked(**given: Any) -> events.CompletionRevoked:
    return events.CompletionRevoked(**REVOKED | given)


def revoke_start(**given: Any) -> commands.RevokeStart:
    return commands.RevokeStart(**ASKED | REVOKED | given)


def revoke_completion(**given: Any) -> commands.RevokeCompletion:
    return commands.RevokeCompletion(**ASKED | REVOKED | given)


def returned(**given: Any) -> events.ParticipationReturned:
    return events.ParticipationReturned(**REVOKED | given)


def record_return(**given: Any) -> commands.RecordReturn:
    return commands.RecordReturn(**ASKED | REVOKED | given)


def corrected(**given: Any) -> events.ReferralCorrected:
    return events.ReferralCorrected(**CORRECTED | {"person_id": PERSON} | given)


def correction_asked(**given: Any) -> events.CorrectionAsked:
    return events.CorrectionAsked(**CORRECTED | given)


def retraction_asked(**given: Any) -> events.RetractionAsked:
    return events.RetractionAsked(**RETRACTED | given)


def transferred(**given: Any) -> events.ReferralTransferred:
    return events.ReferralTransferred(**TRANSFERRED | {"left": "Oostende"} | given)


def attributed(**given: Any) -> events.ReferralAttributed:
    return events.ReferralAttributed(**ATTRIBUTED | given)


def step_revoked(**given: Any) -> events.StepRevoked:
    return events.StepRevoked(**TAKEN_BACK | given)


def stop_revoked(**given: Any) -> events.StopRevoked:
    return events.StopRevoked(**REVOKED | given)


def organisation_corrected(**given: Any) -> OrganisationCorrected:
    return OrganisationCorrected(**ORGANISATION_REGISTERED | {"sector": "welfare"} | given)


def organisation_merged(**given: Any) -> OrganisationMerged:
    return OrganisationMerged(**MERGED | given)


def organisation_split(**given: Any) -> OrganisationSplit:
    return OrganisationSplit(**SPLIT | given)


def correct(**given: Any) -> commands.CorrectReferral:
    return commands.CorrectReferral(**ASKED | CORRECTED | given)


def transfer(**given: Any) -> commands.TransferReferral:
    return commands.TransferReferral(**ASKED | TRANSFERRED | given)


def attribute(**given: Any) -> commands.AttributeReferral:
    return commands.AttributeReferral(**ASKED | ATTRIBUTED | given)


def revoke_step(**given: Any) -> commands.RevokeStep:
    return commands.RevokeStep(**ASKED | TAKEN_BACK | given)


def revoke_stop(**given: Any) -> commands.RevokeStop:
    return commands.RevokeStop(**ASKED | REVOKED | given)


def correct_organisation(**given: Any) -> CorrectOrganisation:
    told = {"organisation_id": ORGANISATION, "sector": "welfare", "city": "Oostende"}
    return CorrectOrganisation(**ASKED | told | given)


def merge_organisation(**given: Any) -> MergeOrganisation:
    return MergeOrganisation(**ASKED | MERGED | given)


def split_organisation(**given: Any) -> SplitOrganisation:
    return SplitOrganisation(**ASKED | SPLIT | given)


def every_event() -> list[Event]:
    """One of every event."""
    return [
        organisation_registered(), organisation_renamed(), referrer_registered(), received(), intake_planned(),
        intake_held(), accepted(), declined_not_eligible(), declined_not_suitable(), put_on_hold(), resumed(),
        withdrawn(), duplicate_linked(), retracted(), placed(), started(), completed(), stopped(), returned(),
        start_revoked(), completion_revoked(), corrected(), correction_asked(), retraction_asked(), transferred(),
        attributed(), step_revoked(), stop_revoked(), organisation_merged(), organisation_corrected(),
        organisation_split(),
    ]  # fmt: skip


def dated_commands() -> list[ReferralCommand]:
    """One of every command on a referral that exists."""
    return [
        plan_intake(), record_intake(), accept(), decline_not_eligible(), decline_not_suitable(), hold(), resume(),
        withdraw(), link_duplicate(), retract(), record_placement(), record_start(), record_completion(),
        record_stop(), record_return(), revoke_start(), revoke_completion(), correct(), transfer(), attribute(),
        revoke_step(), revoke_stop(),
    ]  # fmt: skip
