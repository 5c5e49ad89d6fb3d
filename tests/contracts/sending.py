"""A public message as a record of its topic, as the broker gives it to an inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.contracts.catalogue import examples
from shared.messaging.cloudevents import Position, PublicMessage, Topic, headers

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Sent:
    """A record, as the broker gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


def sent(topic: Topic, message: type[PublicMessage], value: bytes, key: str, sequence: int) -> Sent:
    """The record of a message, whatever stands in its value; its sequence is its offset too."""
    shown = message.model_validate(examples()[message.type_name()].value)
    head = headers(topic, shown, key, Position(sequence, sequence - 1), NOW)
    return Sent(topic.name, 0, sequence, key.encode(), value, head)
