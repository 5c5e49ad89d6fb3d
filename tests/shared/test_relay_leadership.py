"""A relay advances by compare-and-set, is unhealthy when it gets nowhere, and has a successor."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from shared.domain.messages import Meta, Recorded
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore, event_types
from shared.eventstore.pool import open_pool
from shared.messaging import inbox, outbox_relay
from shared.messaging.cloudevents import read_envelope
from shared.messaging.inbox import Inbox
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.outgoing import OutgoingMessage
from shared.messaging.topic_reader import open_topic_reader
from shared.service.wiring import create_tables
from tests.shared.counting import Counted, Ledger, publish_on, topic

META = Meta(by="tester", correlation_id="test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY = "127.0.0.1:1"


class Desk:
    """A store with events, and the relays that publish them."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str, servers: str) -> None:
        self.pool, self.url, self.servers = pool, url, servers
        self.store = EventStore(pool, event_types(Counted))
        self.topic = topic()
        self.running: list[asyncio.Task[None]] = []

    def relay(self, translate: Any = None, **changed: Any) -> OutboxRelay:
        asked = {"bootstrap_servers": self.servers, "database_url": self.url} | changed
        return OutboxRelay(self.store, translate or publish_on(self.topic), [self.topic], **asked)

    def start(self, one: OutboxRelay) -> asyncio.Task[None]:
        self.running.append(asyncio.create_task(one.run()))
        return self.running[-1]

    async def write(self, first: int, events: int, stream: str = "a") -> None:
        async with self.store.transaction() as connection:
            told = [Counted(n=first + nth) for nth in range(events)]
            await self.store.append(connection, stream, first, told, META, NOW)

    async def told(self) -> list[int]:
        """The positions on the topic, in the order of each partition; what was sent again stands there again."""
        return [read_envelope(self.topic, each.headers).sequence for each in await self._records()]

    async def received(self) -> dict[str, list[int]]:
        """What a consumer makes of the topic, read from its beginning."""
        one = Inbox("test", self.topic, Ledger().apply)
        async with self.pool.acquire() as connection:
            await one.receive(connection, await self._records())
            assert await connection.fetchval("select count(*) from dead_letters") == 0
            return await Ledger().read(connection)

    async def _records(self) -> list[Any]:
        found: list[Any] = []
        async with open_topic_reader(self.servers, [self.topic]) as reader:
            await reader.mark_ends()
            while batch := await reader.batch(self.topic):
                found += batch
        return found

    async def published(self, last: int) -> None:
        """Return once everything up to this position is published."""
        async with asyncio.timeout(120):
            while await outbox_relay.position(self.store) < last:
                await asyncio.sleep(0.02)


async def until(there: Callable[[], Any]) -> None:
    async with asyncio.timeout(120):
        while not there():
            await asyncio.sleep(0.02)


async def until_well(one: OutboxRelay) -> None:
    async with asyncio.timeout(120):
        while await one.check_health() is not None:
            await asyncio.sleep(0.02)


@pytest.fixture
async def desk(pool: asyncpg.Pool[asyncpg.Record], database_url: str, bootstrap_servers: str) -> AsyncIterator[Desk]:
    await create_tables(pool, [event_store.SCHEMA, inbox.SCHEMA])
    async with pool.acquire() as connection:
        await Ledger().create(connection)
    laid = Desk(pool, database_url, bootstrap_servers)
    yield laid
    for each in laid.running:
        each.cancel()
        with suppress(asyncio.CancelledError):
            await each


def meanwhile(desk: Desk, do: Callable[[OutboxRelay], Awaitable[None]]) -> None:
    """Somebody else at a console, on connections of his own; returns once he is done, and nothing ran here."""

    async def console() -> None:
        async with open_pool(desk.url, 2) as pool:
            await do(
                OutboxRelay(EventStore(pool, event_types(Counted)), publish_on(desk.topic), [desk.topic], "", desk.url)
            )

    thread = threading.Thread(target=asyncio.run, args=(console(),))
    thread.start()
    thread.join()


@pytest.mark.parametrize("after", [0, 3, 9])
async def test_what_is_asked_to_be_published_again_while_a_window_is_on_its_way_is_published_again(
    desk: Desk, after: int
) -> None:
    """The window that is on its way ends first; then everything behind `after` is sent, whatever it was."""
    asked: list[int] = []

    def to_integration_event(event: Recorded[Any]) -> OutgoingMessage:
        if event.position == 10 and not asked:
            asked.append(after)
            meanwhile(desk, lambda one: one.republish(after))
        published: OutgoingMessage = publish_on(desk.topic)(event)
        return published

    await desk.write(0, 5)
    desk.start(desk.relay(to_integration_event))
    await desk.published(5)
    await desk.write(5, 5)
    await until(lambda: asked)
    await desk.write(10, 1)
    await desk.published(11)
    assert await desk.told() == [*range(1, 11), *range(after + 1, 12)]
    assert await desk.received() == {"a": list(range(11))}


