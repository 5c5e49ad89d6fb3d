"""The rules for what the carousel tells of a person: placed, started, completed, stopped, back, and corrected."""

from __future__ import annotations

from services.referral.referrals import guards
from services.referral.referrals.commands import (
    RecordCompletion,
    RecordPlacement,
    RecordReturn,
    RecordStart,
    RecordStop,
    RevokeCompletion,
    RevokeStart,
)
from services.referral.referrals.events import (
    CompletionRevoked,
    ParticipantPlaced,
    ParticipationCompleted,
    ParticipationReturned,
    ParticipationStarted,
    ParticipationStopped,
    ReferralEvent,
    StartRevoked,
)
from services.referral.referrals.state import IN_GROUP, LEFT, VOID, Referral
from services.referral.refusals import Refusal
from shared.domain.messages import Refused


def record_placement(state: Referral, command: RecordPlacement) -> list[ReferralEvent]:
    """A place is recorded once; where the referral ended or went on meanwhile, it changes nothing."""
    if state.placed_on or state.status in LEFT | VOID | IN_GROUP:
        return []
    guards.was_accepted(state)
    return [ParticipantPlaced(referral_id=command.referral_id, on=command.on)]


def record_start(state: Referral, command: RecordStart) -> list[ReferralEvent]:
    """Attending outweighs a hold or a withdrawal; for who attended already, it corrects the first day."""
    guards.was_accepted(state)
    if state.started_on == command.on:
        return []
    return [ParticipationStarted(referral_id=command.referral_id, on=command.on)]


def record_completion(state: Referral, command: RecordCompletion) -> list[ReferralEvent]:
    """Completed is counted by the carousel; attendance recorded late outweighs a stop, or moves the day."""
    guards.was_in_group(state, command.on)
    if state.completed_on == command.on:
        return []
    return [ParticipationCompleted(referral_id=command.referral_id, on=command.on)]


def record_stop(state: Referral, command: RecordStop) -> list[ReferralEvent]:
    """Who started and leaves, stops, even when on hold or waiting to come back."""
    guards.was_in_group(state, command.on)
    if state.status == "stopped":
        return []
    if state.status == "completed":
        raise Refused(Refusal.ALREADY_COMPLETED)
    guards.reason_fits(command, "stopped")
    return [
        ParticipationStopped(
            referral_id=command.referral_id, on=command.on, category=command.category, code=command.code
        )
    ]


def record_return(state: Referral, command: RecordReturn) -> list[ReferralEvent]:
    """Who stopped is in the group again, whatever was said of him here meanwhile."""
    guards.was_in_group(state, command.on)
    if state.status in {"started", "completed"}:
        return []
    return [ParticipationReturned(referral_id=command.referral_id, on=command.on)]


def revoke_start(state: Referral, command: RevokeStart) -> list[ReferralEvent]:
    """A correction left no session attended: back to the step before; who stopped did start."""
    if state.started_on is None:
        return []
    if state.status == "stopped":
        raise Refused(Refusal.REFERRAL_NOT_OPEN)
    return [StartRevoked(referral_id=command.referral_id, on=command.on)]


def revoke_completion(state: Referral, command: RevokeCompletion) -> list[ReferralEvent]:
    """A correction took a module away: back to where he was before."""
    if state.status != "completed":
        return []
    return [CompletionRevoked(referral_id=command.referral_id, on=command.on)]
