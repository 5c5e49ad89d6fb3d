"""A tiny programme of its own for the tests of shared/: a stream counts, its messages carry the count."""

from __future__ import annotations

import itertools
import os
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.domain.aggregate import Aggregate
from shared.domain.messages import Command, Event, Recorded, Refused
from shared.eventstore.event_store import Connection
from shared.messaging.cloudevents import PublicMessage, Topic
from shared.messaging.inbox import ReceivedMessage
from shared.messaging.outgoing import OutgoingMessage

_SPARE = itertools.count()


class Counted(Event):
    """One more."""

    n: int


class CountPublished(PublicMessage):
    """One more, published."""

    n: int


class CountOn(Command):
    """Count one further."""


COUNTED: Aggregate[int, CountOn, Counted] = Aggregate(
    "stream", (Counted,), 0, lambda state, _: [Counted(n=state + 1)], lambda _, event: event.n
)


def topic() -> Topic:
    """A topic nobody used before; a broker that forgets has some to spare, and no other can be created on it."""
    name = f"spare.{next(_SPARE)}" if os.environ.get("KAFKA_FORGETS") else f"test.{uuid.uuid4().hex[:12]}"
    return Topic(name, "/carrousel/test", (CountPublished,), partitions=12)


@dataclass
class Ledger:
    """A projection that counts how often each (stream, n) was applied, in the transaction of its checkpoint."""

    table: str = "ledger"
    refuse: set[int] = field(default_factory=set)

    async def create(self, connection: Connection) -> None:
        """Its table."""
        await connection.execute(f"create table {self.table} (stream text, n int, nth bigserial)")

    async def apply(self, connection: Connection, received: Sequence[ReceivedMessage]) -> None:
        """Every message a row: what is applied twice shows."""
        rows = []
        for each in received:
            assert isinstance(each.message, CountPublished)
            if each.message.n in self.refuse:
                raise Refused("not-this-one")
            rows.append((each.envelope.subject, each.message.n))
        await connection.executemany(f"insert into {self.table} (stream, n) values ($1, $2)", rows)

    async def read(self, connection: Connection) -> dict[str, list[int]]:
        """What was applied, by stream, in the order it was."""
        applied: dict[str, list[int]] = {}
        for row in await connection.fetch(f"select stream, n from {self.table} order by nth"):
            applied.setdefault(row["stream"], []).append(row["n"])
        return applied


def publish_on(where: Topic) -> Any:
    """Every count is published."""

    def to_integration_event(recorded: Recorded[Any]) -> OutgoingMessage:
        return OutgoingMessage(where, recorded.stream, CountPublished(n=recorded.event.n))

    return to_integration_event


def repeated(values: Sequence[int]) -> list[int]:
    """Those that occur more than once."""
    return [value for value, times in Counter(values).items() if times > 1]
