"""Own event to public message, or None: the only door out of the service."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from services.carousel.cycles.events import (
    AttendanceCorrected,
    CapacityChanged,
    CatchUpAdded,
    CoverArranged,
    CycleClosed,
    CycleEvent,
    CyclePlanned,
    CycleReopened,
    FacilitatorsChanged,
    MakeUpReleased,
    MakeUpTaken,
    PlaceReleased,
    PlaceTaken,
    SeatRestored,
    SessionCancelled,
    SessionDayCorrected,
    SessionHeld,
    SessionMoved,
    SessionReinstated,
    SessionReopened,
)
from services.carousel.offers.events import OfferEvent, OfferPublished
from services.carousel.participations import events as own
from shared.contracts import carousel as contract
from shared.domain.messages import AnyRecorded
from shared.messaging.cloudevents import PublicMessage
from shared.messaging.outgoing import OutgoingMessage

_SMALL, _LARGE = 5, 10


def to_integration_event(recorded: AnyRecorded) -> OutgoingMessage | None:
    """What the others hear of an event: participations pseudonymous, sessions and cycles without a person."""
    event: OfferEvent | CycleEvent | own.ParticipationEvent = recorded.event
    match event:
        case SessionHeld() | AttendanceCorrected() | SessionDayCorrected():
            return OutgoingMessage(contract.SESSIONS, recorded.stream, _session(event))
        case SessionReopened():
            return OutgoingMessage(contract.SESSIONS, recorded.stream, _session_revoked(event))
        case CycleClosed():
            return OutgoingMessage(contract.SESSIONS, recorded.stream, _cycle(event))
        case (
            OfferPublished()
            | CyclePlanned()
            | SessionMoved()
            | SessionCancelled()
            | CatchUpAdded()
            | CoverArranged()
            | PlaceTaken()
            | PlaceReleased()
            | MakeUpTaken()
            | MakeUpReleased()
            | SessionReinstated()
            | CycleReopened()
            | SeatRestored()
            | CapacityChanged()
            | FacilitatorsChanged()
        ):
            return None
        case _:
            message = _case(event)
            return OutgoingMessage(contract.CASES, recorded.stream, message) if message else None


def size_band(present: int) -> contract.SizeBand:
    """How large a group was, told so that a small one tells nothing of anybody."""
    if present < _SMALL:
        return "under_5"
    return "5_to_9" if present < _LARGE else "10_or_more"


def _session_revoked(event: SessionReopened) -> contract.SessionRevoked:
    return contract.SessionRevoked(session=event.session_id, cycle=event.cycle_id, on=event.on)


def _session(event: SessionHeld | AttendanceCorrected | SessionDayCorrected) -> contract.SessionCompleted:
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


def _cycle(event: CycleClosed) -> contract.CycleCompleted:
    return contract.CycleCompleted(
        cycle=event.cycle_id,
        offer=event.offer_id,
        city=event.city,
        place=event.place,
        first_on=event.first_on,
        on=event.on,
        sessions_held=event.sessions_held,
    )


def _case(event: own.ParticipationEvent) -> PublicMessage | None:
    referral, on = event.referral_id, event.on
    match event:
        case own.ParticipantPlaced():
            return _placed(event, on)
        case own.PlaceRescheduled():  # of a place that is only offered nothing is said
            return _placed(event, event.placed_on) if event.placed_on else None
        case own.PlaceRestored():
            return _placed(event, event.placed_on)
        case own.AttendanceNoted() | own.AttendanceCounted():
            return _attendance(event)
        case own.AttendanceRevoked() | own.AttendanceDiscounted():
            return contract.AttendanceRevoked(referral=referral, on=on, session=event.session_id)
        case own.ParticipationStarted():
            return contract.ParticipationStarted(referral=referral, on=on, cycle=event.cycle_id, city=event.city)
        case own.StartRevoked():
            return contract.StartRevoked(referral=referral, on=on)
        case own.ParticipationPaused():
            return contract.ParticipationPaused(referral=referral, on=on, review_on=event.review_on)
        case own.ParticipationResumed():
            return contract.ParticipationResumed(referral=referral, on=on)
        case own.ParticipationStopped():
            return contract.ParticipationStopped(referral=referral, on=on, category=event.category, code=event.code)
        case own.StopRevoked():
            return contract.StopRevoked(referral=referral, on=on)
        case own.ParticipationReturned():
            return contract.ParticipationReturned(referral=referral, on=on)
        case own.ParticipationCompleted():
            return contract.ParticipationCompleted(referral=referral, on=on, cycle=event.cycle_id, city=event.city)
        case own.CompletionRevoked():
            return contract.CompletionRevoked(referral=referral, on=on)
        case (
            own.JoinedWaitingList()
            | own.LeftWaitingList()
            | own.PlaceRequested()
            | own.PlaceOffered()
            | own.PlaceRefused()
            | own.PlaceGivenBack()
            | own.PlaceReclaimed()
            | own.NonAssociationDeclared()
            | own.NonAssociationLifted()
            | own.SafetyTaskOpened()
            | own.SafetyTaskLapsed()
            | own.SafetyTaskClosed()
            | own.PersonKnown()
            | own.OtherKnown()
            | own.RoadNoted()
            | own.DuplicateCounted()
            | own.AttendanceInherited()
            | own.LeavingRevoked()
            | own.MakeUpRequested()
            | own.MakeUpArranged()
            | own.MakeUpDropped()
            | own.ParticipationTransferred()
            | own.OfferFollowed()
        ):
            return None
        case _:
            assert_never(event)


def _placed(
    event: own.ParticipantPlaced | own.PlaceRescheduled | own.PlaceRestored, placed_on: date
) -> contract.ParticipantPlaced:
    """A place that was accepted; told again when its days change."""
    return contract.ParticipantPlaced(
        referral=event.referral_id, on=placed_on, cycle=event.cycle_id, city=event.city, first_session_on=event.first_on
    )


def _attendance(event: own.AttendanceNoted | own.AttendanceCounted) -> contract.AttendanceRecorded:
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
