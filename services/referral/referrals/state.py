"""What is known of one referral, and how each event changes it; no rule about what may be done.

What is taken back is left out, and the rest is told again: so nothing of it stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Literal, TypeAlias, assert_never

from services.referral.referrals.events import (
    CompletionRevoked,
    CorrectionAsked,
    Criterion,
    DuplicateLinked,
    Entry,
    IntakeHeld,
    IntakePlanned,
    ParticipantPlaced,
    ParticipationCompleted,
    ParticipationReturned,
    ParticipationStarted,
    ParticipationStopped,
    ReferralAccepted,
    ReferralAttributed,
    ReferralCorrected,
    ReferralDeclinedNotEligible,
    ReferralDeclinedNotSuitable,
    ReferralEvent,
    ReferralPutOnHold,
    ReferralReceived,
    ReferralResumed,
    ReferralRetracted,
    ReferralTransferred,
    ReferralWithdrawn,
    RetractionAsked,
    StartRevoked,
    Step,
    StepRevoked,
    StopRevoked,
)
from shared.i18n.code_lists import Category, ReasonCode

Status = Literal[
    "received", "intake_planned", "intake_held", "accepted", "on_hold", "placed", "started", "completed",
    "not_eligible", "not_suitable", "withdrawn", "stopped", "duplicate", "retracted",
]  # fmt: skip

Reason = tuple[Category, ReasonCode] | ReasonCode
IN_GROUP: frozenset[Status | None] = frozenset({"started", "completed", "stopped"})
LEFT: frozenset[Status | None] = frozenset({"withdrawn", "stopped"})
VOID: frozenset[Status | None] = frozenset({"duplicate", "retracted"})
DECLINED: frozenset[Status | None] = frozenset({"not_eligible", "not_suitable"})
STEPS: Mapping[Step, tuple[type[ReferralEvent], ...]] = {
    "intake": (IntakeHeld,),
    "acceptance": (ReferralAccepted,),
    "decline": (ReferralDeclinedNotEligible, ReferralDeclinedNotSuitable),
    "hold": (ReferralPutOnHold,),
    "withdrawal": (ReferralWithdrawn,),
    "retraction": (DuplicateLinked, ReferralRetracted),
}
_OF_THE_GROUP = (
    ParticipantPlaced, ParticipationStarted, ParticipationCompleted, ParticipationStopped, ParticipationReturned,
    StartRevoked, CompletionRevoked,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral; `started_on` is the first session ever, kept when the person comes back.

    `received` is how it came in, with what was corrected; `first` as it was told at once. `paused` and `ended` are the
    last hold and the last end: by them a command that is repeated is told from another. `past` is what was told and not
    taken back, `revoked` what was taken back last, and `asked` what who refers asks for.
    """

    status: Status | None = None
    received: ReferralReceived | None = None
    first: ReferralReceived | None = None
    transferred: ReferralTransferred | None = None
    attributed: ReferralAttributed | None = None
    asked: CorrectionAsked | RetractionAsked | None = None
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
    past: tuple[ReferralEvent, ...] = ()
    revoked: StepRevoked | None = None

    @property
    def city(self) -> str | None:
        """The city whose facilitators work on it."""
        if self.transferred:
            return self.transferred.city
        return self.received.preferred_city if self.received else None

    @property
    def person(self) -> str | None:
        """The person it is of."""
        if self.attributed:
            return self.attributed.person_id
        return self.received.person_id if self.received else None

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
        case StepRevoked():
            return replace(_without(state, STEPS[event.step]), revoked=event)
        case StopRevoked():
            return _without(state, (ParticipationStopped,))
        case ReferralReceived() | ReferralCorrected() | CorrectionAsked() | RetractionAsked():
            after = _entered(state, event)
        case ReferralTransferred():
            after = replace(state, transferred=event)
        case ReferralAttributed():
            after = replace(state, attributed=event)
        case _:
            after = _stepped(state, event)
    if state.status in VOID and isinstance(event, _OF_THE_GROUP):
        after = replace(after, status=state.status, reason=state.reason)
    return replace(after, past=(*state.past, event), revoked=None)


def _without(state: Referral, kinds: tuple[type[ReferralEvent], ...]) -> Referral:
    """Without the last event of these kinds; of who is not accepted any more, no place is known either."""
    last = max((nth for nth, each in enumerate(state.past) if isinstance(each, kinds)), default=None)
    left = [each for nth, each in enumerate(state.past) if nth != last]
    if ReferralAccepted in kinds:
        left = [each for each in left if not isinstance(each, ParticipantPlaced)]
    return reduce(evolve, left, INITIAL)


def _entered(
    state: Referral, event: ReferralReceived | ReferralCorrected | CorrectionAsked | RetractionAsked
) -> Referral:
    match event:
        case ReferralReceived():
            return replace(state, status="received", received=event, first=event)
        case ReferralCorrected():
            told = event.model_dump(include=set(Entry.model_fields))
            return replace(state, received=state.received and state.received.model_copy(update=told), asked=None)
        case _:
            return replace(state, asked=event)


Stepped: TypeAlias = (
    IntakePlanned | IntakeHeld | ReferralAccepted | ReferralDeclinedNotEligible | ReferralDeclinedNotSuitable
    | ReferralPutOnHold | ReferralWithdrawn | ReferralResumed | DuplicateLinked | ReferralRetracted | ParticipantPlaced
    | ParticipationStarted | ParticipationCompleted | ParticipationStopped | ParticipationReturned | StartRevoked
    | CompletionRevoked
)  # fmt: skip


def _stepped(state: Referral, event: Stepped) -> Referral:
    match event:
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
            return _resumed(state)
        case DuplicateLinked():
            return replace(state, status="duplicate", duplicate_of=event.of, review_on=None, ended=event)
        case ReferralRetracted():
            return replace(state, status="retracted", review_on=None, ended=event, asked=None)
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


def _resumed(state: Referral) -> Referral:
    """Who neither left nor is on hold goes on where he is: what he came back from was taken back."""
    if state.status not in LEFT | {"on_hold"}:
        return state
    return replace(state, status=_farthest(state), review_on=None, reason=None)


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
