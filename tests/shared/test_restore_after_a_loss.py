"""A publisher restored to a state from before its topic was lost: what the broker holds tells all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from shared.messaging.connection import connecting
from shared.messaging.outbox_relay import backlog
from tests.shared.test_stream_contract import Town, put_back, stopped

pytestmark = pytest.mark.durable


@pytest.fixture
async def town(pool: asyncpg.Pool[asyncpg.Record], database_url: str, bootstrap_servers: str) -> AsyncIterator[Town]:
    laid = Town(pool, database_url, bootstrap_servers)
    await laid.lay()
    yield laid
    await laid.stop()


async def cut(town: Town) -> None:
    """All that stands on the topic is deleted; what comes later has the next offsets."""
    partitions = [TopicPartition(town.topic.name, number) for number in range(town.topic.partitions)]
    async with AIOKafkaConsumer(**connecting(town.servers)) as consumer:
        ends = await consumer.end_offsets(partitions)
    admin = AIOKafkaAdminClient(**connecting(town.servers))
    await admin.start()
    try:
        await admin.delete_records({at: RecordsToDelete(end) for at, end in ends.items()})
    finally:
        await admin.close()


async def published(town: Town) -> None:
    """Return once nothing waits to be published."""
    async with asyncio.timeout(60):
        while (await backlog(town.store))[0]:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("loss", ["made anew", "cut", "cut to its end"])
async def test_another_history_is_seen_though_the_last_known_message_is_not_where_it_was(town: Town, loss: str) -> None:
    town.start("relay", "consumer", "rebuild")
    await town.write(3)
    await town.relay().republish()  # so that a topic made anew has other offsets
    await town.until_equal()
    await published(town)
    before = {stream: list(known) for stream, known in town.written.items()}
    async with put_back(town.pool, "events", "outbox_checkpoints", "outbox_partitions"):
        await town.write(2)
        await town.until_equal()
        await town.stop("relay")
        await (town.lose_topic() if loss == "made anew" else cut(town))
        await town.write(6)
        town.start("relay")
        await town.until_equal()
        if loss == "cut to its end":
            await cut(town)
        await town.stop("relay")
    town.written = before
    await town.write(4)  # these draw the positions of the lost ones
    town.start("relay")
    await stopped(town)
    await town.relay().new_epoch("ops-1")
    await town.until_equal()
    await town.rebuilt()
    assert await town.ledger() == town.written
