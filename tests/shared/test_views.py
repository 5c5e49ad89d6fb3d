"""A service's own views are built again from its facts, beside the live ones, while facts go on being written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from shared.domain.messages import Meta, Recorded
from shared.eventstore import event_store
from shared.eventstore.event_store import Connection, EventStore, event_types
from shared.projections import inline, shadow_schema
from shared.projections.daemon import Keeper
from shared.projections.inline import InlineViews, rebuild
from shared.projections.shadow_schema import built_version
from shared.service.wiring import create_tables
from tests.shared.counting import Counted

META = Meta(by="tester", correlation_id="test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STREAMS = [f"stream-{nth}" for nth in range(8)]


class Highest:
    """What is the highest count of each stream, `times` what was counted?"""

    __name__ = "tests.highest"
    SCHEMA = "create table if not exists highest (stream text primary key, n int not null)"

    def __init__(self, version: int, times: int) -> None:
        self.VERSION = version
        self.times = times

    async def apply(self, connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
        await connection.executemany(
            "insert into highest values ($1, $2) on conflict (stream) do update set n = excluded.n",
            [(fact.stream, fact.event.n * self.times) for fact in facts],
        )


async def opened(pool: asyncpg.Pool[asyncpg.Record], view: Highest) -> EventStore:
    await create_tables(pool, [event_store.SCHEMA, shadow_schema.SCHEMA, inline.SCHEMA])
    views = InlineViews([view], event_types(Counted))
    async with pool.acquire() as connection, connection.transaction():
        await views.prepare(connection)
    return EventStore(pool, event_types(Counted), [views.apply])


async def kept(store: EventStore, url: str, view: Highest) -> None:
    """Return once the views that stand live are of this version, and hold everything."""
    keeper = Keeper(store, url, InlineViews([view], store.types), alive_seconds=0)
    keeping = asyncio.create_task(keeper.run())
    async with asyncio.timeout(120):
        while await keeper.ailment() or await store.pool.fetchval("select exists (select from missed)"):
            await asyncio.sleep(0.01)
    keeping.cancel()


async def write(store: EventStore, first: int, last: int) -> None:
    async def one(stream: str) -> None:
        for n in range(first, last):
            async with store.transaction() as connection:
                await store.append(connection, stream, n, [Counted(n=n + 1)], META, NOW)

    await asyncio.gather(*(one(stream) for stream in STREAMS))


async def highest(pool: asyncpg.Pool[asyncpg.Record]) -> dict[str, int]:
    return {row["stream"]: row["n"] for row in await pool.fetch("select * from highest")}


async def test_facts_written_during_a_rebuild_are_in_the_new_views_and_reads_never_stop(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    new = Highest(2, 1000)
    store = await opened(pool, new)
    await write(store, 0, 200)
    await pool.execute("update highest set n = 7")
    progress: list[tuple[int, int]] = []
    writing = asyncio.create_task(write(store, 200, 260))
    rebuilding = asyncio.create_task(rebuild(store, database_url, [new], lambda *told: progress.append(told)))
    reads = 0
    while not rebuilding.done():
        assert set(await highest(pool)) == set(STREAMS)
        reads += 1
    await rebuilding
    await writing
    assert reads
    assert await highest(pool) == dict.fromkeys(STREAMS, 260_000)
    assert progress[-1][0] == progress[-1][1]


async def test_views_of_another_declared_version_are_built_again_once(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    old, new = Highest(1, 1), Highest(2, 10)
    store = await opened(pool, old)
    await kept(store, database_url, old)
    await write(store, 0, 3)
    await asyncio.gather(*(kept(store, database_url, new) for _ in range(3)))
    assert await highest(pool) == dict.fromkeys(STREAMS, 30)
    async with pool.acquire() as connection:
        assert await built_version(connection, "views") == "highest:2"
    await pool.execute("update highest set n = 7")
    await kept(store, database_url, new)
    assert await highest(pool) == dict.fromkeys(STREAMS, 7)


async def test_a_view_that_joins_a_store_with_facts_is_filled(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    view = Highest(1, 1)
    await create_tables(pool, [event_store.SCHEMA, shadow_schema.SCHEMA, inline.SCHEMA])
    store = EventStore(pool, event_types(Counted))
    await write(store, 0, 2)
    await kept(store, database_url, view)
    assert await highest(pool) == dict.fromkeys(STREAMS, 2)


async def test_a_rebuild_that_fails_leaves_the_live_view_as_it_was(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    view = Highest(1, 1)
    store = await opened(pool, view)
    await write(store, 0, 2)
    with pytest.raises(asyncpg.DataError):
        await rebuild(store, database_url, [Highest(2, 2**31)])
    assert await highest(pool) == dict.fromkeys(STREAMS, 2)
    own = "select from pg_namespace where nspname like current_schema() || '%beside'"
    assert not await pool.fetch(own)
