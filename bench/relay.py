"""Publishing: the relay from the events table to acknowledged records, and a raw producer sending the same bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import asyncpg

from bench.corpus import META, published_on, recorded, records, topic_named
from bench.place import Place, open_store
from services.referral.referrals.events import ReferralEvent
from shared.domain.messages import Recorded
from shared.eventstore.pool import open_pool
from shared.messaging import outbox_relay
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.producer import open_producer

_WINDOW = 500


async def relay(place: Place) -> float:
    """Messages a second: read from the table, made public, sent, acknowledged and the position advanced."""
    async with open_pool(place.url, 4) as pool:
        store = await open_store(pool)
        last = await fill(pool, list(recorded(place.referrals)))
        topics, servers = [topic_named(place.topic)], place.servers
        measured = OutboxRelay(store, published_on(place.topic), topics, servers, place.url)
        running = asyncio.create_task(measured.run())
        while not measured.leading:
            await asyncio.sleep(0.001)
        began = time.perf_counter()
        while await outbox_relay.position(store) != last:
            await asyncio.sleep(0.005)
        seconds = time.perf_counter() - began
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return len(records(place.referrals, place.topic)) / seconds


async def raw(place: Place) -> float:
    """Messages a second: the same bytes by windows of 500 from memory, idempotent, acks=all, the same compression."""
    bytes_of_all = records(place.referrals, place.topic)
    async with open_producer(place.servers) as producer:
        began = time.perf_counter()
        for begin in range(0, len(bytes_of_all), _WINDOW):
            sent = [
                await producer.client.send(topic, value=value, key=key, partition=partition, headers=headers)
                for topic, partition, key, value, headers in bytes_of_all[begin : begin + _WINDOW]
            ]
            await asyncio.gather(*sent)
        return len(bytes_of_all) / (time.perf_counter() - began)


async def fill(pool: asyncpg.Pool[asyncpg.Record], events: Sequence[Recorded[ReferralEvent]]) -> int:
    """Put the events in the table without any command; returns the last position."""
    meta = META.model_dump_json()
    rows: list[tuple[Any, ...]] = [
        (each.stream, each.version, type(each.event).__name__, each.event.model_dump_json(), meta, each.at)
        for each in events
    ]
    columns = "stream, version, type, data, meta, at"
    await pool.executemany(f"insert into events ({columns}) values ($1, $2, $3, $4, $5, $6)", rows)
    await pool.execute("analyze events")
    last: int = await pool.fetchval("select max(position) from events")
    return last
