"""Publishing: the relay from the events table to acknowledged records, and a raw producer sending the same bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import asyncpg

from bench.corpus import META, recorded, records, told, topic_named
from bench.place import Place
from services.referral.events import ReferralEvent
from services.referral.views import cases
from shared.domain.messages import Recorded
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore
from shared.eventstore.pool import open_pool
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.producer import open_producer
from shared.service.wiring import create_tables

_WINDOW = 500


async def relay(place: Place) -> float:
    """Messages a second: read from the table, translated, sent, acknowledged and the position advanced."""
    async with open_pool(place.url, 4) as pool:
        store = EventStore(pool, cases.TYPES)
        await create_tables(pool, [event_store.SCHEMA])
        last = await fill(pool, list(recorded(place.roads)))
        follower = OutboxRelay(
            store, lambda fact: told(fact, place.topic), [topic_named(place.topic)], place.servers, place.url
        )
        running = asyncio.create_task(follower.run())
        while not follower.leading:
            await asyncio.sleep(0.001)
        began = time.perf_counter()
        while await pool.fetchval("select position from outbox_checkpoints") != last:
            await asyncio.sleep(0.005)
        seconds = time.perf_counter() - began
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return len(records(place.roads, place.topic)) / seconds


async def raw(place: Place) -> float:
    """Messages a second: the same bytes by windows of 500 from memory, idempotent, acks=all, the same compression."""
    bytes_of_all = records(place.roads, place.topic)
    async with open_producer(place.servers) as producer:
        began = time.perf_counter()
        for begin in range(0, len(bytes_of_all), _WINDOW):
            sent = [
                await producer.client.send(topic, value=value, key=key, partition=partition, headers=headers)
                for topic, partition, key, value, headers in bytes_of_all[begin : begin + _WINDOW]
            ]
            await asyncio.gather(*sent)
        return len(bytes_of_all) / (time.perf_counter() - began)


async def fill(pool: asyncpg.Pool[asyncpg.Record], facts: Sequence[Recorded[ReferralEvent]]) -> int:
    """Put the facts in the table without the road of a command; returns the last position."""
    meta = META.model_dump_json()
    rows: list[tuple[Any, ...]] = [
        (fact.stream, fact.version, type(fact.event).__name__, fact.event.model_dump_json(), meta, fact.at)
        for fact in facts
    ]
    columns = "stream, version, type, data, meta, at"
    await pool.executemany(f"insert into events ({columns}) values ($1, $2, $3, $4, $5, $6)", rows)
    await pool.execute("analyze events")
    last: int = await pool.fetchval("select max(position) from events")
    return last
