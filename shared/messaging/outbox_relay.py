"""Follows the events and publishes what may leave: one leader, in order, each message naming the one before it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import structlog
from aiokafka.partitioner import DefaultPartitioner

from shared.domain.messages import Recorded
from shared.eventstore.event_store import EventStore
from shared.messaging.broker_history import AnotherHistory, Survey, TopicLost, lost_topics, require_own, survey
from shared.messaging.cloudevents import Position, PublicMessage, Topic, event_digest, headers
from shared.messaging.outbox import History, Outbox, Partition, Sent, begin_history, history
from shared.messaging.producer import OutgoingRecord, Producer, open_producer
from shared.messaging.topics import create_topics
from shared.observability.health import Unwell
from shared.observability.logs import log_trace

log = structlog.get_logger(__name__)

_LEADER_LOCK = 7226002
_CHANNEL = "facts"
_WINDOW = 500
_POLL_SECONDS = 1.0
_BACKOFF_SECONDS = 0.5
_STUCK_SECONDS = 15.0
_RECONCILE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A fact as the outside hears it: where, under which key, what."""

    topic: Topic
    key: str
    message: PublicMessage


ToIntegrationEvent = Callable[[Recorded[Any]], OutgoingMessage | None]


@dataclass(slots=True)
class OutboxRelay:
    """One follower of the events, `name`, that publishes to the `topics` of its service.

    Its position advances only after acknowledgement, by compare-and-set; whatever is in doubt is sent again, from the
    same place and in the same order. A topic that was lost is sent again from the beginning; where the broker holds
    another history than this database, nothing is sent.
    """

    store: EventStore
    to_integration_event: ToIntegrationEvent
    topics: Sequence[Topic]
    bootstrap_servers: str
    database_url: str
    name: str = "kafka"
    leading: bool = False
    replication: int | None = None
    last_success: float = field(default_factory=time.monotonic)
    _trouble: Unwell | None = None
    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def ailment(self) -> Unwell | None:
        """Nothing while it is up to date or publishes, as leader, or stands by."""
        if self._trouble:
            return self._trouble
        passed = time.monotonic() - self.last_success
        return Unwell("not-publishing", {"seconds": int(passed)}) if passed > _STUCK_SECONDS else None

    def wake(self) -> None:
        """A fact was committed in this process."""
        self._rung.set()

    async def notify_leader(self) -> None:
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
            except AnotherHistory:
                self._trouble = Unwell("another-history")
                log.error("relay stopped", cause="another history")  # noqa: TRY400 - its trace says nothing more
            except TopicLost:
                log.warning("relay starts again", cause="topic lost")
            except Exception as error:  # noqa: BLE001 - the database or the broker is away: wait and resume
                log.warning("relay interrupted", cause=type(error).__name__)
            self.leading = False
            await asyncio.sleep(_BACKOFF_SECONDS)

    async def _term(self) -> None:
        """One leadership: on a connection of its own, whose end ends it."""
        connection = await asyncpg.connect(self.database_url)
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", _LEADER_LOCK):
                self.last_success, self._trouble = time.monotonic(), None
                await asyncio.sleep(_POLL_SECONDS)
            await connection.add_listener(_CHANNEL, lambda *_: self._rung.set())
            await self._lead(connection)
        finally:
            self.leading = False
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)

    async def _lead(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        outbox = Outbox(self.name)
        await outbox.begin(connection)
        await create_topics(self.bootstrap_servers, self.topics, self.replication)
        async with asyncio.timeout(_RECONCILE_SECONDS):
            await self._reconcile(connection, outbox)
        self._trouble = None
        async with open_producer(self.bootstrap_servers) as producer:
            self.leading = True
            await self._follow(connection, outbox, producer)

    async def _reconcile(self, connection: asyncpg.Connection[asyncpg.Record], outbox: Outbox) -> None:
        """Before anything is sent: whose messages are on the broker, and are they all there?"""
        sent, told = await outbox.sent(connection), await history(connection)
        lost = await lost_topics(self.bootstrap_servers, self.topics, sent)
        if lost:
            log.warning("topics lost", topics=sorted(lost))
            await outbox.restart(connection, 0, lost, {})
            sent = await outbox.sent(connection)
        if not sent and await outbox.position(connection):
            await outbox.restart(connection, 0, [each.name for each in self.topics], {})
        await require_own(self.bootstrap_servers, self.topics, sent, told, self._digests_at)

    async def _digests_at(self, positions: Sequence[int]) -> dict[int, bytes]:
        """The event digests of what this database publishes of these positions."""
        async with self.store.pool.acquire() as connection:
            facts = await self.store.at(connection, positions)
        told = ((fact, self.to_integration_event(fact)) for fact in facts)
        return {fact.position: event_digest(each.key, fact.at) for fact, each in told if each is not None}

    async def _follow(self, connection: asyncpg.Connection[asyncpg.Record], outbox: Outbox, producer: Producer) -> None:
        position, sent, told = -1, dict[Partition, Sent](), History()
        while True:
            self._rung.clear()
            if position != (kept := await outbox.position(connection)):
                position, sent, told = kept, await outbox.sent(connection), await history(connection)
            facts = await self.store.after(connection, position, _WINDOW)
            if not facts:
                self.last_success = time.monotonic()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):  # wait_for loses an end that comes with a ring
                        await self._rung.wait()
                continue
            changed = await self._publish(producer, facts, sent, told)
            if await outbox.advance(connection, position, facts[-1].position, changed):
                position, sent = facts[-1].position, sent | changed
            else:
                position = -1
                log.info("relay position moved by hand", relay=self.name)
            self.last_success = time.monotonic()

    async def _publish(
        self, producer: Producer, facts: Sequence[Recorded[Any]], sent: dict[Partition, Sent], told: History
    ) -> dict[Partition, Sent]:
        """Send one window and await every acknowledgement; any failure ends the term and its producer.

        Returns the last message of each partition. What its partition already has is passed over.
        """
        leaving = place(facts, self.to_integration_event, {each: row.sequence for each, row in sent.items()})
        offsets = await producer.send_all([record_of(each, told) for each in leaving])
        changed: dict[Partition, Sent] = {}
        for each, offset in zip(leaving, offsets, strict=True):
            before = changed.get(each.partition) or sent.get(each.partition)
            if before and offset < before.next_offset:
                raise TopicLost(each.published.topic.name)
            changed[each.partition] = Sent(each.fact.position, offset + 1)
        log_trace(log, "published", [each.fact.meta.correlation_id for each in leaving])
        return changed

    async def republish(self, position: int = 0) -> None:
        """Send everything after `position` again: consumers drop what they have."""
        async with self.store.pool.acquire() as connection:
            sent = await self._sent_until(connection, position)
            await Outbox(self.name).restart(connection, position, [each.name for each in self.topics], sent)
            await connection.execute("select pg_notify($1, '')", _CHANNEL)

    async def new_epoch(self, by: str) -> tuple[int, Survey]:
        """Confirm that this database was put back to an earlier state: begin another history, and publish all of it.

        Returns its epoch, and what the broker holds that this database lost.
        """
        await create_topics(self.bootstrap_servers, self.topics, self.replication)
        found = await survey(self.bootstrap_servers, self.topics, self._digests_at)
        async with self.store.pool.acquire() as connection, connection.transaction():
            await connection.execute("select hold_appends()")
            told = await history(connection)
            forks = max(found.forks, told.forks, key=len)
            last = int(await connection.fetchval("select coalesce(max(position), 0) from events"))
            epoch = await begin_history(connection, (*forks, found.fork(last)), found.highest, by)
            await Outbox(self.name).restart(connection, 0, [each.name for each in self.topics], {})
            await connection.execute("select pg_notify($1, '')", _CHANNEL)
        return epoch, found

    async def _sent_until(self, connection: Any, position: int) -> dict[Partition, Sent]:  # noqa: ANN401 - a pool's
        """The last message of each partition up to `position`, as it was or would be published."""
        reached, at = dict[Partition, int](), 0
        while at < position and (facts := await self.store.after(connection, at, _WINDOW)):
            at = facts[-1].position
            early = [fact for fact in facts if fact.position <= position]
            reached |= {each.partition: each.fact.position for each in place(early, self.to_integration_event, reached)}
        return {partition: Sent(sequence, 0) for partition, sequence in reached.items()}