@pytest.mark.parametrize("part", ["translation", "broker", "database"])
async def test_a_relay_that_gets_nowhere_is_unhealthy_until_it_publishes_again(desk: Desk, part: str) -> None:
    broken = {"translation"} & {part}

    def to_integration_event(event: Recorded[Any]) -> OutgoingMessage:
        if broken:
            raise KeyError("a word that this version does not know")
        published: OutgoingMessage = publish_on(desk.topic)(event)
        return published

    away = {"broker": {"bootstrap_servers": NOBODY}, "database": {"database_url": f"postgresql://x@{NOBODY}/x"}}
    one = desk.relay(to_integration_event, **away.get(part, {}))
    await desk.write(0, 3)
    with capture_logs() as lines:
        desk.start(one)
        await until(lambda: lines)
        assert await one.check_health() is None  # it has only just begun to fail
        one.last_success -= 3600
        tried = len(lines)
        await until(lambda: len(lines) > tried + 2)
        said = await one.check_health()
        assert {each["event"] for each in lines} == {"relay interrupted"}
        broken.clear()
        one.bootstrap_servers, one.database_url = desk.servers, desk.url
        await desk.published(3)
    assert said is not None
    assert (said.code, int(said.values["seconds"]) // 3600) == ("not-publishing", 1)
    await until_well(one)
    assert await desk.received() == {"a": [0, 1, 2]}


async def test_it_is_not_ill_before_a_quarter_of_a_minute(desk: Desk) -> None:
    one = desk.relay()
    one.last_success = time.monotonic() - 5
    assert await one.check_health() is None
    one.last_success = time.monotonic() - 15.1
    said = await one.check_health()
    assert said is not None
    assert said.code == "not-publishing"


async def test_one_leads_and_the_others_stand_by_and_are_well(desk: Desk) -> None:
    assert await outbox_relay.led(desk.store) is False
    first, second = desk.relay(), desk.relay()
    leading = desk.start(first)
    await until(lambda: first.leading)
    assert await outbox_relay.led(desk.store) is True
    desk.start(second)
    second.last_success -= 3600
    await until_well(second)
    assert (first.leading, second.leading) == (True, False)
    leading.cancel()
    await until(lambda: second.leading)
    assert first.leading is False
    await desk.write(0, 2)
    await desk.published(2)
    assert await desk.told() == [1, 2]


async def test_a_leader_whose_connection_ends_leads_no_more_and_nothing_is_published_twice(desk: Desk) -> None:
    both = [desk.relay(), desk.relay()]
    for each in both:
        desk.start(each)
    for term in range(3):
        await until(lambda: any(each.leading for each in both))
        await desk.write(term * 4, 4)
        await desk.pool.execute("""
            select pg_terminate_backend(pid) from pg_locks
            where locktype = 'advisory' and granted and objid = 7226002
              and database = (select oid from pg_database where datname = current_database())
        """)
    await desk.published(12)
    assert await desk.received() == {"a": list(range(12))}
    # A relay whose connection ended sees it at its next look.
    await until(lambda: [each.leading for each in both].count(True) == 1)
    await asyncio.sleep(2)
    assert [each.leading for each in both].count(True) == 1


async def test_the_backlog_is_counted_with_its_age(desk: Desk) -> None:
    assert await outbox_relay.backlog(desk.store) == (0, 0.0)
    await desk.write(0, 3)
    behind, age = await outbox_relay.backlog(desk.store)
    assert (behind, age > 86_400) == (3, True)  # told for the first of January
    await desk.pool.execute("insert into outbox_checkpoints values ('kafka', 2), ('else', 3)")
    assert (await outbox_relay.backlog(desk.store))[0] == 1
    assert await outbox_relay.backlog(desk.store, "else") == (0, 0.0)
    assert (await outbox_relay.position(desk.store), await outbox_relay.position(desk.store, "else")) == (2, 3)


async def test_a_relay_that_is_notified_in_the_moment_in_which_it_is_ended_ends(desk: Desk) -> None:
    """However many turns of the loop lie between the two."""
    for turns in range(6):
        one = desk.relay()
        running = desk.start(one)
        await until(partial(getattr, one, "leading"))
        await asyncio.sleep(0.1)
        one.wake()
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running}, timeout=60)
        assert running.done(), f"it goes on when {turns} turns lie between"
