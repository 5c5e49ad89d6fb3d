"""Events travel from the table over real Kafka to a ledger: each counted once, whatever breaks on the way."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from shared.domain.messages import Meta
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore, event_types
from shared.messaging.cloudevents import Position, Topic, headers
from shared.messaging.connection import connecting
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import replay
from shared.messaging.inbox import SCHEMA, Inbox
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.topics import create_topics
from shared.service.wiring import create_tables
from tests.shared.counting import Counted, CountPublished, Ledger, publish_on, topic

META = Meta(by="tester", correlation_id="test")
STREAMS = 40
FACTS = int(os.environ.get("ROAD_FACTS", "20000"))
INTERRUPTIONS = 12
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Road:
    """A store, its relay, a topic, a subscription and a ledger, each of which can be stopped at any moment."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str, servers: str) -> None:
        self.pool, self.url, self.servers = pool, url, servers
        self.store = EventStore(pool, event_types(Counted))
        self.topic = topic()
        self.ledger = Ledger()
        self.inbox = Inbox("ledger", self.topic, self.ledger.apply)
        self.running: dict[str, asyncio.Task[None]] = {}

    async def lay(self) -> None:
        await create_tables(self.pool, [event_store.SCHEMA])
        await create_topics(self.servers, [self.topic])
        async with self.pool.acquire() as connection:
            await connection.execute(SCHEMA)
            await self.ledger.create(connection)

    def start(self, part: str) -> None:
        make: dict[str, Callable[[], Any]] = {
            "relay": lambda: self.relay().run(),
            "subscription": lambda: Consumer(self.servers, self.topic.name, self.inbox, self.pool).run(),
        }
        self.running[part] = asyncio.create_task(make[part]())

    def relay(self) -> OutboxRelay:
        return OutboxRelay(self.store, publish_on(self.topic), [self.topic], self.servers, self.url)

    async def stop(self, part: str) -> None:
        self.running[part].cancel()
        with suppress(asyncio.CancelledError):
            await self.running[part]

    async def write(self, events: int) -> None:
        per_stream = events // STREAMS

        async def one(stream: str) -> None:
            for first in range(0, per_stream, 10):
                async with self.store.transaction() as connection:
                    batch = [Counted(n=first + nth) for nth in range(10)]
                    await self.store.append(connection, stream, first, batch, META, NOW)

        await asyncio.gather(*(one(f"stream-{nth}") for nth in range(STREAMS)))

    async def write_marker(self) -> None:
        """One more event, behind everything else: once it is applied, so is the rest of its partition."""
        async with self.store.transaction() as connection:
            await self.store.append(connection, "marker", 0, [Counted(n=0)], META, NOW)

    async def applied(self) -> dict[str, list[int]]:
        async with self.pool.acquire() as connection:
            return await self.ledger.read(connection)

    async def until(self, total: int, seconds: float = 90) -> dict[str, list[int]]:
        """The ledger once it holds `total` rows (or more), as soon as it does."""
        async with asyncio.timeout(seconds), self.pool.acquire() as connection:
            while await connection.fetchval("select count(*) from ledger") < total:
                await asyncio.sleep(0.05)
        return await self.applied()

    async def letters(self) -> list[asyncpg.Record]:
        async with self.pool.acquire() as connection:
            return await connection.fetch("select * from dead_letters order by id")

    async def replay(self, key: bytes) -> int:
        async with self.pool.acquire() as connection, connection.transaction():
            return await replay(connection, self.inbox, key)


@pytest.fixture
async def road(pool: asyncpg.Pool[asyncpg.Record], database_url: str, bootstrap_servers: str) -> AsyncIterator[Road]:
    laid = Road(pool, database_url, bootstrap_servers)
    await laid.lay()
    yield laid
    for part in laid.running:
        await laid.stop(part)


@asynccontextmanager
async def stranger(servers: str) -> AsyncIterator[AIOKafkaProducer]:
    """Somebody who sends what he likes."""
    async with AIOKafkaProducer(**connecting(servers)) as producer:
        yield producer


