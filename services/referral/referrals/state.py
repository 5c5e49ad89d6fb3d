"""What is known of one referral, and how each event changes it; no rule about what may be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, assert_never

from services.referral.referrals.events import (
    CompletionRevoked,
    Criterion,
    DuplicateLinked,
    IntakeHeld,
    IntakePlanned,
    ParticipantPlaced,
    ParticipationCompleted,
    ParticipationReturned,
    ParticipationStarted,
    ParticipationStopped,
    ReferralAccepted,
    ReferralDeclinedNotEligible,
    ReferralDeclinedNotSuitable,
    ReferralEvent,
    ReferralPutOnHold,
    ReferralReceived,
    ReferralResumed,
    ReferralRetracted,
    ReferralWithdrawn,
    StartRevoked,
)
from shared.i18n.code_lists import Category, ReasonCode

Status = Literal[
    "received", "intake_planned", "intake_held", "accepted", "on_hold", "placed", "started", "completed",
    "not_eligible", "not_suitable", "withdrawn", "stopped", "duplicate", "retracted",
]  # fmt: skip

Reason = tuple[Category, ReasonCode] | ReasonCode
IN_GROUP: frozenset[Status | None] = frozenset({"started", "completed", "stopped"})


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral; `started_on` is the first session ever, kept when the person comes back.

    `paused` and `ended` are the last hold and the last end: by them a command that is repeated is told from another.
    """

    status: Status | None = None
    received: ReferralReceived | None = None
    planned: IntakePlanned | None = None
    intake: IntakeHeld | None = None
    accepted: ReferralAccepted | None = None
    placed_on: date | None = None
    started_on: date | None = None
    completed_on: date | None = None
    paused: ReferralPutOnHold | None = None
    review_on: date | None = None
    ended: ReferralEvent | None = None
    reason: Reason | None = None
    before_completion: tuple[Status | None, Reason | None] | None = None
    duplicate_of: str | None = None

    @property
    def planned_for(self) -> date | None:
        """The day of the planned intake."""
        return self.planned.planned_for if self.planned else None

    @property
    def accepted_on(self) -> date | None:
        """The day of the decision to accept."""
        return self.accepted.on if self.accepted else None

    @property
    def unmet(self) -> frozenset[Criterion]:
        """The criteria that the last intake found not met."""
        return frozenset(criterion for criterion, met in self.intake.results if not met) if self.intake else frozenset()


INITIAL = Referral()


def evolve(state: Referral, event: ReferralEvent) -> Referral:
    """The referral after one event."""
    match event:
        case ReferralReceived():
            return replace(state, status="received", received=event)
        case IntakePlanned():
            return replace(state, status="intake_planned", planned=event)
        case IntakeHeld():
            return replace(state, status="intake_held", intake=event)
        case ReferralAccepted():
            return replace(state, status="accepted", accepted=event)
        case ReferralDeclinedNotEligible():
            return replace(state, status="not_eligible", reason=event.criterion, ended=event)
        case ReferralDeclinedNotSuitable():
            return replace(state, status="not_suitable", reason=event.reason, ended=event)
        case ReferralPutOnHold():
            return _on_hold(state, event)
        case ReferralWithdrawn():
            return replace(_left(state, "withdrawn", (event.category, event.code)), ended=event)
        case ReferralResumed():
            return replace(state, status=_farthest(state), review_on=None, reason=None)
        case DuplicateLinked():
            return replace(state, status="duplicate", duplicate_of=event.of, review_on=None, ended=event)
        case ReferralRetracted():
            return replace(state, status="retracted", review_on=None, ended=event)
        case ParticipantPlaced():
            return _placed(state, event)
        case ParticipationStarted():
            return _started(state, event)
        case ParticipationCompleted():
            return _completed(state, event)
        case ParticipationStopped():
            return _left(state, "stopped", (event.category, event.code))
        case ParticipationReturned():
            return replace(state, status="started", review_on=None, reason=None)
        case StartRevoked():
            return _start_revoked(state)
        case CompletionRevoked():
            return _completion_revoked(state)
        case _:
            assert_never(event)


def _on_hold(state: Referral, event: ReferralPutOnHold) -> Referral:
    still_placed = state.placed_on if state.status == "on_hold" else None
    return replace(state, status="on_hold", paused=event, review_on=event.review_on, placed_on=still_placed)


def _left(state: Referral, status: Status, reason: tuple[Category, ReasonCode]) -> Referral:
    return replace(state, status=status, reason=reason, placed_on=None, review_on=None)


def _placed(state: Referral, event: ParticipantPlaced) -> Referral:
    status: Status | None = "placed" if state.status == "accepted" else state.status
    return replace(state, status=status, placed_on=event.on)


def _started(state: Referral, event: ParticipationStarted) -> Referral:
    if state.started_on:
        return replace(state, started_on=event.on)
    return replace(state, status="started", started_on=event.on, review_on=None, reason=None)


def _completed(state: Referral, event: ParticipationCompleted) -> Referral:
    before = state.before_completion if state.status == "completed" else (state.status, state.reason)
    return replace(
        state, status="completed", completed_on=event.on, review_on=None, reason=None, before_completion=before
    )


def _completion_revoked(state: Referral) -> Referral:
    status, reason = state.before_completion or ("started", None)
    stopped = status == "stopped"
    return replace(
        state,
        status="stopped" if stopped else "started",
        reason=reason if stopped else None,
        completed_on=None,
        before_completion=None,
    )


def _start_revoked(state: Referral) -> Referral:
    unstarted = replace(state, started_on=None, completed_on=None, before_completion=None)
    return replace(unstarted, status=_farthest(state)) if state.status in IN_GROUP else unstarted


def _farthest(state: Referral) -> Status:
    """The step before the group at which someone who comes back stands."""
    if state.placed_on:
        return "placed"
    if state.accepted_on:
        return "accepted"
    if state.intake:
        return "intake_held"
    return "intake_planned" if state.planned_for else "received"
