"""Two years on real Kafka: received in any order of topics, published again, rebuilt, always the same figures."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from services.reporting.consumers import FIGURES, TOPICS, apply
from shared.eventstore import projection_versions
from shared.messaging import inbox
from shared.messaging.cloudevents import Position, PublicMessage, Topic, headers
from shared.messaging.inbox import Inbox
from shared.messaging.outgoing import OutgoingMessage, partition_of
from shared.messaging.producer import OutgoingRecord, open_producer
from shared.messaging.topic_reader import open_topic_reader
from shared.messaging.topics import create_topics
from shared.projections.topic import TopicProjection
from shared.projections.topic_rebuild import rebuild
from shared.service.wiring import create_tables
from tests.reporting.programme import two_years
from tests.reporting.receiving import TABLES

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = ("referral", "training", "cycle", "event", "meeting", "organisation", "partner")


def topics_of_its_own() -> dict[str, Topic]:
    """The topics that reporting consumes, under names nobody else uses."""
    mark = uuid.uuid4().hex[:8]
    return {topic.name: replace(topic, name=f"{topic.name}.{mark}") for topic in TOPICS}


def records(topics: dict[str, Topic], messages: Sequence[PublicMessage]) -> Iterator[OutgoingRecord]:
    """The messages as their publishers send them, each with its place among the facts of its service."""
    last: dict[tuple[str, int], int] = {}
    for sequence, message in enumerate(messages, 1):
        topic = topics[next(each.name for each in TOPICS if type(message) in each.messages)]
        key = next(str(getattr(message, name)) for name in KEYS if hasattr(message, name))
        value = message.model_dump_json().encode()
        partition = partition_of(OutgoingMessage(topic, key, message))
        position = Position(sequence, last.get(partition, 0))
        last[partition] = sequence
        yield topic.name, partition[1], key.encode(), value, headers(topic, message, key, position, NOW)


class Reporting:
    """Reporting, receiving its topics in batches whose order is drawn."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], servers: str, seed: int) -> None:
        self.pool, self.servers, self.topics = pool, servers, topics_of_its_own()
        self.random = random.Random(seed)
        inboxes = [Inbox("reporting", topic, apply) for topic in self.topics.values()]
        self.projection = TopicProjection("reporting", "1", FIGURES.schemas, inboxes)

    async def publish(self, messages: Sequence[PublicMessage]) -> None:
        async with open_producer(self.servers) as producer:
            await producer.send_all(records(self.topics, messages))

    async def receive(self) -> int:
        """Everything on the topics from the first record, a topic's next batch at a time; how many were new."""
        applied = 0
        async with open_topic_reader(self.servers, list(self.topics.values())) as reader:
            await reader.mark_ends()
            inboxes = {each.topic.name: each for each in self.projection.inboxes}
            waiting = {name: list(await reader.batch(each.topic)) for name, each in inboxes.items()}
            while open_still := [name for name, left in waiting.items() if left]:
                name = self.random.choice(open_still)
                now = self.random.randint(1, 120)
                async with self.pool.acquire() as connection, connection.transaction():
                    received = await inboxes[name].receive(connection, waiting[name][:now])
                    applied += len(received.applied)
                waiting[name] = waiting[name][now:] or await reader.batch(inboxes[name].topic)
        return applied

    async def tables(self) -> dict[str, list[asyncpg.Record]]:
        return {table: await self.pool.fetch(f"select * from {table} t order by t::text") for table in TABLES}


@pytest.mark.parametrize("seed", [1, 2])
async def test_live_and_published_again_and_built_again_are_equal(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str, bootstrap_servers: str, seed: int
) -> None:
    messages = two_years()
    reporting = Reporting(pool, bootstrap_servers, seed)
    await create_tables(pool, [inbox.SCHEMA, projection_versions.SCHEMA, *FIGURES.schemas])
    await create_topics(bootstrap_servers, list(reporting.topics.values()))
    await reporting.publish(messages)
    assert await reporting.receive() == len(messages)
    live = await reporting.tables()
    assert live["figures"]
    assert live["distinct_counts"]
    await reporting.publish(messages)
    assert await reporting.receive() == 0
    assert await reporting.tables() == live
    await rebuild(pool, database_url, bootstrap_servers, reporting.projection)
    assert await reporting.tables() == live
    assert await pool.fetchval("select count(*) from dead_letters") == 0