def everything(events: int) -> dict[str, list[int]]:
    return {f"stream-{nth}": list(range(events // STREAMS)) for nth in range(STREAMS)}


async def test_every_event_is_counted_once_while_everything_restarts(road: Road) -> None:
    chance = random.Random(20)
    road.start("relay")
    road.start("subscription")
    writing = asyncio.create_task(road.write(FACTS))
    for _ in range(INTERRUPTIONS):
        part = chance.choice(["relay", "subscription"])
        await asyncio.sleep(chance.random() * 0.6)
        await road.stop(part)
        road.start(part)
    await writing
    assert await road.until(FACTS) == everything(FACTS)


async def test_a_subscription_whose_loop_was_ended_starts_another(road: Road) -> None:
    subscription = Consumer(road.servers, road.topic.name, road.inbox, road.pool)
    road.running["subscription"] = asyncio.create_task(subscription.run())
    road.start("relay")
    await road.write(400)
    await road.until(400)
    assert subscription._member is not None
    for loop in subscription._member.loops:
        loop.cancel()
    await road.write_marker()
    assert (await road.until(401)).pop("marker") == [0]


async def test_publishing_everything_again_counts_nothing_twice(road: Road) -> None:
    road.start("relay")
    road.start("subscription")
    await road.write(2000)
    await road.until(2000)
    await road.relay().republish()
    await road.write_marker()
    applied = await road.until(2001)
    assert applied.pop("marker") == [0]
    assert applied == everything(2000)


async def test_hostile_messages_stop_nobody(road: Road) -> None:
    """A thousand of them among the good ones: every good one counted, every bad one a dead letter with a reason."""
    chance = random.Random(1000)
    bad = [hostile(road.topic, chance, nth) for nth in range(1000)]
    async with stranger(road.servers) as producer:
        good = 0
        for nth, (value, head) in enumerate(bad):
            await producer.send(road.topic.name, value=value, key=b"stream-%d" % (nth % STREAMS), headers=head)
            if nth % 2:
                good += 1
                message = CountPublished(n=good)
                sealed = headers(road.topic, message, "good", Position(good, good - 1), NOW)
                await producer.send(
                    road.topic.name, value=message.model_dump_json().encode(), key=b"good", headers=sealed
                )
        await producer.flush()
    road.start("subscription")
    applied = await road.until(500)
    assert applied == {"good": list(range(1, 501))}
    async with asyncio.timeout(60):
        while len(await road.letters()) < len(bad):
            await asyncio.sleep(0.05)
    letters = await road.letters()
    assert len(letters) == len(bad)
    assert {letter["reason"] for letter in letters} == {
        "empty",
        "header-missing",
        "headers-not-utf8",
        "schema",
        "sequence-malformed",
        "unknown-source",
        "unknown-type",
    }


async def test_a_refused_message_parks_its_key_and_no_other(road: Road) -> None:
    road.ledger.refuse = {7}
    road.start("relay")
    road.start("subscription")
    async with road.store.transaction() as connection:
        await road.store.append(connection, "a", 0, [Counted(n=n) for n in (6, 7, 8)], META, NOW)
        await road.store.append(connection, "b", 0, [Counted(n=n) for n in (1, 2)], META, NOW)
    assert await road.until(3) == {"a": [6], "b": [1, 2]}
    assert [letter["reason"] for letter in await road.letters()] == ["not-this-one", "parked"]
    assert await road.replay(b"a") == 0
    road.ledger.refuse = set()
    assert await road.replay(b"a") == 2
    assert (await road.applied())["a"] == [6, 7, 8]
    assert await road.replay(b"a") == 0


def hostile(where: Topic, chance: random.Random, nth: int) -> tuple[bytes | None, list[tuple[str, bytes]]]:
    """Something no honest relay sends; those that claim a place in the order have one far from the good ones."""
    good = dict(headers(where, CountPublished(n=nth), "x", Position(10_000_000 + nth, 9_999_999 + nth), NOW))
    changed: list[tuple[bytes | None, dict[str, bytes]]] = [
        (b"\x00\xff not json", good),
        (json.dumps({"n": "many"}).encode(), good),
        (json.dumps({"other": 1}).encode(), good),
        (b"x" * 900_000 if nth % 100 == 0 else b"[" * 2000, good),
        (b"{}", good | {"ce_type": b"be.gforse.Nothing.v1"}),
        (b"{}", good | {"ce_type": b"be.gforse.CountPublished.v99"}),
        (b'{"n": 1}', good | {"ce_sequence": b"9" * 30}),
        (b'{"n": 1}', good | {"ce_source": b"/elsewhere"}),
        (b'{"n": 1}', good | {"ce_type": b"\xff\xfe"}),
        (b'{"n": 1}', {}),
        (b"", good),
        (None, good),
    ]
    value, head = chance.choice(changed) if nth >= len(changed) else changed[nth]
    return value, list(head.items())
