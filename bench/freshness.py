"""How old a figure is: from the commit of an event to its figure readable, and a raw produce-consume round trip."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.corpus import META, published_on, records, referrals, topic_named
from bench.place import Place, open_store
from services.referral.projections import cases
from services.referral.referrals.aggregate import REFERRAL
from services.reporting.consumers import FIGURES, apply
from shared.eventstore.command_handler import handle
from shared.eventstore.pool import open_pool
from shared.messaging.connection import connecting
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.messaging.outbox_relay import OutboxRelay
from shared.observability import logs
from shared.service.wiring import create_tables

_COUNTED = "select coalesce(sum(n), 0) from figures where month = $1 and indicator = 'referrals_received'"
_POLL = 0.001


async def figure(place: Place) -> list[float]:
    """Seconds from commit to readable, one referral after another; the consumer is a process of its own."""
    seconds = []
    async with open_pool(place.url, 4) as pool:
        store = await open_store(pool, [cases.PROJECTION])
        await create_tables(pool, FIGURES.schemas)
        topics, servers = [topic_named(place.topic)], place.servers
        relay = OutboxRelay(store, published_on(place.topic), topics, servers, place.url)
        store.on_commit = relay.wake
        async with _consuming(place), _publishing(relay), pool.acquire() as reader:
            received: Counter[date] = Counter()
            for referral in referrals(place.referrals):
                await handle(store, REFERRAL, referral.id, referral.commands[0], META)
                month = referral.received_on.replace(day=1)
                received[month] += 1
                began = time.perf_counter()
                while await reader.fetchval(_COUNTED, month) < received[month]:
                    await asyncio.sleep(_POLL)
                seconds.append(time.perf_counter() - began)
    return seconds[len(seconds) // 10 :]


async def raw(place: Place) -> list[float]:
    """Seconds from send to received in this process: idempotent, acks=all, no linger, a consumer without group."""
    producer = AIOKafkaProducer(**connecting(place.servers), acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer(place.topic, **connecting(place.servers), auto_offset_reset="earliest")
    seconds = []
    async with producer, consumer:
        for topic, partition, key, value, headers in records(place.referrals, place.topic)[: place.referrals]:
            began = time.perf_counter()
            await producer.send(topic, value=value, key=key, partition=partition, headers=headers)
            await consumer.getone()
            seconds.append(time.perf_counter() - began)
    return seconds[len(seconds) // 10 :]


async def consume(place: Place) -> None:
    """The consumer's process, until it is ended."""
    async with open_pool(place.url, 4) as pool:
        inbox = Inbox("bench", topic_named(place.topic), apply)
        await Consumer(place.servers, place.schema, inbox, pool).run()


@asynccontextmanager
async def _publishing(relay: OutboxRelay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _consuming(place: Place) -> AsyncIterator[None]:
    arguments = [place.url, place.schema, place.servers, place.topic, str(place.referrals)]
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.freshness", *arguments, stdin=PIPE)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def _given(arguments: Sequence[str]) -> Place:
    url, schema, servers, topic, count = arguments
    return Place(url, schema, servers, topic, int(count))


if __name__ == "__main__":
    logs.configure("bench")
    uvloop.run(consume(_given(sys.argv[1:])))
