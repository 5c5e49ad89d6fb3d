"""Inline projections are rebuilt from the events in a shadow schema, while events go on being appended."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from shared.domain.aggregate import AnyChange
from shared.domain.messages import Meta
from shared.eventstore import event_store, projection_versions
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import Connection, EventStore, event_types
from shared.eventstore.projection_versions import built_version
from shared.projections.daemon import ProjectionDaemon
from shared.projections.inline import InlineProjections, Projection, rebuild
from shared.service.wiring import create_tables
from tests.shared.counting import COUNTED, Counted, CountOn

META = Meta(by="tester", correlation_id="test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STREAMS = [f"s{nth}" for nth in range(8)]


def highest(version: int, times: int) -> Projection:
    """The highest count of each stream, `times` what was counted."""

    async def apply(connection: Connection, change: AnyChange) -> None:
        assert change.state == change.recorded[-1].event.n, "the state is the one after the last event"
        await connection.execute(
            "insert into highest values ($1, $2) on conflict (stream) do update set n = excluded.n",
            change.stream,
            change.state * times,
        )

    schema = "create table if not exists highest (stream text primary key, n int not null)"
    return Projection("highest", version, schema, apply)


async def opened(pool: asyncpg.Pool[asyncpg.Record], projection: Projection) -> EventStore:
    await create_tables(pool, [event_store.SCHEMA, projection_versions.SCHEMA])
    projections = InlineProjections([projection], [COUNTED])
    async with pool.acquire() as connection, connection.transaction():
        await projections.prepare(connection)
    return EventStore(pool, projections.types, projections.apply)


async def kept(store: EventStore, url: str, projection: Projection) -> None:
    """Return once the projections that stand live are of this version, and hold everything."""
    daemon = ProjectionDaemon(store, url, InlineProjections([projection], [COUNTED]), alive_seconds=0)
    keeping = asyncio.create_task(daemon.run())
    async with asyncio.timeout(120):
        while await daemon.check_health() or await store.pool.fetchval("select exists (select from missed)"):
            await asyncio.sleep(0.01)
    keeping.cancel()


async def write(store: EventStore, first: int, last: int) -> None:
    async def one(stream: str) -> None:
        for n in range(first, last):
            outcome = await handle(store, COUNTED, stream, CountOn(at=NOW, by="tester"), META)
            assert outcome.version == n + 1

    await asyncio.gather(*(one(stream) for stream in STREAMS))


async def read(pool: asyncpg.Pool[asyncpg.Record]) -> dict[str, int]:
    return {row["stream"].removeprefix("stream-"): row["n"] for row in await pool.fetch("select * from highest")}


async def test_events_written_during_a_rebuild_are_in_the_new_projections_and_reads_never_stop(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    new = highest(2, 1000)
    store = await opened(pool, new)
    await write(store, 0, 200)
    await pool.execute("update highest set n = 7")
    progress: list[tuple[int, int]] = []
    writing = asyncio.create_task(write(store, 200, 260))
    rebuilding = asyncio.create_task(
        rebuild(store, database_url, InlineProjections([new], [COUNTED]), lambda *told: progress.append(told))
    )
    reads = 0
    while not rebuilding.done():
        assert set(await read(pool)) == set(STREAMS)
        reads += 1
    await rebuilding
    await writing
    assert reads
    assert await read(pool) == dict.fromkeys(STREAMS, 260_000)
    assert progress[-1][0] == progress[-1][1]


async def test_projections_of_another_version_are_rebuilt_once(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    old, new = highest(1, 1), highest(2, 10)
    store = await opened(pool, old)
    await kept(store, database_url, old)
    await write(store, 0, 3)
    await asyncio.gather(*(kept(store, database_url, new) for _ in range(3)))
    assert await read(pool) == dict.fromkeys(STREAMS, 30)
    async with pool.acquire() as connection:
        assert await built_version(connection, "views") == "highest:2"
    await pool.execute("update highest set n = 7")
    await kept(store, database_url, new)
    assert await read(pool) == dict.fromkeys(STREAMS, 7)


async def test_a_projection_that_joins_a_store_with_events_is_filled(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    projection = highest(1, 1)
    await create_tables(pool, [event_store.SCHEMA, projection_versions.SCHEMA])
    store = EventStore(pool, event_types(Counted))
    await write(store, 0, 2)
    await kept(store, database_url, projection)
    assert await read(pool) == dict.fromkeys(STREAMS, 2)


async def test_a_rebuild_that_fails_leaves_the_live_projection_as_it_was(
    pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    projection = highest(1, 1)
    store = await opened(pool, projection)
    await write(store, 0, 2)
    with pytest.raises(asyncpg.DataError):
        await rebuild(store, database_url, InlineProjections([highest(2, 2**31)], [COUNTED]))
    assert await read(pool) == dict.fromkeys(STREAMS, 2)
    own = "select from pg_namespace where nspname like current_schema() || '%shadow'"
    assert not await pool.fetch(own)
