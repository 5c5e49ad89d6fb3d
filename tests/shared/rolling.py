"""A projection that reports events applied too early, too late or twice, and a process of one of its versions.

`python -m tests.shared.rolling VERSION` appends and keeps its projections until it is ended, as a service does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg

from shared.domain.aggregate import Aggregate, AnyChange
from shared.domain.messages import Command, Event, Meta
from shared.eventstore import event_store, projection_versions
from shared.eventstore.event_store import Connection, EventStore, VersionConflict
from shared.eventstore.pool import SERVING, open_pool
from shared.observability.health import Progress
from shared.projections.daemon import ProjectionDaemon
from shared.projections.inline import InlineProjections, Projection
from shared.service.wiring import create_tables

META = Meta(by="tester", correlation_id="test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STREAMS = [f"stream-{nth}" for nth in range(6)]


class Stepped(Event):
    """A step, which knows how far another stream was when it was taken."""

    n: int
    other: str
    other_version: int


STEPPING: Aggregate[None, Command, Stepped] = Aggregate("stream", (Stepped,), None, lambda *_: [], lambda *_: None)


def in_line(*projections: Projection) -> InlineProjections:
    """These projections, of what is stepped."""
    return InlineProjections(projections, [STEPPING])


def steps(version: int) -> Projection:
    """The sum of each stream's steps, weighed by the version; from version 2 on in another column, with an index."""
    column = f"total_{version}"
    schema = (
        f"create table if not exists steps (stream text primary key, version int not null, {column} bigint);"
        f"create index if not exists steps_{column} on steps ({column});"
    )

    async def apply(connection: Connection, change: AnyChange) -> None:
        """Refuse what comes before its cause; apply once what comes twice."""
        for each in change.recorded:
            other = await _at(connection, each.event.other)
            assert other >= each.event.other_version, "the effect came before its cause"
            at = await _at(connection, each.stream)
            assert at + 1 >= each.version, "an event of the stream was skipped"
            if at < each.version:
                await connection.execute(
                    f"insert into steps as was values ($1, $2, $3) on conflict (stream) do update"
                    f" set version = excluded.version, {column} = was.{column} + excluded.{column}",
                    each.stream,
                    each.version,
                    each.event.n * version,
                )

    return Projection("steps", version, schema, apply)


async def _at(connection: Connection, stream: str) -> int:
    return await connection.fetchval("select version from steps where stream = $1", stream) or 0


class Process:
    """What a process of one version does: appends at random, and keeps its projections."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str, version: int, seed: int) -> None:
        self.version, self.chance = version, random.Random(seed)
        self.inline = in_line(steps(version))
        self.store = EventStore(pool, self.inline.types)
        self.daemon = ProjectionDaemon(self.store, url, self.inline, Progress("projections"), alive_seconds=2.5)
        self.appended = 0

    async def write(self) -> None:
        """One step on one stream, which knows how far another one is."""
        stream, other = self.chance.sample(STREAMS, 2)
        with contextlib.suppress(VersionConflict):
            async with self.store.transaction() as connection:
                known = "select coalesce(max(version), 0) from events where stream = $1"
                seen, expected = [await connection.fetchval(known, each) for each in (other, stream)]
                event = Stepped(n=self.chance.randint(1, 9), other=other, other_version=seen)
                recorded = await self.store.append(connection, stream, expected, [event], META, NOW)
                await self.inline.apply(connection, [STEPPING.change(recorded, None)])
            self.appended += 1

    async def write_on(self) -> None:
        """Steps until cancelled."""
        while True:
            await self.write()
            await asyncio.sleep(self.chance.random() / 100)

    async def work(self, writers: int = 3) -> None:
        """Everything, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.daemon.run())
            for _ in range(writers):
                tasks.create_task(self.write_on())


@asynccontextmanager
async def process(
    pool: asyncpg.Pool[asyncpg.Record], url: str, version: int, seed: int = 0, writers: int = 3
) -> AsyncIterator[Process]:
    """A process at work until the end of the block. A projection that an event reached out of order fails the block."""
    await create_tables(pool, [event_store.SCHEMA, projection_versions.SCHEMA])
    started = Process(pool, url, version, seed)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(1)")
        await started.inline.prepare(connection)
    working = asyncio.create_task(started.work(writers))
    try:
        yield started
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


async def recount(pool: asyncpg.Pool[asyncpg.Record], version: int) -> dict[str, int]:
    """What the projection of that version should say, counted from the events alone."""
    rows = await pool.fetch("select stream, sum((data->>'n')::int) as n from events group by stream")
    return {row["stream"]: row["n"] * version for row in rows}


async def told(pool: asyncpg.Pool[asyncpg.Record], version: int) -> dict[str, int] | None:
    """What the projection says; None while it is of another version, or does not hold everything yet."""
    try:
        if await pool.fetchval("select exists (select from missed)"):
            return None
        return {row[0]: row[1] for row in await pool.fetch(f"select stream, total_{version} from steps")}
    except asyncpg.UndefinedColumnError:
        return None


async def until_right(pool: asyncpg.Pool[asyncpg.Record], version: int) -> None:
    """Return once the projection of that version says what a recount says, nobody appending any more."""
    async with asyncio.timeout(60):
        while await told(pool, version) != await recount(pool, version):
            await asyncio.sleep(0.05)


async def _main(version: int) -> None:
    url = os.environ["ROLLING_DATABASE_URL"]
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with open_pool(url, 8, SERVING) as pool, process(pool, url, version, os.getpid()):
        sys.stdout.write("at work\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
