"""Kafka to command: what the carousel saw of a person, so that the referrer learns what the person agreed to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.referral import commands as ask
from services.referral.deciders import REFERRALS
from services.referral.views import cases
from shared.contracts import carousel as said
from shared.eventstore.command_handler import within
from shared.eventstore.event_store import Connection, EventStore
from shared.messaging.inbox import ReceivedMessage, Inbox

CONSUMER = "referral"
BY = "carousel"


def hears(store: EventStore) -> Inbox:
    """The cases of the carousel, each message once in effect."""
    return Inbox(CONSUMER, said.CASES, Ears(store).apply)


@dataclass(frozen=True, slots=True)
class Ears:
    """What a message asks for, appended in the transaction of its sequence row."""

    store: EventStore

    async def apply(self, connection: Connection, heard: Sequence[ReceivedMessage]) -> None:
        """Each message in turn; raises Refused, which makes it a dead letter."""
        for each in heard:
            meta = each.meta(BY)
            for command in asks(each):
                await within(connection, self.store, cases.stream(command.referral_id), REFERRALS, command, meta)


def asks(heard: ReceivedMessage) -> Iterator[ask.ReferralCommand]:
    """The commands a message leads to; attendance, pauses and their end stay in the carousel."""
    stamp: dict[str, Any] = {"at": heard.envelope.time, "by": BY}
    match heard.message:
        case said.ParticipantPlaced() as message:
            yield ask.RecordPlacement(**stamp, referral_id=message.referral, on=message.on)
        case said.ParticipationStarted() as message:
            yield ask.RecordStart(**stamp, referral_id=message.referral, on=message.on)
        case said.StartRevoked() as message:
            yield ask.RevokeStart(**stamp, referral_id=message.referral, on=message.on)
        case said.ParticipationStopped() as message:
            yield _stop(stamp, message)
        case said.ParticipationReturned() as message:
            yield ask.RecordReturn(**stamp, referral_id=message.referral, on=message.on)
        case said.ParticipationCompleted() as message:
            yield ask.RecordCompletion(**stamp, referral_id=message.referral, on=message.on)
        case said.CompletionRevoked() as message:
            yield ask.RevokeCompletion(**stamp, referral_id=message.referral, on=message.on)


def _stop(stamp: dict[str, Any], message: said.ParticipationStopped) -> ask.RecordStop:
    return ask.RecordStop.model_validate(
        stamp | {"referral_id": message.referral, "on": message.on, "category": message.category, "code": message.code}
    )
