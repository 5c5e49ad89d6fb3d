"""One relay publishes; what is moved by hand stays moved; who does not publish does not say he is well."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from asyncpg.exceptions import ConnectionDoesNotExistError

from shared import event_store, inbox, relay
from shared.contracts.envelope import Topic
from shared.event_store import Connection, EventStore, event_types
from shared.inbox import Heard, Inbox
from shared.kafka import Subscription, create_topics, subscription
from shared.messages import Meta, Recorded
from shared.relay import Published, Relay
from shared.service import create_tables
from tests.shared.clock import Clock
from tests.shared.counting import Counted, Ledger, publish_on, topic

META = Meta(by="tester", correlation_id="test")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 120  # seconds; a busy machine is not a fault


class House:
    """A database with a stream, and a topic of its own."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str, servers: str) -> None:
        self.pool, self.url, self.servers, self.topic = pool, url, servers, topic()
        self.store = EventStore(pool, event_types(Counted))
        self.written = 0

    async def write(self, facts: int) -> None:
        for n in range(self.written, self.written + facts):
            async with self.store.transaction() as connection:
                await self.store.append(connection, f"stream-{n}", 0, [Counted(n=n)], META, BEGAN)
        self.written += facts

    def relay(self, translate: Callable[[Recorded[Any]], Published | None] | None = None) -> Relay:
        return Relay(self.store, translate or publish_on(self.topic), [self.topic], self.servers, self.url)

    async def published(self) -> int:
        return await relay.position(self.store)


@pytest.fixture
async def house(pool: asyncpg.Pool[asyncpg.Record], database_url: str, bootstrap_servers: str) -> House:
    laid = House(pool, database_url, bootstrap_servers)
    await create_tables(pool, [event_store.SCHEMA, inbox.SCHEMA])
    await create_topics(bootstrap_servers, [laid.topic])
    return laid


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(each.run()) for each in relays]
    yield tasks
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], Any]) -> None:
    """Return once it holds; what is asked may be awaited."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = condition()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return
            await asyncio.sleep(0.05)


async def bodies(servers: str, where: Topic, number: int) -> Counter[bytes]:
    """How often each message stands on the topic, once there are that many records, and no more come at once."""
    consumer = AIOKafkaConsumer(where.name, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    seen: Counter[bytes] = Counter()
    try:
        async with asyncio.timeout(PATIENCE):
            more = True
            while seen.total() < number or more:
                found = await consumer.getmany(timeout_ms=1000)
                more = bool(found)
                seen.update(record.value or b"" for records in found.values() for record in records)
    finally:
        await consumer.stop()
    return seen


async def test_of_two_relays_one_publishes_and_the_other_takes_over(house: House) -> None:
    first, second = house.relay(), house.relay()
    async with running(first, second) as tasks:
        await house.write(40)
        await until(lambda: first.leading or second.leading)
        assert not (first.leading and second.leading)
        assert await relay.led(house.store)
        await until(lambda: caught_up(house))
        leader = 0 if first.leading else 1
        tasks[leader].cancel()
        await house.write(40)
        await until(lambda: caught_up(house))
        assert (second, first)[leader].leading
    assert set((await bodies(house.servers, house.topic, 80)).values()) == {1}


async def caught_up(house: House) -> bool:
    return await relay.backlog(house.store) == (0, 0.0)


async def test_a_position_that_is_moved_while_a_window_is_sent_stays_where_it_was_moved_to(house: House) -> None:
    """Another process says `republish` between the reading of a window and the noting of it."""
    publish, moved = publish_on(house.topic), threading.Event()

    def translate(fact: Recorded[Any]) -> Published:
        if fact.event.n >= 10 and not moved.is_set():
            moved.set()
            elsewhere = threading.Thread(target=lambda: asyncio.run(republished(house)))
            elsewhere.start()
            elsewhere.join()
        told: Published = publish(fact)
        return told

    async with running(house.relay(translate)):
        await house.write(10)
        await until(lambda: caught_up(house))
        await house.write(20)
        sent = await bodies(house.servers, house.topic, 41)
        await until(lambda: caught_up(house))
    early = [times for body, times in sent.items() if int(json.loads(body)["n"]) < 10]
    assert early == [2] * 10


async def republished(house: House) -> None:
    async with asyncpg.create_pool(house.url, min_size=1, max_size=1) as pool:
        store = EventStore(pool, event_types(Counted))
        await Relay(store, publish_on(house.topic), [house.topic], house.servers, house.url).republish()


async def test_a_relay_that_publishes_nothing_does_not_say_it_is_well(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, tried = Clock(), Counter[str]()
    clock.hold(relay, monkeypatch)

    def translate(fact: Recorded[Any]) -> Published:
        tried["times"] += 1
        if tried["mended"]:
            told: Published = publish_on(house.topic)(fact)
            return told
        raise ValueError

    await house.write(1)
    ill = house.relay(translate)
    async with running(ill):
        await until(lambda: tried["times"] > 1)
        assert await ill.ailment() is None
        clock.ahead = 60
        before = tried["times"]
        await until(lambda: tried["times"] > before + 2)
        ailment = await ill.ailment()
        assert ailment is not None
        assert ailment.code == "not-publishing"
        tried["mended"] = 1
        await until(lambda: caught_up(house))
        await until(lambda: well(ill))


async def well(ill: Relay) -> bool:
    return await ill.ailment() is None


async def test_a_consumer_waits_longer_each_time_its_database_does_not_take_a_batch(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, failures, ledger = Clock(), iter(range(9)), Ledger()
    clock.hold(subscription, monkeypatch)
    async with house.pool.acquire() as connection:
        await ledger.create(connection)

    async def apply(connection: Connection, heard: Sequence[Heard]) -> None:
        if next(failures, None) is not None:
            raise ConnectionDoesNotExistError
        await ledger.apply(connection, heard)

    await house.write(1)
    heard = Subscription(house.servers, house.topic.name, Inbox("ledger", house.topic, apply), house.pool)
    hearing = asyncio.create_task(heard.run())
    async with running(house.relay()):
        await until(lambda: applied(house, ledger))
    hearing.cancel()
    with suppress(asyncio.CancelledError):
        await hearing
    for nth, wait in enumerate(clock.waits[:9]):
        assert min(0.05 * 2**nth, 5) <= wait <= min(0.1 * 2**nth, 10)


async def applied(house: House, ledger: Ledger) -> bool:
    async with house.pool.acquire() as connection:
        return bool(await ledger.read(connection))
