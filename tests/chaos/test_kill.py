"""Relay, consumer and broker are killed (SIGKILL) again and again: still every fact is counted exactly once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.processes import spawn, stop
from shared import event_store
from shared.event_store import EventStore, event_types
from shared.inbox import SCHEMA
from shared.kafka import create_topics
from shared.messages import Meta
from shared.relay import Relay
from shared.service import create_tables
from tests.shared.counting import Counted, Ledger, publish_on, topic

ROOT = Path(__file__).resolve().parents[2]
META = Meta(by="tester", correlation_id="chaos")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STREAMS = 40
PER_STREAM = int(os.environ.get("ROAD_FACTS", "20000")) // STREAMS
KILLS = ["broker"] * 3 + ["consumer"] * 4 + ["relay"] * 5
SEED = 9
SECONDS = 280


class Road:
    """A database that lives, and three processes that die: the broker, the relay and the consumer."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str, kafka: Kafka, home: Path) -> None:
        self.pool, self.kafka, self.home = pool, kafka, home
        self.store = EventStore(pool, event_types(Counted))
        self.topic = topic()
        self.ledger = Ledger()
        self.servers = f"127.0.0.1:{kafka.port}"
        self.environment = {
            **os.environ,
            "CHAOS_DATABASE_URL": url,
            "CHAOS_BOOTSTRAP_SERVERS": self.servers,
            "CHAOS_TOPIC": self.topic.name,
        }
        self.workers: dict[str, Process] = {}
        self.began: dict[str, int] = {}

    async def lay(self) -> None:
        await create_tables(self.pool, [event_store.SCHEMA])
        await create_topics(self.servers, [self.topic])
        async with self.pool.acquire() as connection:
            await connection.execute(SCHEMA)
            await self.ledger.create(connection)

    async def start(self, part: str) -> None:
        if part == "broker":
            await self.kafka.start()
            return
        self.began[part] = await self.progress(part)
        command = [sys.executable, "-m", "tests.chaos.worker", part]
        log = self.home / "log" / f"{part}.log"
        self.workers[part] = await spawn(command, log, env=self.environment, cwd=ROOT)

    async def kill(self, part: str) -> None:
        process = self.kafka.process if part == "broker" else self.workers[part]
        assert process is not None
        assert process.returncode is None, f"the {part} ended by itself"
        os.kill(process.pid, signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL

    async def stop(self) -> None:
        for process in self.workers.values():
            await stop(process)

    async def progress(self, part: str) -> int:
        """How far the relay has published, or how much the consumer has applied."""
        asked = {
            "relay": "select coalesce(max(position), 0) from outbox_checkpoints",
            "consumer": "select count(*) from ledger",
        }
        async with self.pool.acquire() as connection:
            return int(await connection.fetchval(asked[part]))

    async def at_work(self, part: str) -> None:
        """Return once the worker, or for the broker the consumer it serves, has got something done since this began."""
        worker = "consumer" if part == "broker" else part
        if part == "broker":
            self.began[worker] = await self.progress(worker)
        await until(lambda: self.has_moved(worker))

    async def has_moved(self, part: str) -> bool:
        return await self.progress(part) > self.began[part]

    async def write(self, first: int, last: int) -> None:
        """The counts from `first` up to `last` on every stream, by ten."""

        async def one(stream: str) -> None:
            for begin in range(first, last, 10):
                batch = [Counted(n=n) for n in range(begin, min(begin + 10, last))]
                async with self.store.transaction() as connection:
                    await self.store.append(connection, stream, begin, batch, META, NOW)

        await asyncio.gather(*(one(f"stream-{nth}") for nth in range(STREAMS)))

    async def holds(self, per_stream: int) -> None:
        """The ledger has every fact once, in the order of its stream, and nothing became a dead letter."""

        async def complete() -> bool:
            return await self.progress("consumer") >= per_stream * STREAMS

        await until(complete)
        async with self.pool.acquire() as connection:
            applied = await self.ledger.read(connection)
            assert await connection.fetchval("select count(*) from dead_letters") == 0
        assert applied == {f"stream-{nth}": list(range(per_stream)) for nth in range(STREAMS)}

    async def records(self) -> int:
        """How many records stand on the topic."""
        partitions = [TopicPartition(self.topic.name, nth) for nth in range(self.topic.partitions)]
        async with AIOKafkaConsumer(bootstrap_servers=self.servers) as consumer:
            ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        return sum(ends.values())


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    while not await reached():
        await asyncio.sleep(0.02)


@pytest.fixture
async def road(tmp_path: Path) -> AsyncIterator[Road]:
    async with AsyncExitStack() as running:
        postgres = Postgres(tmp_path, free_port())
        running.push_async_callback(postgres.stop)
        url = (await postgres.start())["referral"]
        kafka = Kafka(tmp_path, ROOT / ".local" / "jars", free_port(), free_port())
        running.push_async_callback(kafka.stop)
        await kafka.start()
        pool = await running.enter_async_context(asyncpg.create_pool(url, min_size=1, max_size=20))
        laid = Road(pool, url, kafka, tmp_path)
        running.push_async_callback(laid.stop)
        await laid.lay()
        yield laid


@pytest.mark.chaos
@pytest.mark.durable
async def test_every_fact_is_counted_once_while_everything_is_killed(road: Road) -> None:
    chance = random.Random(SEED)
    kills = chance.sample(KILLS, len(KILLS))
    began = time.monotonic()
    async with asyncio.timeout(SECONDS):
        await road.start("relay")
        await road.start("consumer")
        for nth, part in enumerate(kills):
            share = PER_STREAM * nth // len(kills), PER_STREAM * (nth + 1) // len(kills)
            writing = asyncio.create_task(road.write(*share))
            await road.at_work(part)
            await asyncio.sleep(chance.random() * 0.4)
            await road.kill(part)
            say(f"{time.monotonic() - began:5.1f} s  {part} killed, {await road.progress('consumer')} facts applied")
            await asyncio.sleep(chance.random() * 0.4)
            await writing
            await road.start(part)
        await road.holds(PER_STREAM)
        once = await road.records()
        await Relay(road.store, publish_on(road.topic), [road.topic], road.servers, "").republish()
        await road.write(PER_STREAM, PER_STREAM + 1)  # behind all that is repeated, on the same partitions
        await road.holds(PER_STREAM + 1)
        twice = await road.records()
    say(f"{time.monotonic() - began:5.1f} s  {once} records, {twice} after republishing, each fact applied once")
    assert twice >= once + (PER_STREAM + 1) * STREAMS


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")  # pytest -s shows it
