"""The event store under writers that race, roll back and sleep."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from shared.domain.messages import Meta, Recorded
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore, VersionConflict, event_types
from shared.service.wiring import create_tables
from tests.shared.counting import Counted

META = Meta(by="tester", correlation_id="test")
WRITERS = 16
FACTS = int(os.environ.get("TORTURE_FACTS", "20000"))


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_stream_reads_back_what_was_appended(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    store = EventStore(pool, event_types(Counted))
    await create_tables(pool, [event_store.SCHEMA])
    async with store.transaction() as connection:
        recorded = await store.append(connection, "s", 0, [Counted(n=1), Counted(n=2)], META, now())
    assert [each.version for each in recorded] == [1, 2]
    async with pool.acquire() as connection:
        assert [(each.version, each.event) for each in await store.read(connection, "s")] == [
            (1, Counted(n=1)),
            (2, Counted(n=2)),
        ]


@pytest.mark.parametrize("expected", [0, 2])
async def test_an_append_at_another_version_is_a_conflict(pool: asyncpg.Pool[asyncpg.Record], expected: int) -> None:
    store = EventStore(pool, event_types(Counted))
    await create_tables(pool, [event_store.SCHEMA])
    async with store.transaction() as connection:
        await store.append(connection, "s", 0, [Counted(n=1)], META, now())
    with pytest.raises(VersionConflict):
        async with store.transaction() as connection:
            await store.append(connection, "s", expected, [Counted(n=2)], META, now())


async def test_a_relay_reads_every_event_once_and_in_order(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    """16 writers that roll back and sleep inside their transactions, and one follower at their heels."""
    store = EventStore(pool, event_types(Counted))
    await create_tables(pool, [event_store.SCHEMA])
    wrote = asyncio.Event()
    committed: dict[str, int] = {}

    async def write(name: str, seed: int) -> None:
        chance = random.Random(seed)
        version = 0
        while version < FACTS // WRITERS:
            with contextlib.suppress(RuntimeError):
                async with store.transaction() as connection:
                    size = chance.randint(1, 5)
                    events = [Counted(n=version + 1 + nth) for nth in range(size)]
                    await store.append(connection, name, version, events, META, now())
                    if chance.random() < 0.05:
                        await asyncio.sleep(chance.random() * 0.02)
                    if chance.random() < 0.1:
                        raise RuntimeError
                version += size
        committed[name] = version

    async def follow() -> list[Recorded[Any]]:
        seen: list[Recorded[Any]] = []
        async with pool.acquire() as connection:
            while True:
                last_round = wrote.is_set()
                events = await store.after(connection, seen[-1].position if seen else 0, 500)
                seen.extend(events)
                if last_round and not events:
                    return seen

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(f"writer-{nth}", nth) for nth in range(WRITERS)))
    wrote.set()
    seen = await following

    positions = [event.position for event in seen]
    assert positions == sorted(set(positions))
    for name, version in committed.items():
        assert [event.version for event in seen if event.stream == name] == list(range(1, version + 1))
