"""The rules of one referral: one function a command, no I/O, no clock."""

from __future__ import annotations

from typing import assert_never

from services.referral.referrals import corrections, guards, participation
from services.referral.referrals.commands import (
    AcceptReferral,
    AttributeReferral,
    CorrectReferral,
    DeclineNotEligible,
    DeclineNotSuitable,
    LinkDuplicate,
    PlanIntake,
    PutReferralOnHold,
    ReceiveReferral,
    RecordCompletion,
    RecordIntake,
    RecordPlacement,
    RecordReturn,
    RecordStart,
    RecordStop,
    ReferralCommand,
    ResumeReferral,
    RetractReferral,
    RevokeCompletion,
    RevokeStart,
    RevokeStep,
    RevokeStop,
    TransferReferral,
    WithdrawReferral,
)
from services.referral.referrals.events import (
    IntakeHeld,
    IntakePlanned,
    ReferralAccepted,
    ReferralDeclinedNotEligible,
    ReferralDeclinedNotSuitable,
    ReferralEvent,
    ReferralPutOnHold,
    ReferralResumed,
    ReferralWithdrawn,
)
from services.referral.referrals.guards import BEFORE_START
from services.referral.referrals.receiving import receive
from services.referral.referrals.state import LEFT, VOID, Referral, Status
from services.referral.refusals import Refusal
from shared.domain.messages import Refused
from shared.i18n.code_lists import reasons_for


def decide(state: Referral, command: ReferralCommand) -> list[ReferralEvent]:
    """The events a command leads to; [] when it already holds; raises Refused."""
    if not isinstance(command, ReceiveReferral):
        guards.dated(state, command.on, command.at)
    match command:
        case ReceiveReferral():
            return receive(state, command)
        case PlanIntake():
            return plan_intake(state, command)
        case RecordIntake():
            return record_intake(state, command)
        case AcceptReferral():
            return accept(state, command)
        case DeclineNotEligible():
            return decline_not_eligible(state, command)
        case DeclineNotSuitable():
            return decline_not_suitable(state, command)
        case PutReferralOnHold():
            return put_on_hold(state, command)
        case ResumeReferral():
            return resume(state, command)
        case WithdrawReferral():
            return withdraw(state, command)
        case LinkDuplicate():
            return corrections.link_duplicate(state, command)
        case RetractReferral():
            return corrections.retract(state, command)
        case CorrectReferral():
            return corrections.correct(state, command)
        case TransferReferral():
            return corrections.transfer(state, command)
        case AttributeReferral():
            return corrections.attribute(state, command)
        case RevokeStep():
            return corrections.revoke(state, command)
        case RecordPlacement():
            return participation.record_placement(state, command)
        case RecordStart():
            return participation.record_start(state, command)
        case RecordCompletion():
            return participation.record_completion(state, command)
        case RecordStop():
            return participation.record_stop(state, command)
        case RecordReturn():
            return participation.record_return(state, command)
        case RevokeStart():
            return participation.revoke_start(state, command)
        case RevokeStop():
            return corrections.revoke_stop(state, command)
        case RevokeCompletion():
            return participation.revoke_completion(state, command)
        case _:
            assert_never(command)


def plan_intake(state: Referral, command: PlanIntake) -> list[ReferralEvent]:
    """An intake can be planned, and planned again, until it is held."""
    event = IntakePlanned(referral_id=command.referral_id, on=command.on, planned_for=command.planned_for)
    guards.open_for_intake(state)
    if command.planned_for < command.on:
        raise Refused(Refusal.PLANNED_FOR_PAST)
    guards.within_a_year(command.on, command.planned_for)
    if state.intake:
        raise Refused(Refusal.INTAKE_ALREADY_HELD)
    return [] if state.planned == event else [event]