@dataclass(frozen=True, slots=True)
class Leaving:
    """A fact on its way out: to which partition, and after which message there."""

    fact: Recorded[Any]
    published: OutgoingMessage
    partition: Partition
    previous: int


def place(
    facts: Sequence[Recorded[Any]], to_integration_event: ToIntegrationEvent, reached: dict[Partition, int]
) -> list[Leaving]:
    """What leaves of these facts, each behind the last of its partition; `reached` says what each has already."""
    last = dict(reached)
    leaving = []
    for fact in facts:
        published = to_integration_event(fact)
        if published is None:
            continue
        partition = partition_of(published)
        previous = last.get(partition, 0)
        if fact.position > previous:
            leaving.append(Leaving(fact, published, partition, previous))
            last[partition] = fact.position
    return leaving


def partition_of(published: OutgoingMessage) -> Partition:
    """The partition of its key, as every Kafka client reckons it."""
    topic = published.topic
    return topic.name, DefaultPartitioner()(published.key.encode(), list(range(topic.partitions)), [])


def record_of(leaving: Leaving, told: History) -> OutgoingRecord:
    """A fact as it is sent: the same bytes every time."""
    fact, published = leaving.fact, leaving.published
    topic, key, message = published.topic, published.key, published.message
    position = Position(fact.position, leaving.previous, told.epoch, told.forks)
    head = headers(topic, message, key, position, fact.at, fact.meta.correlation_id)
    return topic.name, leaving.partition[1], key.encode(), message.model_dump_json().encode(), head


async def backlog(store: EventStore, name: str = "kafka") -> tuple[int, float]:
    """How many facts are not yet published, and the age in seconds of the oldest."""
    async with store.pool.acquire() as connection:
        row = await connection.fetchrow(
            "select (select coalesce(max(position), 0) from events) - coalesce(f.position, 0) as behind,"
            " (select extract(epoch from now() - at) from events where position > coalesce(f.position, 0)"
            "  order by position limit 1) as age"
            " from (select 1) one left join outbox_checkpoints f on f.name = $1",
            name,
        )
    return (int(row["behind"]), float(row["age"] or 0.0)) if row else (0, 0.0)


async def position(store: EventStore, name: str = "kafka") -> int:
    """The position up to which everything is published."""
    async with store.pool.acquire() as connection:
        return await Outbox(name).position(connection)


async def led(store: EventStore) -> bool:
    """Whether some process leads: it alone publishes."""
    query = (
        "select exists (select from pg_locks where locktype = 'advisory' and granted and objid = $1 and classid = 0"
        " and database = (select oid from pg_database where datname = current_database()))"
    )
    return bool(await store.pool.fetchval(query, _LEADER_LOCK))
