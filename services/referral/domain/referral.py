"""The rules of the road of one referral: one function a command, no I/O, no clock."""

from __future__ import annotations

from typing import assert_never

from services.referral.commands import (
    AcceptReferral,
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
    WithdrawReferral,
)
from services.referral.domain.group import (
    record_completion,
    record_placement,
    record_return,
    record_start,
    record_stop,
    revoke_completion,
    revoke_start,
)
from services.referral.domain.guards import (
    BEFORE_START,
    LEFT,
    VOID,
    before_start,
    checklist_complete,
    dated,
    decidable,
    not_void_nor_started,
    open_for_intake,
    reason_fits,
    was_in_group,
)
from services.referral.domain.receiving import receive
from services.referral.domain.state import Referral, Status, evolve
from services.referral.events import (
    DuplicateLinked,
    IntakeHeld,
    IntakePlanned,
    ReferralAccepted,
    ReferralDeclinedNotEligible,
    ReferralDeclinedNotSuitable,
    ReferralEvent,
    ReferralPutOnHold,
    ReferralResumed,
    ReferralRetracted,
    ReferralWithdrawn,
)
from shared.domain.messages import Refused
from shared.i18n.code_lists import reasons_for

__all__ = ["Referral", "Status", "decide", "evolve", "initial"]

initial = Referral()


def decide(state: Referral, command: ReferralCommand) -> list[ReferralEvent]:
    """The facts a command leads to; [] when it already holds; raises Refused."""
    if isinstance(command, ReceiveReferral):
        return receive(state, command)
    dated(state, command.on, command.at)
    match command:
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
            return link_duplicate(state, command)
        case RetractReferral():
            return retract(state, command)
        case RecordPlacement():
            return record_placement(state, command)
        case RecordStart():
            return record_start(state, command)
        case RecordCompletion():
            return record_completion(state, command)
        case RecordStop():
            return record_stop(state, command)
        case RecordReturn():
            return record_return(state, command)
        case RevokeStart():
            return revoke_start(state, command)
        case RevokeCompletion():
            return revoke_completion(state, command)
        case _:
            assert_never(command)


def plan_intake(state: Referral, command: PlanIntake) -> list[ReferralEvent]:
    """An intake can be planned, and planned again, until it is held."""
    event = IntakePlanned(referral_id=command.referral_id, on=command.on, planned_for=command.planned_for)
    open_for_intake(state)
    if command.planned_for < command.on:
        raise Refused("planned-for-past")
    if state.intake:
        raise Refused("intake-already-held")
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
    open_for_intake(state)
    checklist_complete(command)
    return [event]


def accept(state: Referral, command: AcceptReferral) -> list[ReferralEvent]:
    """Accepting needs an intake, and all criteria met or a typed reason why not.

    It is told to others and counted once: accepting again on another day or for another reason is refused.
    """
    event = ReferralAccepted(referral_id=command.referral_id, on=command.on, override=command.override)
    if state.accepted and state.status not in LEFT | VOID:
        if state.accepted == event:
            return []
        raise Refused("already-accepted")
    decidable(state, command.on)
    if state.unmet and command.override is None:
        raise Refused("criterion-not-met")
    if command.override and not state.unmet:
        raise Refused("override-not-needed")
    return [event]


def decline_not_eligible(state: Referral, command: DeclineNotEligible) -> list[ReferralEvent]:
    """Only a criterion that the intake found not met makes a person not eligible."""
    event = ReferralDeclinedNotEligible(referral_id=command.referral_id, on=command.on, criterion=command.criterion)
    if _ended_so(state, "not_eligible", event):
        return []
    decidable(state, command.on)
    if command.criterion not in state.unmet:
        raise Refused("criterion-was-met")
    return [event]


def decline_not_suitable(state: Referral, command: DeclineNotSuitable) -> list[ReferralEvent]:
    """Not suitable is a judgement after the intake, with a reason."""
    event = ReferralDeclinedNotSuitable(referral_id=command.referral_id, on=command.on, reason=command.reason)
    if _ended_so(state, "not_suitable", event):
        return []
    decidable(state, command.on)
    if command.reason not in {code for _, code in reasons_for("not_suitable")}:
        raise Refused("reason-does-not-fit")
    return [event]


def put_on_hold(state: Referral, command: PutReferralOnHold) -> list[ReferralEvent]:
    """Anyone not in the group can be put on hold; asking again with another day moves the review."""
    event = ReferralPutOnHold(referral_id=command.referral_id, on=command.on, review_on=command.review_on)
    if state.status == "on_hold" and state.paused == event:
        return []
    before_start(state)
    if command.review_on <= command.on:
        raise Refused("review-date-past")
    return [event]


def resume(state: Referral, command: ResumeReferral) -> list[ReferralEvent]:
    """The offer is voluntary: who paused or left may come back on the same road; on a road that is open he is."""
    if state.status == "stopped":
        was_in_group(state, command.on)
    if state.status in LEFT | {"on_hold"}:
        return [ReferralResumed(referral_id=command.referral_id, on=command.on)]
    if state.status in BEFORE_START | {"started"}:
        return []
    raise Refused("referral-not-open")


def withdraw(state: Referral, command: WithdrawReferral) -> list[ReferralEvent]:
    """Leaving before the first session is withdrawing; after it, it is stopping."""
    event = ReferralWithdrawn(
        referral_id=command.referral_id,
        on=command.on,
        category=command.category,
        code=command.code,
    )
    if _ended_so(state, "withdrawn", event):
        return []
    if state.started_on:
        raise Refused("already-started")
    before_start(state)
    reason_fits(command, "withdrawn")
    return [event]


def link_duplicate(state: Referral, command: LinkDuplicate) -> list[ReferralEvent]:
    """A referral that led to the group is never the duplicate: the other one is."""
    event = DuplicateLinked(referral_id=command.referral_id, on=command.on, of=command.of)
    if _ended_so(state, "duplicate", event):
        return []
    not_void_nor_started(state)
    if command.of == command.referral_id:
        raise Refused("duplicate-of-itself")
    return [event]


def retract(state: Referral, command: RetractReferral) -> list[ReferralEvent]:
    """A referral received in error can be taken back until the person started."""
    event = ReferralRetracted(referral_id=command.referral_id, on=command.on)
    if _ended_so(state, "retracted", event):
        return []
    not_void_nor_started(state)
    return [event]


def _ended_so(state: Referral, status: Status, event: ReferralEvent) -> bool:
    """Whether the same was asked before, word for word, and still holds."""
    return state.status == status and state.ended == event
