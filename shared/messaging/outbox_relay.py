"""The outbox relay: one leader follows the events and publishes them in order, each message naming the one before."""

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
from shared.messaging.outbox import History, Outbox, Partition, Sent, begin_epoch, current_history
from shared.messaging.outgoing import ToIntegrationEvent, place, record_of
from shared.messaging.producer import Producer, open_producer
from shared.messaging.topics import create_topics
from shared.messaging.unpublishable import Noted, Window, digests_at, next_window, note, noted_events, publish_later
from shared.observability.health import Unhealthy
from shared.observability.logs import log_trace

log = structlog.get_logger(__name__)

_LEADER_LOCK = 7226002
_CHANNEL = "events"
_WINDOW = 500
_POLL_SECONDS = 1.0
_BACKOFF_SECONDS = 0.5
_STUCK_SECONDS = 15.0
_RECONCILE_SECONDS = 300.0
_LAST = "(select greatest(coalesce(max(position), 0), (select max(told_as) from unpublishable_events)) from events)"


@dataclass(slots=True)
class _Cursor:
    """What a leader knows of the relay's rows; position -1: read them again."""

    position: int = -1
    sent: dict[Partition, Sent] = field(default_factory=dict)
    history: History = field(default_factory=History)
    noted: Noted = field(default_factory=Noted)
    later_published: bool = False

    async def read(self, connection: Connection, outbox: Outbox) -> None:
        """Read the rows when the position is another than this one."""
        if self.position != (stored := await outbox.position(connection)):
            self.position, self.sent = stored, await outbox.sent(connection)
            self.history, self.noted = await current_history(connection), await noted_events(connection)


