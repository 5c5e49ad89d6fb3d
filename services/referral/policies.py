"""What the carousel saw of a person is recorded on the referral, so that the referrer learns what was agreed to."""

from __future__ import annotations

from collections.abc import Sequence

from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import (
    RecordCompletion,
    RecordPlacement,
    RecordReturn,
    RecordStart,
    RecordStop,
    ReferralCommand,
    RevokeCompletion,
    RevokeStart,
    RevokeStop,
)
from shared.contracts import carousel
from shared.domain.aggregate import AnyIssued, Issued
from shared.eventstore.event_store import Connection
from shared.messaging.inbox import ReceivedMessage

CAROUSEL_SUBJECT = "carousel"


async def record_participation(_: Connection, received: ReceivedMessage) -> Sequence[AnyIssued]:
    """The command that a message leads to, if any. Raises ValidationError for a reason that is not known."""
    command = participation_command(received)
    return [Issued(REFERRAL, command.referral_id, command)] if command else []


def participation_command(received: ReceivedMessage) -> ReferralCommand | None:
    """What to record of a message. Attendance, pauses and their end stay in the carousel."""
    at, by = received.envelope.time, CAROUSEL_SUBJECT
    match received.message:
        case carousel.ParticipantPlaced(referral=referral, on=on):
            return RecordPlacement(at=at, by=by, referral_id=referral, on=on)
        case carousel.ParticipationStarted(referral=referral, on=on):
            return RecordStart(at=at, by=by, referral_id=referral, on=on)
        case carousel.StartRevoked(referral=referral, on=on):
            return RevokeStart(at=at, by=by, referral_id=referral, on=on)
        case carousel.ParticipationStopped(referral=referral, on=on, category=category, code=code):
            said = {"at": at, "by": by, "referral_id": referral, "on": on, "category": category, "code": code}
            return RecordStop.model_validate(said)  # codes that may not be known here
        case carousel.StopRevoked(referral=referral, on=on):
            return RevokeStop(at=at, by=by, referral_id=referral, on=on)
        case carousel.ParticipationReturned(referral=referral, on=on):
            return RecordReturn(at=at, by=by, referral_id=referral, on=on)
        case carousel.ParticipationCompleted(referral=referral, on=on):
            return RecordCompletion(at=at, by=by, referral_id=referral, on=on)
        case carousel.CompletionRevoked(referral=referral, on=on):
            return RevokeCompletion(at=at, by=by, referral_id=referral, on=on)
        case _:
            return None
