"""Hostile messages on every topic, honest ones in between: what each consumer, a process of its own, makes of them."""

from __future__ import annotations

import asyncio
import os
import random
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaProducer

from services.reporting.consumers import TOPICS
from shared.contracts import carousel, referral
from shared.messaging.cloudevents import Topic
from shared.messaging.connection import connecting
from shared.messaging.topics import create_topics
from tests.conftest import empty_database
from tests.hostile.records import Record, Stranger
from tests.hostile.served import SERVICES, Found, resident, running

HEARD: Mapping[str, Sequence[Topic]] = {
    "referral": [carousel.CASES],
    "carousel": [referral.CASES],
    "training": [referral.ORGANISATIONS],
    "reporting": TOPICS,
}
HONEST_EVERY, AT_ONCE = 10, 500
STUCK_SECONDS = 120.0
# Most go where two services hear them.
WEIGHTS = {carousel.CASES.name: 6, referral.CASES.name: 6, referral.ORGANISATIONS.name: 4}


@dataclass
class Consumer:
    """A service that consumes: its process, its database, and what became of it."""

    process: Process
    pool: asyncpg.Pool[asyncpg.Record]
    found: Found

    async def reached(self) -> dict[tuple[str, int], int]:
        """The sequence up to which each partition is applied, or lies among the dead."""
        rows = await self.pool.fetch(
            "select topic, partition, sequence from consumer_checkpoints where consumer = $1", self.found.name
        )
        return {(row["topic"], row["partition"]): row["sequence"] for row in rows}

    async def until(self, stranger: Stranger) -> bool:
        """Return once everything that stands in the order of its publisher is behind it; False when it got stuck."""
        names = {each.name for each in HEARD[self.found.name]}
        wanted = {at: sequence for at, sequence in stranger.last.items() if at[0] in names}
        before, moved = await self.reached(), time.monotonic()
        while any(before.get(at, 0) < sequence for at, sequence in wanted.items()):
            await asyncio.sleep(0.5)
            if (now := await self.reached()) != before:
                before, moved = now, time.monotonic()
            if self.process.returncode is not None or time.monotonic() - moved > STUCK_SECONDS:
                return False
        return True

    async def lost(self, stranger: Stranger) -> int:
        """The honest messages that are not applied: not reached, or among the dead."""
        reached, lost = await self.reached(), 0
        for topic in HEARD[self.found.name]:
            honest = [each for each in stranger.honest if each[0] == topic.name]
            lost += sum(reached.get((name, number), 0) < sequence for name, number, sequence, _ in honest)
            dead = await self.pool.fetch(
                "select distinct partition, key from dead_letters where topic = $1 and reason <> 'gap'", topic.name
            )
            keys = {(row["partition"], row["key"]) for row in dead}
            lost += sum((number, key) in keys for _, number, _, key in honest)
        return lost


async def tell(many: int, seed: int, home: Path) -> list[Found]:
    """That many to all consumers together; what became of each."""
    servers, stranger = os.environ["KAFKA_BOOTSTRAP_SERVERS"], Stranger(random.Random(seed))
    await create_topics(servers, TOPICS)
    async with AsyncExitStack() as stack:
        consumers = [await stack.enter_async_context(_consuming(name, home)) for name in SERVICES]
        producer = await stack.enter_async_context(
            AIOKafkaProducer(**connecting(servers), acks="all", enable_idempotence=True)
        )
        told = 0
        for half in (many // 2, many):
            told += await _send(producer, stranger, half - told)
            for each in consumers:
                each.found.stopped |= not await each.until(stranger)
                each.found.memory.append(0 if each.process.returncode is not None else resident(each.process))
        for each in consumers:
            each.found.sent, each.found.lost = told, await each.lost(stranger)
            await _count(each)
    return [each.found for each in consumers]


@asynccontextmanager
async def _consuming(name: str, home: Path) -> AsyncIterator[Consumer]:
    async with (
        empty_database(name) as url,
        running(name, url, home, "consumer") as (_, process),
        asyncpg.create_pool(url, min_size=1, max_size=2) as pool,
    ):
        yield Consumer(process, pool, Found(name, memory=[resident(process)]))


async def _send(producer: AIOKafkaProducer, stranger: Stranger, many: int) -> int:
    """So many hostile messages, an honest one every ten, and one at the end of each partition."""
    weights = [WEIGHTS.get(each.name, 1) for each in TOPICS]
    records: list[Record] = []
    for nth in range(many):
        topic = stranger.chance.choices(TOPICS, weights)[0]
        records += [stranger.hostile(topic), *(stranger.told(topic) if nth % HONEST_EVERY == 0 else [])]
        if len(records) >= AT_ONCE:
            await _acknowledged(producer, records)
            records = []
    await _acknowledged(producer, [*records, *stranger.endings(TOPICS)])
    return many


async def _acknowledged(producer: AIOKafkaProducer, records: Sequence[Record]) -> None:
    """Each once and in its order: what is lost or told twice here is no fault of a consumer."""
    sent = [
        await producer.send(name, partition=partition, key=key, value=value, headers=head)
        for name, partition, key, value, head in records
    ]
    await asyncio.gather(*sent)


async def _count(consumer: Consumer) -> None:
    rows = await consumer.pool.fetch("select reason, count(*) as letters from dead_letters group by reason")
    consumer.found.counted.update({row["reason"]: row["letters"] for row in rows})
