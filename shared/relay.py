"""Follows the facts and publishes what may leave: one leader, in order, resuming where it was acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import structlog

from shared.contracts.envelope import PublicMessage, Topic, headers
from shared.event_store import EventStore
from shared.kafka import OutgoingRecord, Producer, open_producer
from shared.logs import log_road
from shared.messages import Recorded

log = structlog.get_logger(__name__)

_LEADER_LOCK = 7226002
_CHANNEL = "facts"
_WINDOW = 500
_POLL_SECONDS = 1.0
_BACKOFF_SECONDS = 0.5
_STUCK_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Published:
    """A fact as the outside hears it: where, under which key, what."""

    topic: Topic
    key: str
    message: PublicMessage


Translate = Callable[[Recorded[Any]], Published | None]


@dataclass(slots=True)
class Relay:
    """One follower of the facts, `name`, that publishes to Kafka.

    Its position advances only after acknowledgement, by compare-and-set; whatever is in doubt is sent again,
    from the same place and in the same order, so that within a partition the first occurrence of every sequence
    comes in increasing order.
    """

    store: EventStore
    translate: Translate
    bootstrap_servers: str
    database_url: str
    name: str = "kafka"
    beat: float = float("-inf")
    leading: bool = False
    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def ailment(self) -> str | None:
        """Nothing while the loop goes round, as leader or standing by."""
        lately = time.monotonic() - self.beat < _STUCK_SECONDS
        return None if lately else f"It has not gone round for {_STUCK_SECONDS:.0f} seconds."

    def ring(self) -> None:
        """A fact was committed in this process."""
        self._rung.set()

    async def ring_elsewhere(self) -> None:
        """Where another process leads: tell it of the commits of this one, many at once when they come fast."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # it looks by itself too
                async with self.store.pool.acquire() as connection:
                    await connection.execute("select pg_notify($1, '')", _CHANNEL)

    async def run(self) -> None:
        """Lead when nobody else does, for ever; every fault is waited out."""
        while True:
            try:
                await self._term()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - the database or the broker is away: wait and resume
                log.warning("relay interrupted", cause=type(error).__name__)
            self.leading = False
            await asyncio.sleep(_BACKOFF_SECONDS)

    async def _term(self) -> None:
        """One leadership: on a connection of its own, whose end ends it."""
        connection = await asyncpg.connect(self.database_url)
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", _LEADER_LOCK):
                self.beat = time.monotonic()
                await asyncio.sleep(_POLL_SECONDS)
            await connection.add_listener(_CHANNEL, lambda *_: self._rung.set())
            await connection.execute("insert into followers (name) values ($1) on conflict do nothing", self.name)
            async with open_producer(self.bootstrap_servers) as producer:
                self.leading = True
                await self._follow(connection, producer)
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)

    async def _follow(self, connection: asyncpg.Connection[asyncpg.Record], producer: Producer) -> None:
        while True:
            self._rung.clear()
            self.beat = time.monotonic()
            position = await connection.fetchval("select position from followers where name = $1", self.name)
            facts = await self.store.after(connection, position, _WINDOW)
            if not facts:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._rung.wait(), _POLL_SECONDS)
                continue
            await self._publish(producer, facts)
            moved = await connection.execute(
                "update followers set position = $3 where name = $1 and position = $2",
                self.name,
                position,
                facts[-1].position,
            )
            if moved != "UPDATE 1":
                log.info("relay position moved by hand", relay=self.name)

    async def _publish(self, producer: Producer, facts: Sequence[Recorded[Any]]) -> None:
        """Send one window and await every acknowledgement; any failure ends the term and its producer."""
        told = [(fact, published) for fact in facts if (published := self.translate(fact)) is not None]
        await producer.send_all(record_of(fact, published) for fact, published in told)
        log_road(log, "published", [fact.meta.correlation_id for fact, _ in told])


def record_of(fact: Recorded[Any], published: Published) -> OutgoingRecord:
    """A fact as it is sent: the same bytes every time."""
    topic, key, message = published.topic, published.key, published.message
    head = headers(topic, message, key, fact.position, fact.at, fact.meta.correlation_id)
    return topic.name, key.encode(), message.model_dump_json().encode(), head


async def republish(store: EventStore, position: int = 0, name: str = "kafka") -> None:
    """Send everything after `position` again: refills a broker that lost it; consumers drop what they have."""
    async with store.pool.acquire() as connection:
        await connection.execute(
            "insert into followers (name, position) values ($1, $2)"
            " on conflict (name) do update set position = excluded.position",
            name,
            position,
        )
        await connection.execute("select pg_notify($1, '')", _CHANNEL)


async def backlog(store: EventStore, name: str = "kafka") -> tuple[int, float]:
    """How many facts are not yet published, and the age in seconds of the oldest."""
    async with store.pool.acquire() as connection:
        row = await connection.fetchrow(
            "select (select coalesce(max(position), 0) from events) - coalesce(f.position, 0) as behind,"
            " (select extract(epoch from now() - at) from events where position > coalesce(f.position, 0)"
            "  order by position limit 1) as age"
            " from (select 1) one left join followers f on f.name = $1",
            name,
        )
    return (int(row["behind"]), float(row["age"] or 0.0)) if row else (0, 0.0)


async def position(store: EventStore, name: str = "kafka") -> int:
    """The position up to which everything is published."""
    query = "select coalesce(max(position), 0) from followers where name = $1"
    return int(await store.pool.fetchval(query, name))


async def led(store: EventStore) -> bool:
    """Whether some process leads: it alone publishes."""
    query = (
        "select exists (select from pg_locks where locktype = 'advisory' and granted and objid = $1 and classid = 0"
        " and database = (select oid from pg_database where datname = current_database()))"
    )
    return bool(await store.pool.fetchval(query, _LEADER_LOCK))
