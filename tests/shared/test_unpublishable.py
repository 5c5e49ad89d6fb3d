"""An event that no public message can be made of: it and its stream wait, all others go on, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeAlias

import asyncpg
import pytest
from prometheus_client import REGISTRY
from pydantic import TypeAdapter

from shared.domain.messages import Meta, Recorded
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore, event_types
from shared.messaging import inbox, outbox_relay
from shared.messaging.inbox import Inbox
from shared.messaging.outbox import Outbox
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.outgoing import OutgoingMessage
from shared.messaging.topic_reader import open_topic_reader
from shared.messaging.unpublishable import Noted, next_window, note, waiting
from shared.service.background import observe_relay
from shared.service.wiring import create_tables
from tests.shared.counting import Counted, Ledger, publish_on, topic

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
META = Meta(by="tester", correlation_id="test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BAD = 3
_NUMBER = TypeAdapter(int)


class Desk:
    """A store, a topic, and one relay after another, each of another release."""

    def __init__(self, pool: Pool, url: str, servers: str) -> None:
        self.pool, self.url, self.servers = pool, url, servers
        self.store = EventStore(pool, event_types(Counted))
        self.topic = topic()
        self.running: asyncio.Task[None] | None = None

    async def release(self, *bad: int) -> OutboxRelay:
        """A release whose contract refuses these numbers takes over."""
        await self.stop()

        def to_integration_event(recorded: Recorded[Any]) -> OutgoingMessage:
            if recorded.event.n in bad:
                _NUMBER.validate_python("no number")
            published: OutgoingMessage = publish_on(self.topic)(recorded)
            return published

        one = OutboxRelay(self.store, to_integration_event, [self.topic], self.servers, self.url)
        self.running = asyncio.create_task(one.run())
        return one

    async def stop(self) -> None:
        if self.running:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await self.running

    async def write(self, stream: str, *numbers: int) -> None:
        async with self.store.transaction() as connection:
            version = len(await self.store.read(connection, stream))
            await self.store.append(connection, stream, version, [Counted(n=n) for n in numbers], META, NOW)

    async def position(self) -> int:
        return int(await self.pool.fetchval("select max(position) from events"))

    async def published(self) -> None:
        """Return once the relay has passed every event."""
        last = await self.position()
        await until(lambda at: at >= last, lambda: outbox_relay.position(self.store))

    async def none_waits(self) -> None:
        """Return once nothing waits any more, and all of it is published."""
        await until(lambda left: not left, self.waiting)
        last = await self.pool.fetchval("select max(told_as) from unpublishable_events")
        await until(lambda at: at >= last, lambda: outbox_relay.position(self.store))

    async def waiting(self) -> list[tuple[int, str, str]]:
        async with self.pool.acquire() as connection:
            return [(each.position, each.stream, each.code) for each in await waiting(connection, 100)]

    async def consume(self, name: str) -> dict[str, list[int]]:
        """What a consumer of that name has received once it has read the topic again, from its beginning."""
        ledger, records = Ledger(name), []
        async with open_topic_reader(self.servers, [self.topic]) as reader:
            await reader.mark_ends()
            while batch := await reader.batch(self.topic):
                records += batch
        async with self.pool.acquire() as connection:
            if not await connection.fetchval("select to_regclass($1)", name):
                await ledger.create(connection)
            await Inbox(name, self.topic, ledger.apply).receive(connection, records)
            assert await connection.fetchval("select count(*) from dead_letters") == 0
            return await ledger.read(connection)


async def until(there: Callable[[Any], bool], look: Any) -> None:
    async with asyncio.timeout(120):
        while not there(await look()):
            await asyncio.sleep(0.02)


@pytest.fixture
async def desk(pool: Pool, database_url: str, bootstrap_servers: str) -> AsyncIterator[Desk]:
    await create_tables(pool, [event_store.SCHEMA, inbox.SCHEMA])
    laid = Desk(pool, database_url, bootstrap_servers)
    yield laid
    await laid.stop()


async def test_what_cannot_be_published_waits_with_its_stream_for_a_release_that_can(desk: Desk) -> None:
    await desk.write("a", 1, 2, BAD, 4)
    await desk.write("b", 21, 22)
    one = await desk.release(BAD)
    await desk.published()
    assert await desk.consume("ledger") == {"a": [1, 2], "b": [21, 22]}
    assert await desk.waiting() == [(3, "a", "out-of-bounds"), (4, "a", "waits")]
    assert await one.check_health() is None
    await desk.write("a", 5)
    await desk.write("b", 23)
    await desk.published()
    assert await desk.consume("ledger") == {"a": [1, 2], "b": [21, 22, 23]}
    await desk.release()
    await desk.none_waits()
    await desk.write("a", 6)
    await desk.published()
    assert await desk.consume("ledger") == {"a": [1, 2, 3, 4, 5, 6], "b": [21, 22, 23]}


async def test_what_was_told_later_is_told_so_again_and_nobody_consumes_it_twice(desk: Desk) -> None:
    await desk.write("a", 1, BAD, 4)
    await desk.release(BAD)
    await desk.published()
    one = await desk.release()
    await desk.none_waits()
    await desk.write("a", 5)
    await desk.published()
    whole = {"a": [1, 3, 4, 5]}
    assert await desk.consume("early") == whole
    await one.republish()
    await desk.published()
    assert (await desk.consume("early"), await desk.consume("new")) == (whole, whole)
    assert await outbox_relay.backlog(desk.store) == (0, 0.0)


@pytest.mark.parametrize("after", [0, 2, 3])
async def test_a_release_that_cannot_publish_what_an_earlier_one_did_goes_on(desk: Desk, after: int) -> None:
    await desk.write("a", 1, BAD, 4)
    await desk.write("b", 1)
    await desk.release()
    await desk.published()
    assert await desk.consume("early") == {"a": [1, 3, 4], "b": [1]}
    one = await desk.release(BAD)
    await until(bool, lambda: outbox_relay.led(desk.store))
    await one.republish(after)
    await desk.write("b", 2)
    await desk.published()
    assert await one.check_health() is None
    assert await desk.consume("early") == {"a": [1, 3, 4], "b": [1, 2]}
    assert [each[0] for each in await desk.waiting()] == [2, 3]


async def test_what_another_release_stored_and_this_one_cannot_read_waits_too(desk: Desk) -> None:
    await desk.write("a", 1, 2)
    await desk.write("b", 1)
    await desk.pool.execute("""update events set data = '{"n": 1, "new": true}' where position = 1""")
    await desk.release()
    await desk.published()
    assert await desk.waiting() == [(1, "a", "unreadable"), (2, "a", "waits")]
    assert await desk.consume("ledger") == {"b": [1]}


async def test_what_was_published_later_and_cannot_be_any_more_waits_again(desk: Desk) -> None:
    await desk.write("a", 1, BAD, 4)
    await desk.release(BAD)
    await desk.published()
    await desk.release()
    await desk.none_waits()
    one = await desk.release(BAD)
    await until(bool, lambda: outbox_relay.led(desk.store))
    await one.republish()
    await until(bool, desk.waiting)
    assert await desk.waiting() == [(2, "a", "out-of-bounds"), (3, "a", "waits")]
    await desk.release()
    await desk.none_waits()
    received = await desk.consume("new")
    assert sorted(set(received["a"])) == [1, 3, 4]


async def test_what_waits_was_noted_before_anything_behind_it_was_sent(desk: Desk) -> None:
    """A term that ends before it notes its position has told others of no other chain than the next one will."""
    await desk.write("a", BAD)
    await desk.write("b", 1)

    def to_integration_event(recorded: Recorded[Any]) -> OutgoingMessage:
        if recorded.event.n == BAD:
            _NUMBER.validate_python("no number")
        published: OutgoingMessage = publish_on(desk.topic)(recorded)
        return published

    async with desk.pool.acquire() as connection:
        window = await next_window(desk.store, connection, to_integration_event, 0, Noted())
        assert window is not None
        assert [event.position for event, _ in window.publications] == [2]
        assert not await note(connection, window, Outbox("kafka"), [desk.topic.name])
    assert await desk.waiting() == [(1, "a", "out-of-bounds")]


async def test_how_many_wait_is_exported(desk: Desk) -> None:
    await desk.write("a", BAD, 4)
    one = await desk.release(BAD)
    await desk.published()
    looking = asyncio.ensure_future(observe_relay(one)())
    try:
        async with asyncio.timeout(60):
            while REGISTRY.get_sample_value("carrousel_relay_unpublishable_events") != 2:
                await asyncio.sleep(0.02)
    finally:
        looking.cancel()
