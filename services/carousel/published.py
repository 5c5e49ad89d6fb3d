"""Own fact to public message, or None: the only door out of the service."""

from __future__ import annotations

from typing import Any, assert_never

from services.carousel.events import cycle, participation
from shared.contracts import carousel as contract
from shared.domain.messages import Recorded
from shared.messaging.outgoing import OutgoingMessage
from shared.messaging.cloudevents import PublicMessage

_SMALL, _LARGE = 5, 10


def to_integration_event(fact: Recorded[Any]) -> OutgoingMessage | None:
    """What the others hear of a fact: participations pseudonymous, sessions and cycles without a person."""
    message = _message(fact.event)
    if message is None:
        return None
    topic = contract.SESSIONS if type(message) in contract.SESSIONS.messages else contract.CASES
    return OutgoingMessage(topic, fact.stream, message)


def size_band(present: int) -> contract.SizeBand:
    """How large a group was, told so that a small one tells nothing of anybody."""
    if present < _SMALL:
        return "under_5"
    return "5_to_9" if present < _LARGE else "10_or_more"


def _message(
    event: cycle.OfferEvent | cycle.CycleEvent | participation.ParticipationEvent,
) -> PublicMessage | None:
    match event:
        case cycle.SessionHeld() | cycle.AttendanceCorrected():
            return _session(event)
        case cycle.CycleClosed():
            return contract.CycleCompleted(
                cycle=event.cycle_id,
                offer=event.offer_id,
                city=event.city,
                place=event.place,
                first_on=event.first_on,
                on=event.on,
                sessions_held=event.sessions_held,
            )
        case (
            cycle.OfferPublished()
            | cycle.CyclePlanned()
            | cycle.SessionMoved()
            | cycle.SessionCancelled()
            | cycle.CatchUpAdded()
            | cycle.CoverArranged()
            | cycle.PlaceTaken()
            | cycle.PlaceReleased()
        ):
            return None
        case _:
            return _case(event)


def _session(event: cycle.SessionHeld | cycle.AttendanceCorrected) -> contract.SessionCompleted:
    facts = event.facts
    return contract.SessionCompleted(
        session=facts.session_id,
        cycle=event.cycle_id,
        offer=facts.offer_id,
        module=facts.module,
        on=facts.on,
        city=facts.city,
        place=facts.place,
        group_size=size_band(facts.present),
        cover_used=facts.cover_used,
        modules=len(facts.modules),
    )


def _case(event: participation.ParticipationEvent) -> PublicMessage | None:
    match event:
        case participation.ParticipantPlaced():
            return contract.ParticipantPlaced(
                referral=event.referral_id,
                on=event.on,
                cycle=event.cycle_id,
                city=event.city,
                first_session_on=event.first_on,
            )
        case participation.PlaceRescheduled():
            return _rescheduled(event)
        case participation.AttendanceNoted():
            return _attendance(event)
        case participation.ParticipationStarted():
            return contract.ParticipationStarted(
                referral=event.referral_id, on=event.on, cycle=event.cycle_id, city=event.city
            )
        case participation.StartRevoked():
            return contract.StartRevoked(referral=event.referral_id, on=event.on)
        case participation.ParticipationPaused():
            return contract.ParticipationPaused(referral=event.referral_id, on=event.on, review_on=event.review_on)
        case participation.ParticipationResumed():
            return contract.ParticipationResumed(referral=event.referral_id, on=event.on)
        case participation.ParticipationStopped():
            return contract.ParticipationStopped(
                referral=event.referral_id, on=event.on, category=event.category, code=event.code
            )
        case participation.ParticipationReturned():
            return contract.ParticipationReturned(referral=event.referral_id, on=event.on)
        case participation.ParticipationCompleted():
            return contract.ParticipationCompleted(
                referral=event.referral_id, on=event.on, cycle=event.cycle_id, city=event.city
            )
        case participation.CompletionRevoked():
            return contract.CompletionRevoked(referral=event.referral_id, on=event.on)
        case (
            participation.JoinedWaitingList()
            | participation.LeftWaitingList()
            | participation.PlaceRequested()
            | participation.PlaceOffered()
            | participation.PlaceRefused()
            | participation.PlaceGivenBack()
            | participation.NonAssociationDeclared()
            | participation.NonAssociationLifted()
            | participation.SafetyTaskOpened()
            | participation.SafetyTaskClosed()
        ):
            return None
        case _:
            assert_never(event)


def _rescheduled(event: participation.PlaceRescheduled) -> contract.ParticipantPlaced | None:
    """A place that was accepted is told again with its days; one that is only offered stays inside."""
    if event.placed_on is None:
        return None
    return contract.ParticipantPlaced(
        referral=event.referral_id,
        on=event.placed_on,
        cycle=event.cycle_id,
        city=event.city,
        first_session_on=event.first_on,
    )


def _attendance(event: participation.AttendanceNoted) -> contract.AttendanceRecorded:
    return contract.AttendanceRecorded(
        referral=event.referral_id,
        on=event.on,
        cycle=event.cycle_id,
        session=event.session_id,
        module=event.module,
        modules=len(event.modules),
        mark=event.mark,
        city=event.city,
    )
