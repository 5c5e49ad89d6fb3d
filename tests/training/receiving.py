"""Messages as a consumer receives them."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.contracts.referral import ORGANISATIONS
from shared.messaging.cloudevents import Envelope, Position, PublicMessage
from shared.messaging.inbox import ReceivedMessage


def received(*messages: PublicMessage) -> list[ReceivedMessage]:
    """These messages of the register, in this order."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        ReceivedMessage(
            Envelope(ORGANISATIONS.source, Position(nth, nth - 1), type(message).type_name(), "organisation", now),
            message,
        )
        for nth, message in enumerate(messages, 1)
    ]