def record_intake(state: Referral, command: RecordIntake) -> list[ReferralEvent]:
    """Every criterion of the checklist has one result; until the decision, an intake may be done over."""
    event = IntakeHeld(
        referral_id=command.referral_id,
        on=command.on,
        checklist_version=command.checklist_version,
        results=command.results,
        by=command.held_by,
    )
    if state.intake == event:
        return []
    guards.open_for_intake(state)
    guards.checklist_complete(command)
    return [event]


def accept(state: Referral, command: AcceptReferral) -> list[ReferralEvent]:
    """Accepting needs an intake, and all criteria met or a typed reason why not.

    It is published and counted once: accepting again on another day or for another reason is refused.
    """
    event = ReferralAccepted(referral_id=command.referral_id, on=command.on, override=command.override)
    if state.accepted and state.status not in LEFT | VOID:
        if state.accepted == event:
            return []
        raise Refused(Refusal.ALREADY_ACCEPTED)
    guards.decidable(state, command.on)
    if state.unmet and command.override is None:
        raise Refused(Refusal.CRITERION_NOT_MET)
    if command.override and not state.unmet:
        raise Refused(Refusal.OVERRIDE_NOT_NEEDED)
    return [event]


def decline_not_eligible(state: Referral, command: DeclineNotEligible) -> list[ReferralEvent]:
    """Only a criterion that the intake found not met makes a person not eligible."""
    event = ReferralDeclinedNotEligible(referral_id=command.referral_id, on=command.on, criterion=command.criterion)
    if _ended_so(state, "not_eligible", event):
        return []
    guards.decidable(state, command.on)
    if command.criterion not in state.unmet:
        raise Refused(Refusal.CRITERION_WAS_MET)
    return [event]


def decline_not_suitable(state: Referral, command: DeclineNotSuitable) -> list[ReferralEvent]:
    """Not suitable is a judgement after the intake, with a reason."""
    event = ReferralDeclinedNotSuitable(referral_id=command.referral_id, on=command.on, reason=command.reason)
    if _ended_so(state, "not_suitable", event):
        return []
    guards.decidable(state, command.on)
    if command.reason not in {code for _, code in reasons_for("not_suitable")}:
        raise Refused(Refusal.REASON_DOES_NOT_FIT)
    return [event]


def put_on_hold(state: Referral, command: PutReferralOnHold) -> list[ReferralEvent]:
    """Anyone not in the group can be put on hold; asking again with another day moves the review."""
    event = ReferralPutOnHold(referral_id=command.referral_id, on=command.on, review_on=command.review_on)
    if state.status == "on_hold" and state.paused == event:
        return []
    guards.before_start(state)
    if command.review_on <= command.on:
        raise Refused(Refusal.REVIEW_DATE_PAST)
    guards.within_a_year(command.on, command.review_on)
    guards.not_before_last_step(state, command.on)
    return [event]


def resume(state: Referral, command: ResumeReferral) -> list[ReferralEvent]:
    """The offer is voluntary: who paused or left may come back on the same referral; on one that is open he is."""
    if state.status == "stopped":
        guards.was_in_group(state, command.on)
    if state.status in LEFT | {"on_hold"}:
        guards.not_before_last_step(state, command.on)
        return [ReferralResumed(referral_id=command.referral_id, on=command.on)]
    if state.status in BEFORE_START | {"started"}:
        return []
    raise Refused(Refusal.REFERRAL_NOT_OPEN)


def withdraw(state: Referral, command: WithdrawReferral) -> list[ReferralEvent]:
    """Leaving before the first session is withdrawing; after it, it is stopping."""
    event = ReferralWithdrawn(
        referral_id=command.referral_id, on=command.on, category=command.category, code=command.code
    )
    if _ended_so(state, "withdrawn", event):
        return []
    if state.started_on:
        raise Refused(Refusal.ALREADY_STARTED)
    guards.before_start(state)
    guards.not_before_last_step(state, command.on)
    guards.reason_fits(command, "withdrawn")
    return [event]


def _ended_so(state: Referral, status: Status, event: ReferralEvent) -> bool:
    """Whether the same was asked before, word for word, and still holds."""
    return state.status == status and state.ended == event
