"""A broker that lost everything, databases restored to an earlier state, forgeries: nothing is lost in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from shared.domain.messages import Meta
from shared.eventstore import event_store, projection_versions
from shared.eventstore.event_store import EventStore, event_types
from shared.messaging import inbox
from shared.messaging.cloudevents import Position, headers
from shared.messaging.connection import connecting
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.messaging.outbox import History
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.outgoing import place, record_of
from shared.messaging.topics import create_topics
from shared.projections.topic import TopicProjection
from shared.projections.topic_rebuild import TopicIncomplete, keep_current, rebuild
from shared.service.wiring import create_tables
from tests.shared.counting import Counted, CountPublished, Ledger, publish_on, topic

META = Meta(by="tester", correlation_id="test")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
STREAMS = 12
LEDGER = "create table if not exists ledger (stream text, n int, nth bigserial)"

pytestmark = pytest.mark.durable


class Town:
    """A publisher with a relay and a consumer whose table is a ledger; each can be stopped at any moment."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str, servers: str) -> None:
        self.pool, self.url, self.servers = pool, url, servers
        self.store = EventStore(pool, event_types(Counted))
        self.topic = topic()
        self.written: dict[str, list[int]] = {}
        self.running: dict[str, asyncio.Task[None]] = {}
        self.hour = 0

    def fold(self, version: int = 1) -> TopicProjection:
        return TopicProjection("ledger", str(version), [LEDGER], [Inbox("ledger", self.topic, Ledger().apply)])

    def relay(self) -> OutboxRelay:
        return OutboxRelay(self.store, publish_on(self.topic), [self.topic], self.servers, self.url)

    async def lay(self) -> None:
        await create_tables(self.pool, [event_store.SCHEMA, inbox.SCHEMA, projection_versions.SCHEMA, LEDGER])
        await create_topics(self.servers, [self.topic])

    def start(self, *parts: str) -> None:
        for part in parts:
            match part:
                case "relay":
                    self.publishing = self.relay()
                    run = self.publishing.run()
                case "consumer":
                    received = self.fold().inboxes[0]
                    self.consuming = Consumer(self.servers, self.topic.name, received, self.pool)
                    run = self.consuming.run()
                case _:
                    run = keep_current(self.pool, self.url, self.servers, self.fold())
            self.running[part] = asyncio.create_task(run)

    async def stop(self, *parts: str) -> None:
        for part in parts or list(self.running):
            task = self.running.pop(part)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def write(self, events: int) -> None:
        """That many more on every stream; each call is another hour."""
        self.hour += 1
        for nth in range(STREAMS):
            stream = f"stream-{nth}"
            known = self.written.setdefault(stream, [])
            for _ in range(events):
                n = len(known)
                async with self.store.transaction() as connection:
                    at = BEGAN + timedelta(hours=self.hour, seconds=n)
                    await self.store.append(connection, stream, n, [Counted(n=n)], META, at)
                known.append(n)

    async def ledger(self) -> dict[str, list[int]]:
        async with self.pool.acquire() as connection:
            return await Ledger().read(connection)

    async def until_equal(self, seconds: float = 120) -> None:
        """Return once the ledger holds every event once, in order; what it holds instead is the failure."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self.ledger() != self.written:
                    await asyncio.sleep(0.1)
        assert await self.ledger() == self.written

    async def lose_topic(self) -> None:
        """As a broker whose data folder was deleted: the topic is there again, and empty."""
        admin = AIOKafkaAdminClient(**connecting(self.servers))
        await admin.start()
        try:
            await admin.delete_topics([self.topic.name])
            while self.topic.name in await admin.list_topics():
                await asyncio.sleep(0.05)
        finally:
            await admin.close()
        await create_topics(self.servers, [self.topic])

    async def rebuilt(self, version: int = 2) -> None:
        await rebuild(self.pool, self.url, self.servers, self.fold(version))

    async def rebuilt_once_complete(self, seconds: float = 60) -> None:
        """The relay may still be filling the topic: until then a rebuild says what is missing."""
        async with asyncio.timeout(seconds):
            while True:
                with suppress(TopicIncomplete):
                    return await self.rebuilt()
                await asyncio.sleep(0.2)


@pytest.fixture
async def town(pool: asyncpg.Pool[asyncpg.Record], database_url: str, bootstrap_servers: str) -> AsyncIterator[Town]:
    laid = Town(pool, database_url, bootstrap_servers)
    await laid.lay()
    yield laid
    await laid.stop()


@asynccontextmanager
async def put_back(pool: asyncpg.Pool[asyncpg.Record], *tables: str) -> AsyncIterator[None]:
    """These tables as they are now, and again at the end of the block: a backup, and its restore."""
    async with pool.acquire() as connection:
        for table in tables:
            await connection.execute(f"create table backup_{table} as table {table}")
    yield
    async with pool.acquire() as connection, connection.transaction():
        for table in tables:
            await connection.execute(f"truncate {table}")
            overriding = "overriding system value" if table in {"events", "dead_letters"} else ""
            await connection.execute(f"insert into {table} {overriding} table backup_{table}")
        if "events" in tables:
            await connection.execute(
                "select setval(pg_get_serial_sequence('events', 'position'), (select max(position) from events))"
            )


async def test_a_topic_that_was_lost_is_filled_again_from_the_beginning(town: Town) -> None:
    town.start("relay", "consumer")
    await town.write(10)
    await town.until_equal()
    await town.lose_topic()
    await town.write(5)
    await town.until_equal()
    await town.rebuilt_once_complete()
    assert await town.ledger() == town.written
    await town.stop("consumer")
    await town.pool.execute("truncate ledger; truncate consumer_checkpoints")
    town.start("consumer")
    await town.until_equal()
    assert await town.pool.fetchval("select count(*) from dead_letters where resolved_at is null") == 0


async def test_what_was_sent_before_its_predecessors_is_read_in_its_place(town: Town) -> None:
    """A topic as the relay of before left it after a loss: the newest first, then the whole history."""
    await town.write(8)
    async with town.pool.acquire() as connection:
        events = await town.store.after(connection, 0, 10_000)
    to_integration_event = publish_on(town.topic)
    records = [
        record_of(each, History()) for each in place([(event, to_integration_event(event)) for event in events], {})
    ]
    async with AIOKafkaProducer(**connecting(town.servers)) as producer:
        for name, partition, key, value, head in [*records[60:], *records]:
            await producer.send(name, value=value, key=key, partition=partition, headers=head)
    await town.rebuilt()
    assert await town.ledger() == town.written
    await town.pool.execute("truncate ledger; truncate consumer_checkpoints")
    town.start("consumer")
    await town.until_equal()


async def test_a_rebuild_of_an_incomplete_topic_says_what_is_missing_and_takes_nothing_away(town: Town) -> None:
    town.start("relay", "consumer")
    await town.write(4)
    await town.until_equal()
    await town.stop("relay")
    await town.lose_topic()
    with pytest.raises(TopicIncomplete, match=f"{town.topic.name}/"):
        await town.rebuilt()
    assert await town.ledger() == town.written


async def test_a_publisher_restored_to_an_earlier_state_loses_nothing_once_that_is_confirmed(town: Town) -> None:
    town.start("relay", "consumer", "rebuild")
    await town.write(6)
    await town.until_equal()
    before = {stream: list(known) for stream, known in town.written.items()}
    async with put_back(town.pool, "events", "outbox_checkpoints", "outbox_partitions"):
        await town.write(4)
        await town.until_equal()
        await town.stop("relay")
    town.written = before
    await town.write(5)  # these draw the positions of the lost ones
    town.start("relay")
    await stopped(town)
    epoch, found = await town.relay().new_epoch("ops-1")
    assert (epoch, len(found.lost)) == (2, 4 * STREAMS)
    await town.until_equal()
    assert await town.publishing.check_health() is None
    await town.write(3)
    await town.until_equal()
    await town.rebuilt()
    assert await town.ledger() == town.written


async def stopped(town: Town) -> None:
    """Return once the relay says that it publishes nothing, and why."""
    async with asyncio.timeout(60):
        while "new-epoch" not in str(await town.publishing.check_health()):
            await asyncio.sleep(0.05)


async def test_a_consumer_restored_to_an_earlier_state_refills_itself(town: Town) -> None:
    town.start("relay", "consumer")
    await town.write(6)
    await town.until_equal()
    async with put_back(town.pool, "ledger", "consumer_checkpoints", "dead_letters"):
        await town.write(4)
        await town.until_equal()
        await town.stop("consumer")
    town.start("consumer")
    await town.until_equal()
    await town.write(2)
    await town.until_equal()


async def test_a_consumer_restored_while_it_runs_seeks_back(town: Town) -> None:
    town.start("relay", "consumer")
    await town.write(6)
    await town.until_equal()
    async with put_back(town.pool, "ledger", "consumer_checkpoints", "dead_letters"):
        await town.write(4)
        await town.until_equal()
    await town.consuming.lag()
    await town.until_equal()


async def test_a_gap_is_seen_and_closed_by_publishing_again(town: Town) -> None:
    town.start("relay", "consumer")
    await town.write(2)
    await town.until_equal()
    await town.stop("relay")
    await town.write(2)
    await town.pool.execute("update outbox_partitions set sequence = (select max(position) from events)")
    await town.pool.execute("update outbox_checkpoints set position = (select max(position) from events)")
    await town.write(1)
    town.start("relay")
    async with asyncio.timeout(60):
        while await town.consuming.gaps() == 0:
            await asyncio.sleep(0.05)
    assert "Messages are missing" in str(await town.consuming.check_health())
    await town.relay().republish()
    await town.until_equal()
    assert await town.consuming.gaps() == 0
    assert await town.consuming.check_health() is None


@pytest.mark.parametrize("kind", ["coming", "highest", "gap"])
async def test_forged_messages_lose_no_honest_one(town: Town, kind: str) -> None:
    town.start("relay", "consumer")
    await town.write(3)
    await town.until_equal()
    async with AIOKafkaProducer(**connecting(town.servers)) as producer:
        for partition in range(town.topic.partitions):
            row = await town.pool.fetchrow("select sequence from consumer_checkpoints where partition = $1", partition)
            for coming in range(1, 13):
                await producer.send(town.topic.name, partition=partition, **forged(town, kind, row, coming))
    await town.write(5)
    await town.until_equal()
    letters = await town.pool.fetch("select reason from dead_letters where reason <> 'gap'")
    assert len(letters) == (0 if kind == "gap" else 12 * town.topic.partitions)


def forged(town: Town, kind: str, row: asyncpg.Record | None, coming: int) -> dict[str, Any]:
    last = row["sequence"] if row else 0
    match kind:
        case "coming":
            position, value = Position(last + coming, last), b"{broken"
        case "highest":
            position, value = Position(2**63 - coming, last - 1 if last else 0), b'{"n": 7' + b"}" * bool(last)
        case _:
            position, value = Position(2**62 + coming, 2**62), b'{"n": 7}'
    head = headers(town.topic, CountPublished(n=7), "stranger", position, BEGAN + timedelta(days=coming))
    return {"key": b"stranger", "value": value, "headers": head}
