"""A consumer on another implementation of the protocol (librdkafka) reads what the relay wrote to the real broker."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any

import asyncpg
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from confluent_kafka import Consumer, Message

from shared.domain.messages import Meta
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore, event_types
from shared.messaging.connection import for_librdkafka
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.topics import create_topics
from shared.service.wiring import create_tables
from tests.shared.counting import Counted, publish_on, topic

FACTS = 300
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(bootstrap_servers: str, name: str, wanted: int) -> list[Message]:
    """Up to `wanted` messages from the beginning, within a minute."""
    consumer = Consumer(
        for_librdkafka(bootstrap_servers) | {"group.id": f"foreign-{name}", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([name])
    found: list[Message] = []
    for _ in range(600):
        found += [message for message in consumer.consume(wanted, 0.1) if message.error() is None]
        if len(found) >= wanted:
            break
    consumer.close()
    return found


async def test_librdkafka_and_the_cloudevents_sdk_read_the_relay(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str, bootstrap_servers: str
) -> None:
    where = topic()
    store = EventStore(pool, event_types(Counted))
    await create_tables(pool, [event_store.SCHEMA])
    await create_topics(bootstrap_servers, [where])
    for nth in range(3):
        async with store.transaction() as connection:
            events = [Counted(n=n) for n in range(FACTS // 3)]
            await store.append(connection, f"s-{nth}", 0, events, Meta(by="t", correlation_id="t"), NOW)
    relay = asyncio.create_task(OutboxRelay(store, publish_on(where), [where], bootstrap_servers, database_url).run())
    messages = await asyncio.to_thread(read, bootstrap_servers, where.name, FACTS)
    relay.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await relay

    by_stream: dict[str, list[Any]] = {}
    for message in messages:
        raw: dict[str, bytes] = dict(message.headers() or [])  # type: ignore[arg-type]
        event = from_binary_event(KafkaMessage(raw, message.key(), message.value() or b""))
        assert event.get_type() == "be.gforse.CountPublished.v1"
        data = event.get_data()
        assert isinstance(data, dict)
        by_stream.setdefault(event.get_subject() or "", []).append(data["n"])
    assert by_stream == {f"s-{nth}": list(range(FACTS // 3)) for nth in range(3)}
