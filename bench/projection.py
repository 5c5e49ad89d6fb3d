"""Projecting one topic into the tables of reporting: ours, the bare inbox, and a raw loop, by batches of 500."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer

from bench import tally
from bench.corpus import MESSAGES, records, topic_named
from bench.place import Place
from services.reporting.consumers import apply
from shared.eventstore.event_store import Connection
from shared.eventstore.pool import open_pool
from shared.messaging import inbox
from shared.messaging.connection import connecting
from shared.messaging.consumer import Consumer
from shared.messaging.group_member import Rec
from shared.messaging.inbox import Apply, Inbox, ReceivedMessage
from shared.messaging.producer import open_producer

BATCH = 500
WAIT_MS = 20


@dataclass(slots=True)
class Clock:
    """Runs from the first batch in hand until `expected` messages are in the database."""

    expected: int
    seen: int = 0
    began: float = 0.0
    ended: float = 0.0
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """A batch is in hand."""
        self.began = self.began or time.perf_counter()

    def wrote(self, count: int) -> None:
        """Its transaction has committed."""
        self.seen += count
        if self.seen >= self.expected:
            self.ended = time.perf_counter()
            self.complete.set()

    def rate(self) -> float:
        """Messages a second."""
        return self.seen / (self.ended - self.began)


async def fill(place: Place) -> float:
    """Put the messages on the topic that all peers read; returns how many."""
    all_records = records(place.referrals, place.topic)
    async with open_producer(place.servers) as producer:
        for begin in range(0, len(all_records), BATCH):
            await producer.send_all(all_records[begin : begin + BATCH])
    return len(all_records)


async def reporting(place: Place) -> float:
    """Messages a second through Consumer, Inbox and the projections of services/reporting."""
    return await _consumed(place, apply)


async def bare_inbox(place: Place) -> float:
    """Messages a second through Consumer and Inbox, writing what the raw loop writes."""
    return await _consumed(place, _write_received)


async def raw(place: Place) -> float:
    """Messages a second of getmany, json.loads, two upserts, commit: no envelope, schema, order or duplicates."""
    clock = Clock(place.referrals * MESSAGES)
    consumer = AIOKafkaConsumer(
        place.topic,
        **connecting(place.servers),
        group_id=place.schema,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with asyncpg.create_pool(place.url, min_size=1, max_size=2) as pool, consumer:
        await pool.execute(tally.SCHEMA)
        while not clock.complete.is_set():
            batches = await consumer.getmany(timeout_ms=WAIT_MS, max_records=BATCH)
            records = [record for batch in batches.values() for record in batch]
            if not records:
                continue
            clock.start()
            messages = [
                (dict(record.headers)["ce_type"].decode(), json.loads(record.value or b"")) for record in records
            ]
            async with pool.acquire() as connection, connection.transaction():
                await write(connection, messages)
            clock.wrote(len(records))
            await consumer.commit()
    return clock.rate()


async def write(connection: Connection, messages: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Both upserts of a batch, through asyncpg."""
    journeys, counts = tally.columns(messages)
    await connection.execute(tally.JOURNEYS.format("$1", "$2"), *journeys)
    months = [date.fromisoformat(month) for month in counts[0]]
    await connection.execute(tally.FIGURES.format("$1", "$2", "$3", "$4", "$5", "$6", "$7"), months, *counts[1:])


async def _write_received(connection: Connection, received: Sequence[ReceivedMessage]) -> None:
    await write(connection, [(each.envelope.type, each.message.model_dump(mode="json")) for each in received])


class _Clocked(Consumer):
    """A consumer that starts and stops the clock by its batches."""

    clock: Clock

    async def _batch(self, records: tuple[Rec, ...]) -> None:
        self.clock.start()
        await super()._batch(records)
        self.clock.wrote(len(records))


async def _consumed(place: Place, apply: Apply) -> float:
    measured = Inbox("bench", topic_named(place.topic), apply)
    async with open_pool(place.url, 4) as pool:
        for schema in (inbox.SCHEMA, tally.SCHEMA):
            await pool.execute(schema)
        consumer = _Clocked(place.servers, place.schema, measured, pool)
        clock = consumer.clock = Clock(place.referrals * MESSAGES)
        running = asyncio.create_task(consumer.run())
        await clock.complete.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return clock.rate()
