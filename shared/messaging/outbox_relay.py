"""Follows the events and publishes what may leave: one leader, in order, each message naming the one before it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import structlog

from shared.eventstore.event_store import Connection, EventStore
from shared.messaging.broker_history import AnotherHistory, Survey, TopicLost, lost_topics, require_own, survey
from shared.messaging.cloudevents import Topic
from shared.messaging.outbox import History, Outbox, Partition, Sent, begin_history, history
from shared.messaging.outgoing import ToIntegrationEvent, Told, place, record_of
from shared.messaging.producer import Producer, open_producer
from shared.messaging.topics import create_topics
from shared.messaging.unpublishable import Held, digests_at, held, next_window, note, tell_later
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
_LAST = "(select greatest(coalesce(max(position), 0), (select max(told_as) from unpublishable_events)) from events)"


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

    @property
    def _names(self) -> list[str]:
        return [each.name for each in self.topics]

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
            await outbox.restart(connection, 0, self._names, {})
        await require_own(self.bootstrap_servers, self.topics, sent, told, self._digests_at)

    async def _digests_at(self, positions: Sequence[int]) -> dict[int, bytes]:
        """The event digests of what this database publishes of these positions."""
        async with self.store.pool.acquire() as connection:
            return await digests_at(self.store, connection, self.to_integration_event, positions)

    async def _follow(self, connection: asyncpg.Connection[asyncpg.Record], outbox: Outbox, producer: Producer) -> None:
        position, sent, told, noted, tried = -1, dict[Partition, Sent](), History(), Held(), False
        while True:
            self._rung.clear()
            if position != (kept := await outbox.position(connection)):
                position, sent, told = kept, await outbox.sent(connection), await history(connection)
                noted = await held(connection)
            window = await next_window(self.store, connection, self.to_integration_event, position, noted, _WINDOW)
            if window is None:
                self.last_success = time.monotonic()
                if not tried and noted.streams:
                    tried = await tell_later(self.store, connection, self.to_integration_event, position)
                    noted = await held(connection)
                    continue
                await self._until_rung()
                continue
            if window.cannot and await note(connection, window, outbox, self._names):
                position = -1
                continue
            noted = await held(connection) if window.cannot else noted
            changed = await self._publish(producer, window.told, sent, told)
            if await outbox.advance(connection, position, window.until, changed):
                position, sent = window.until, sent | changed
            else:
                position = -1
                log.info("relay position moved by hand", relay=self.name)
            self.last_success = time.monotonic()

    async def _until_rung(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_POLL_SECONDS):  # wait_for loses an end that comes with a ring
                await self._rung.wait()

    async def _publish(
        self, producer: Producer, facts: Sequence[Told], sent: dict[Partition, Sent], told: History
    ) -> dict[Partition, Sent]:
        """Send one window and await every acknowledgement; any failure ends the term and its producer.

        Returns the last message of each partition. What its partition already has is passed over.
        """
        leaving = place(facts, {each: row.sequence for each, row in sent.items()})
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
        outbox = Outbox(self.name)
        async with self.store.pool.acquire() as connection:
            sent = await self._sent_until(connection, outbox, position)
            if sent is not None:
                await outbox.restart(connection, position, self._names, sent)
            await connection.execute("select pg_notify($1, '')", _CHANNEL)

    async def new_epoch(self, by: str) -> tuple[int, Survey]:
        """Confirm that this database was put back to an earlier state: begin another history, and publish all of it.

        Returns its epoch, and what the broker holds that this database lost.
        """
        await create_topics(self.bootstrap_servers, self.topics, self.replication)
        async with self.store.pool.acquire() as connection:
            sent = await Outbox(self.name).sent(connection)
        found = await survey(self.bootstrap_servers, self.topics, sent, self._digests_at)
        async with self.store.pool.acquire() as connection, connection.transaction():
            await connection.execute("select hold_appends()")
            told = await history(connection)
            forks = max(found.forks, told.forks, key=len)
            last = int(await connection.fetchval(f"select {_LAST}"))
            epoch = await begin_history(connection, (*forks, found.fork(last)), found.highest, by)
            await Outbox(self.name).restart(connection, 0, self._names, {})
            await Outbox(self.name).forget_told(connection)
            await connection.execute("select pg_notify($1, '')", _CHANNEL)
        return epoch, found

    async def _sent_until(self, connection: Connection, outbox: Outbox, position: int) -> dict[Partition, Sent] | None:
        """The last message of each partition up to `position`, as it was or would be published.

        None when another history began, as something that was told cannot be told any more.
        """
        reached, at, noted = dict[Partition, int](), 0, await held(connection)
        while at < position and (
            window := await next_window(self.store, connection, self.to_integration_event, at, noted, _WINDOW)
        ):
            at = window.until
            if window.cannot and await note(connection, window, outbox, self._names):
                return None
            noted = await held(connection) if window.cannot else noted
            early = [each for each in window.told if each[0].position <= position]
            reached |= {each.partition: each.fact.position for each in place(early, reached)}
        return {partition: Sent(sequence, 0) for partition, sequence in reached.items()}


async def backlog(store: EventStore, name: str = "kafka") -> tuple[int, float]:
    """How many facts are not yet published, and the age in seconds of the oldest."""
    async with store.pool.acquire() as connection:
        row = await connection.fetchrow(
            f"select greatest({_LAST} - coalesce(f.position, 0), 0) as behind,"
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
