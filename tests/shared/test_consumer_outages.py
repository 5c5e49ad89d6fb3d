"""A consumer that cannot apply a batch tries again, less and less often, says what it waits for, and skips nothing.

A pause may be longer than it should on a busy machine, never shorter: it is measured from below.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from shared.domain.messages import Meta
from shared.eventstore import event_store
from shared.eventstore.event_store import Connection, EventStore, event_types
from shared.messaging import inbox
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox, ReceivedMessage
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.topics import create_topics
from shared.service.wiring import create_tables
from tests.shared.counting import Counted, Ledger, publish_on, topic

META = Meta(by="tester", correlation_id="test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHORTEST = (0.05, 0.1, 0.2, 0.4)  # seconds between one try and the next: half of what doubles from 0.1
AWAY = [ConnectionResetError, TimeoutError, asyncpg.DeadlockDetectedError, asyncpg.DiskFullError]


class Trying(Ledger):
    """A ledger that raises `error` while there is one, and keeps the time of every try."""

    def __init__(self) -> None:
        super().__init__()
        self.error: type[Exception] | None = None
        self.tries: list[float] = []

    async def apply(self, connection: Connection, received: Sequence[ReceivedMessage]) -> None:
        self.tries.append(asyncio.get_running_loop().time())
        await super().apply(connection, received)
        if self.error is not None:
            raise self.error("away")


class Listener:
    """A relay, and a consumer of what it publishes."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str, servers: str) -> None:
        self.pool = pool
        self.store = EventStore(pool, event_types(Counted))
        self.topic, self.ledger = topic(), Trying()
        self.relay = OutboxRelay(self.store, publish_on(self.topic), [self.topic], servers, url)
        self.consumer = Consumer(servers, self.topic.name, Inbox("ledger", self.topic, self.ledger.apply), pool)
        self.running: list[asyncio.Task[None]] = []

    async def write(self, first: int, events: int) -> None:
        async with self.store.transaction() as connection:
            told = [Counted(n=first + nth) for nth in range(events)]
            await self.store.append(connection, "a", first, told, META, NOW)

    async def applied(self) -> list[int]:
        async with self.pool.acquire() as connection:
            return (await self.ledger.read(connection)).get("a", [])

    async def until_applied(self, events: int) -> None:
        """Return once so many are applied; each once and in order."""
        async with asyncio.timeout(120):
            while len(await self.applied()) < events:
                await asyncio.sleep(0.05)
        assert await self.applied() == list(range(events))

    async def said(self) -> str:
        """Its sentence, or nothing when it is well."""
        return str(await self.consumer.check_health() or "")


async def until(there: Callable[[], Any]) -> None:
    async with asyncio.timeout(120):
        while not there():
            await asyncio.sleep(0.02)


@pytest.fixture
async def listener(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str, bootstrap_servers: str
) -> AsyncIterator[Listener]:
    """One that has received the first three events."""
    laid = Listener(pool, database_url, bootstrap_servers)
    await create_tables(pool, [event_store.SCHEMA, inbox.SCHEMA])
    await create_topics(bootstrap_servers, [laid.topic])
    async with pool.acquire() as connection:
        await laid.ledger.create(connection)
    laid.running = [asyncio.create_task(each.run()) for each in (laid.relay, laid.consumer)]
    await laid.write(0, 3)
    await laid.until_applied(3)
    yield laid
    for each in laid.running:
        each.cancel()
        with suppress(asyncio.CancelledError):
            await each


@pytest.mark.parametrize("error", AWAY)
async def test_while_something_is_away_a_batch_is_tried_less_and_less_often(
    listener: Listener, error: type[Exception]
) -> None:
    ledger, consumer = listener.ledger, listener.consumer
    ledger.error, ledger.tries = error, []
    await listener.write(3, 4)
    await until(lambda: len(ledger.tries) > len(SHORTEST))
    pauses = [later - earlier for earlier, later in pairwise(ledger.tries)]
    assert [pause for pause, shortest in zip(pauses, SHORTEST, strict=False) if pause < shortest] == []
    assert (consumer.waiting_for, await listener.applied()) == ("database", [0, 1, 2])
    assert "database" in await listener.said()
    behind, seconds = await consumer.lag()
    assert (behind, seconds > 0) == (4, True)
    ledger.error = None
    await listener.until_applied(7)
    await until(lambda: consumer.waiting_for is None)
    assert (await listener.said(), await consumer.lag()) == ("", (0, 0.0))
    assert await listener.pool.fetchval("select count(*) from dead_letters") == 0


async def test_after_a_batch_that_waited_the_next_one_is_tried_at_once_again(listener: Listener) -> None:
    """What one batch waited is not carried over: the first pause of the next is the shortest again."""
    ledger = listener.ledger
    for first in (3, 5):
        ledger.error, ledger.tries = ConnectionResetError, []
        await listener.write(first, 2)
        await until(lambda: len(ledger.tries) > 2)
        ledger.error = None
        await listener.until_applied(first + 2)


async def test_our_own_fault_is_named_and_costs_no_message(listener: Listener) -> None:
    """A table that an update renamed too early: nothing is skipped and nothing is a dead letter."""
    await listener.pool.execute("alter table consumer_checkpoints rename to elsewhere")
    await listener.write(3, 2)
    await until(lambda: listener.consumer.waiting_for == "fault to be mended")
    assert "fault to be mended" in await listener.said()
    await listener.pool.execute("alter table elsewhere rename to consumer_checkpoints")
    await listener.until_applied(5)
    await until(lambda: listener.consumer.waiting_for is None)
    assert await listener.pool.fetchval("select count(*) from dead_letters") == 0


async def test_a_consumer_that_starts_while_its_broker_is_away_waits_for_it_by_name(
    pool: asyncpg.Pool[asyncpg.Record],
) -> None:
    consumer = Consumer("127.0.0.1:1", "nobody", Inbox("nobody", topic(), Ledger().apply), pool)
    with capture_logs() as lines:
        running = asyncio.create_task(consumer.run())
        await until(lambda: lines)
        said = await consumer.check_health()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert lines[0]["event"] == "consumer waits"
    assert (str(said), consumer.waiting_for) == ("It waits for the broker.", "broker")
    assert await consumer.lag() == (0, 0.0)
