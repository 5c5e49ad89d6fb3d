"""The rules for what was told wrongly: an entry corrected, a step taken back, a duplicate, another person or city."""

from __future__ import annotations

from services.referral.referrals import guards
from services.referral.referrals.commands import (
    AttributeReferral,
    CorrectReferral,
    LinkDuplicate,
    RetractReferral,
    RevokeStep,
    RevokeStop,
    TransferReferral,
)
from services.referral.referrals.events import (
    CorrectionAsked,
    DuplicateLinked,
    Entry,
    ParticipationStopped,
    ReferralAttributed,
    ReferralCorrected,
    ReferralEvent,
    ReferralReceived,
    ReferralRetracted,
    ReferralTransferred,
    RetractionAsked,
    StepRevoked,
    StopRevoked,
    day_of,
)
from services.referral.referrals.state import DECLINED, STEPS, VOID, Referral
from services.referral.refusals import Refusal
from shared.domain.clock import not_in_future
from shared.domain.messages import JsonObject, Refused

ENTRY = set(Entry.model_fields)


def correct(state: Referral, command: CorrectReferral) -> list[ReferralEvent]:
    """How it came in is told anew, whole; after the intake, who refers only asks for it.

    The city of a referral that was transferred stays the one it was transferred to. Whatever became of the referral,
    who refers is refused for the same reasons: he learns nothing of it.
    """
    received = _received(state)
    not_in_future(command.received_on, command.at)
    guards.referred(command)
    guards.informed(command, command.at)
    if command.by_referrer:
        _of_facilitators(state, command)
        return _asked_by_referrer(state, command)
    guards.not_void(state)
    _before_every_step(state, command)
    told = command.model_dump(include=ENTRY)
    if received.model_dump(include=ENTRY) == told and state.asked is None:
        return []
    return _corrected(state, command, told)


def _corrected(state: Referral, command: CorrectReferral, told: JsonObject) -> list[ReferralEvent]:
    event = ReferralCorrected(referral_id=command.referral_id, person_id=state.person or "", on=command.on, **told)
    return [event, state.transferred] if state.transferred else [event]


def _of_facilitators(state: Referral, command: CorrectReferral) -> None:
    """The day of receipt and the agreement to feedback are told by who refers once; then they are a facilitator's."""
    if state.first and (command.received_on, command.feedback_agreed) != (
        state.first.received_on,
        state.first.feedback_agreed,
    ):
        raise Refused(Refusal.FACILITATOR_CORRECTS)


def _asked_by_referrer(state: Referral, command: CorrectReferral) -> list[ReferralEvent]:
    received = _received(state)
    keeps = {"received_on": received.received_on, "feedback_agreed": received.feedback_agreed}
    told = command.model_dump(include=ENTRY) | keeps
    if received.model_dump(include=ENTRY) == told:
        return []
    if guards.is_referrers(state):
        return _corrected(state, command, told)
    asked = CorrectionAsked(referral_id=command.referral_id, on=command.on, **told)
    return [] if state.status in VOID or state.asked == asked else [asked]


def _before_every_step(state: Referral, command: CorrectReferral) -> None:
    first = min((day_of(each) for each in state.past if not isinstance(each, ReferralReceived)), default=None)
    if command.received_on > min(first or command.on, command.on):
        raise Refused(Refusal.DATE_AFTER_STEP)


def retract(state: Referral, command: RetractReferral) -> list[ReferralEvent]:
    """A referral received in error can be taken back until the person started; after the intake, who refers asks."""
    event = ReferralRetracted(referral_id=command.referral_id, on=command.on)
    if state.status == "retracted" and state.ended == event:
        return []
    if command.by_referrer and (command.has_duplicates or not guards.is_referrers(state)):
        asked = RetractionAsked(referral_id=command.referral_id, on=command.on)
        return [] if state.status in VOID or state.asked == asked else [asked]
    if state.started_on:
        raise Refused(Refusal.ALREADY_STARTED)
    guards.not_void(state)
    if command.has_duplicates:
        raise Refused(Refusal.DUPLICATE_CHAIN)
    return [event]


def link_duplicate(state: Referral, command: LinkDuplicate) -> list[ReferralEvent]:
    """The same was received before under another id, whichever of the two led to the group."""
    event = DuplicateLinked(referral_id=command.referral_id, on=command.on, of=command.of)
    if state.status == "duplicate" and state.ended == event:
        return []
    guards.not_void(state)
    if command.of == command.referral_id:
        raise Refused(Refusal.DUPLICATE_OF_ITSELF)
    return [event]


def transfer(state: Referral, command: TransferReferral) -> list[ReferralEvent]:
    """The road goes on in another city, with everything on it."""
    left = state.city
    if left is None or left == command.city:
        return []
    guards.not_void(state)
    if state.transferred and command.on < state.transferred.on:
        raise Refused(Refusal.DATE_BEFORE_STEP)
    return [ReferralTransferred(referral_id=command.referral_id, on=command.on, city=command.city, left=left)]


def attribute(state: Referral, command: AttributeReferral) -> list[ReferralEvent]:
    """Two ids turn out to be one person, or not: the referral is of the person named last."""
    person = command.person_id or _received(state).person_id
    if state.person == person:
        return []
    return [ReferralAttributed(referral_id=command.referral_id, on=command.on, person_id=person)]


def revoke(state: Referral, command: RevokeStep) -> list[ReferralEvent]:
    """What was recorded in error is taken back, unless something that happened since rests on it."""
    event = StepRevoked(referral_id=command.referral_id, on=command.on, step=command.step)
    if state.revoked == event:
        return []
    told = [each for each in state.past if isinstance(each, STEPS[command.step])]
    if not told:
        raise Refused(Refusal.STEP_NOT_RECORDED)
    if command.on < day_of(told[-1]):
        raise Refused(Refusal.DATE_BEFORE_STEP)
    if _rested_upon(state, command):
        raise Refused(Refusal.STEP_RESTED_UPON)
    return [event]


def _rested_upon(state: Referral, command: RevokeStep) -> bool:
    """Whether a later step rests on it, or already ended it."""
    if state.status in VOID:
        return command.step != "retraction"
    match command.step:
        case "intake":
            return state.accepted is not None or state.status in DECLINED
        case "acceptance":
            return state.started_on is not None
        case "decline":
            return state.status not in DECLINED
        case "hold":
            return state.status != "on_hold"
        case "withdrawal":
            return state.status != "withdrawn"
        case "retraction":
            return True


def revoke_stop(state: Referral, command: RevokeStop) -> list[ReferralEvent]:
    """The carousel took a stop back; where none is known there is nothing to take back."""
    if not any(isinstance(each, ParticipationStopped) for each in state.past):
        return []
    return [StopRevoked(referral_id=command.referral_id, on=command.on)]


def _received(state: Referral) -> ReferralReceived:
    if state.received is None:
        raise Refused(Refusal.REFERRAL_UNKNOWN)
    return state.received
