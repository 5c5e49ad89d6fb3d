"""The stranger of `make hostile` says all kinds of things; a consumer applies what is honest and keeps the others."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from services.reporting.consumers import TOPICS
from shared.eventstore.event_store import Connection
from shared.messaging import inbox
from shared.messaging.inbox import Inbox, ReceivedMessage
from shared.service.wiring import create_tables
from tests.hostile.records import Head, Stranger

MANY = 2000


@dataclass
class StoredRecord:
    """A record as the broker gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Head


async def test_every_honest_message_is_applied_whatever_stands_around_it(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await create_tables(pool, [inbox.SCHEMA])
    stranger, said = Stranger(random.Random(4)), defaultdict[str, list[StoredRecord]](list)
    ends: Counter[tuple[str, int]] = Counter()

    def say(records: Sequence[tuple[str, int, bytes | None, bytes | None, Head]]) -> None:
        for topic, number, key, value, head in records:
            said[topic].append(StoredRecord(topic, number, ends[topic, number], key, value, head))
            ends[topic, number] += 1

    for nth in range(MANY):
        topic = TOPICS[nth % len(TOPICS)]
        say([stranger.hostile(topic), *(stranger.told(topic) if nth % 10 < 2 else [])])
    say(list(stranger.endings(TOPICS)))
    applied: set[bytes] = set()

    async def apply(_: Connection, received: Sequence[ReceivedMessage]) -> None:
        applied.update(each.envelope.subject.encode() for each in received)

    async with pool.acquire() as connection:
        for topic in TOPICS:
            own_inbox = Inbox("x", topic, apply)
            for first in range(0, len(said[topic.name]), 100):
                await own_inbox.receive(connection, said[topic.name][first : first + 100])
            before = await connection.fetchval("select count(*) from dead_letters")
            again = [each for each in said[topic.name] if b"honest" in (each.key or b"")]
            for first in range(0, len(again), 100):
                await own_inbox.receive(connection, again[first : first + 100])
            assert await connection.fetchval("select count(*) from dead_letters") == before
        dead = {row["reason"] for row in await connection.fetch("select distinct reason from dead_letters")}
    assert {key for *_, key in stranger.honest} <= applied
    assert dead >= {"schema", "another-history", "gap", "empty", "header-missing", "sequence-malformed", "unknown-type"}
