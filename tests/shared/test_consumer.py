"""A consumer leaves no connection behind while the broker is away, and reads its checkpoints once a batch."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeAlias

import asyncpg
from structlog.testing import capture_logs

from shared.domain.messages import Meta
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore, event_types
from shared.messaging import inbox
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.topics import create_topics
from shared.service.wiring import create_tables
from tests.shared.counting import Counted, Ledger, publish_on, topic

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
NOBODY = "127.0.0.1:1"
META = Meta(by="tester", correlation_id="test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def run(*parts: Consumer | OutboxRelay) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each.run()) for each in parts]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_while_the_broker_is_away_nothing_is_opened_that_nobody_closes(pool: Pool) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    one = Consumer(NOBODY, "group", Inbox("ledger", topic(), Ledger().apply), pool)
    with capture_logs() as logged:
        async with run(one), asyncio.timeout(120):
            while sum(line["event"] == "consumer waits" for line in logged) < 3:
                await asyncio.sleep(0.05)
    gc.collect()
    await asyncio.sleep(0)
    assert [each["message"] for each in told] == []


async def test_a_batch_reads_the_places_of_its_partitions_once(
    pool: Pool, database_url: str, bootstrap_servers: str
) -> None:
    await create_tables(pool, [event_store.SCHEMA, inbox.SCHEMA])
    async with pool.acquire() as connection:
        await Ledger().create(connection)
    store, where, asked = EventStore(pool, event_types(Counted)), topic(), list[str]()
    await create_topics(bootstrap_servers, [where])

    async def listen(connection: Any) -> None:
        connection.add_query_logger(lambda query: asked.append(query.query))

    async with asyncpg.create_pool(database_url, min_size=1, max_size=5, init=listen) as watched:
        one = Consumer(bootstrap_servers, where.name, Inbox("ledger", where, Ledger().apply), watched)
        relay = OutboxRelay(store, publish_on(where), [where], bootstrap_servers, database_url)
        async with run(relay, one), asyncio.timeout(120):
            await _received(store, pool, 0)
            asked.clear()
            await _received(store, pool, 1)
    reading = [each for each in asked if each.startswith("select") and "from consumer_checkpoints" in each]
    assert len(reading) == 1


async def _received(store: EventStore, pool: Pool, number: int) -> None:
    """Write one more event, and return once it is applied."""
    async with store.transaction() as connection:
        await store.append(connection, "a", number, [Counted(n=number)], META, NOW)
    while await pool.fetchval("select count(*) from ledger") <= number:
        await asyncio.sleep(0.02)