@dataclass(slots=True)
class OutboxRelay:
    """One relay, `name`, that publishes the events of a service to its `topics`.

    Its position advances only after acknowledgement, by compare-and-set; whatever is in doubt is sent again, from the
    same position and in the same order. A topic that was lost is sent again from the beginning; where the broker holds
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
    _problem: Unhealthy | None = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def check_health(self) -> Unhealthy | None:
        """None while it is up to date or publishes, as leader, or stands by."""
        if self._problem:
            return self._problem
        passed = time.monotonic() - self.last_success
        return Unhealthy("not-publishing", {"seconds": int(passed)}) if passed > _STUCK_SECONDS else None

    @property
    def _names(self) -> list[str]:
        return [each.name for each in self.topics]

    def wake(self) -> None:
        """An event was committed in this process."""
        self._woken.set()

    async def notify_leader(self) -> None:
        """Where another process leads: notify it of the commits of this one, of many at once when they come fast."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # the leader polls too
                async with self.store.pool.acquire() as connection:
                    await connection.execute("select pg_notify($1, '')", _CHANNEL)

    async def run(self) -> None:
        """Lead when nobody else does, for ever; after every fault it tries again."""
        while True:
            try:
                await self._term()
            except asyncio.CancelledError:
                raise
            except AnotherHistory:
                self._problem = Unhealthy("another-history")
                log.error("relay stopped", cause="another history")  # noqa: TRY400 - its trace adds nothing
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
                self.last_success, self._problem = time.monotonic(), None
                await asyncio.sleep(_POLL_SECONDS)
            await connection.add_listener(_CHANNEL, lambda *_: self._woken.set())
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
        self._problem = None
        async with open_producer(self.bootstrap_servers) as producer:
            self.leading = True
            await self._follow(connection, outbox, producer)

    async def _reconcile(self, connection: Connection, outbox: Outbox) -> None:
        """Before anything is sent: are the messages on the broker those of this database, and are they all there?"""
        sent, history = await outbox.sent(connection), await current_history(connection)
        lost = await lost_topics(self.bootstrap_servers, self.topics, sent)
        if lost:
            log.warning("topics lost", topics=sorted(lost))
            await outbox.restart(connection, 0, lost, {})
            sent = await outbox.sent(connection)
        if not sent and await outbox.position(connection):
            await outbox.restart(connection, 0, self._names, {})
        await require_own(self.bootstrap_servers, self.topics, sent, history, self._digests_at)

    async def _digests_at(self, positions: Sequence[int]) -> dict[int, bytes]:
        """The event digests of what this database publishes at these positions."""
        async with self.store.pool.acquire() as connection:
            return await digests_at(self.store, connection, self.to_integration_event, positions)

    async def _follow(self, connection: Connection, outbox: Outbox, producer: Producer) -> None:
        cursor = _Cursor()
        while not producer.outdated:
            self._woken.clear()
            await cursor.read(connection, outbox)
            window = await self._window(connection, cursor.position, cursor.noted)
            if window is None:
                self.last_success = time.monotonic()
                if cursor.later_published or not cursor.noted.streams:
                    await self._until_woken()
                    continue
                translate = self.to_integration_event
                cursor.later_published = await publish_later(self.store, connection, translate, cursor.position)
                cursor.noted = await noted_events(connection)
            elif window.unpublishable and await note(connection, window, outbox, self._names):
                cursor.position = -1
            else:
                await self._publish(connection, outbox, producer, window, cursor)

    async def _window(self, connection: Connection, after: int, noted: Noted) -> Window | None:
        return await next_window(self.store, connection, self.to_integration_event, after, noted, _WINDOW)

    async def _until_woken(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_POLL_SECONDS):  # wait_for loses a cancellation that comes with a wake-up
                await self._woken.wait()

    async def _publish(
        self, connection: Connection, outbox: Outbox, producer: Producer, window: Window, cursor: _Cursor
    ) -> None:
        """Send one window, await every acknowledgement, and advance."""
        if window.unpublishable:
            cursor.noted = await noted_events(connection)
        changed = await self._send(producer, window, cursor)
        if await outbox.advance(connection, cursor.position, window.until, changed):
            cursor.position, cursor.sent = window.until, cursor.sent | changed
        else:
            cursor.position = -1
            log.info("relay position moved by hand", relay=self.name)
        self.last_success = time.monotonic()

    async def _send(self, producer: Producer, window: Window, cursor: _Cursor) -> dict[Partition, Sent]:
        """Send what its partition does not have yet; any failure ends the term and its producer.

        Returns the last message of each partition.
        """
        placed = place(window.publications, {each: last.sequence for each, last in cursor.sent.items()})
        offsets = await producer.send_all([record_of(each, cursor.history) for each in placed])
        changed: dict[Partition, Sent] = {}
        for each, offset in zip(placed, offsets, strict=True):
            before = changed.get(each.partition) or cursor.sent.get(each.partition)
            if before and offset < before.next_offset:
                raise TopicLost(each.outgoing.topic.name)
            changed[each.partition] = Sent(each.recorded.position, offset + 1)
        log_trace(log, "published", [each.recorded.meta.correlation_id for each in placed])
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
        """Confirm that this database was restored to an earlier state: begin another epoch, and publish all of it.

        Returns the epoch, and what the broker holds that this database lost.
        """
        outbox = Outbox(self.name)
        await create_topics(self.bootstrap_servers, self.topics, self.replication)
        async with self.store.pool.acquire() as connection:
            sent = await outbox.sent(connection)
        found = await survey(self.bootstrap_servers, self.topics, sent, self._digests_at)
        async with self.store.pool.acquire() as connection, connection.transaction():
            await connection.execute("select hold_appends()")
            forks = max(found.forks, (await current_history(connection)).forks, key=len)
            last = int(await connection.fetchval(f"select {_LAST}"))
            epoch = await begin_epoch(connection, (*forks, found.fork(last)), found.highest, by)
            await outbox.restart(connection, 0, self._names, {})
            await outbox.forget_published(connection)
            await connection.execute("select pg_notify($1, '')", _CHANNEL)
        return epoch, found

    async def _sent_until(self, connection: Connection, outbox: Outbox, position: int) -> dict[Partition, Sent] | None:
        """The last message of each partition up to `position`, as it was or would be published.

        None when another epoch began, as something that was published cannot be published any more.
        """
        reached, after, noted = dict[Partition, int](), 0, await noted_events(connection)
        while after < position and (window := await self._window(connection, after, noted)):
            after = window.until
            if window.unpublishable:
                if await note(connection, window, outbox, self._names):
                    return None
                noted = await noted_events(connection)
            early = [each for each in window.publications if each[0].position <= position]
            reached |= {each.partition: each.recorded.position for each in place(early, reached)}
        return {partition: Sent(sequence, 0) for partition, sequence in reached.items()}


async def backlog(store: EventStore, name: str = "kafka") -> tuple[int, float]:
    """How many events are not yet published, and the age in seconds of the oldest."""
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
