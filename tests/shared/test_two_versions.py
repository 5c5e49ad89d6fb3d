"""An old and a new process of one service at once: no event is lost, no row is ever wrong, all are right at the end."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE
from asyncio.subprocess import Process as Running
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import asyncpg
import httpx
import pytest

from shared.domain.aggregate import AnyChange
from shared.eventstore import projection_versions
from shared.eventstore.event_store import Connection
from shared.eventstore.projection_versions import VersionState, built_version, lock_version, note_built, version_state
from shared.projections import shadow_schema
from shared.projections.inline import rebuild
from shared.service.wiring import Wiring, application_of, create_tables
from tests.shared.rolling import STEPPING, in_line, process, recount, steps, told, until_right
from tests.shared.test_service import opened, settings

ROOT = Path(__file__).resolve().parents[2]
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def live(pool: Pool) -> str | None:
    async with pool.acquire() as connection:
        return await built_version(connection, "views")


async def until_live(pool: Pool, version: int) -> None:
    async with asyncio.timeout(60):
        while await live(pool) != f"steps:{version}":
            await asyncio.sleep(0.02)


async def test_both_append_during_a_rolling_update_and_the_rows_are_right(pool: Pool, database_url: str) -> None:
    async with process(pool, database_url, 1, 1) as old:
        await asyncio.sleep(0.3)
        async with process(pool, database_url, 2, 2) as new:
            await until_live(pool, 2)
            before = old.appended, new.appended
            async with asyncio.timeout(120):
                while not (old.appended > before[0] + 50 and new.appended > before[1] + 50):
                    await asyncio.sleep(0.01)
            async with asyncio.timeout(120):
                while not (old.daemon.problem and old.daemon.problem.code == "overtaken"):
                    await asyncio.sleep(0.01)
            assert new.daemon.problem is None
        assert await live(pool) == "steps:2"
    async with process(pool, database_url, 2, writers=0):
        await until_right(pool, 2)


async def test_an_old_process_writes_no_row_of_its_own_into_newer_tables(pool: Pool, database_url: str) -> None:
    async with process(pool, database_url, 1, 1, writers=0) as old:
        await old.write()
        async with process(pool, database_url, 2, 2, writers=0):
            await until_live(pool, 2)
        for _ in range(20):
            await old.write()
        assert await pool.fetchval("select count(*) from missed") == old.appended - 1
        assert await old.daemon.caught_up(), "what it appended is the newer one's to apply"
        assert await pool.fetchval("select count(*) from missed") == old.appended - 1
        assert await pool.fetchval("select count(*) from steps") == 1
    async with process(pool, database_url, 2, 3, writers=0) as new:
        await new.write()  # what it appends follows what it finds missed, in the same transaction
        assert await pool.fetchval("select count(*) from missed") == 0
        await until_right(pool, 2)


async def test_an_event_that_newer_projections_cannot_apply_delays_no_command(pool: Pool, database_url: str) -> None:
    async with process(pool, database_url, 1, writers=0) as old:
        pass
    async with process(pool, database_url, 2, writers=0) as new:
        await until_live(pool, 2)
        right = new.inline.projections

        async def fails(*_: object) -> None:
            raise KeyError

        new.inline.projections = [replace(right[0], apply=fails)]
        await old.write()
        for _ in range(5):
            await new.write()
        assert await pool.fetchval("select count(*) from missed") == await pool.fetchval("select count(*) from events")
        async with asyncio.timeout(120):
            while not (new.daemon.problem and new.daemon.problem.code == "cannot-apply"):
                await asyncio.sleep(0.05)
        new.inline.projections = right
        await until_right(pool, 2)


async def test_what_was_built_again_misses_nothing(pool: Pool, database_url: str) -> None:
    async with process(pool, database_url, 1, writers=0) as old:
        pass
    await rebuild(old.store, database_url, in_line(steps(2)))
    for _ in range(20):
        await old.write()
    assert await pool.fetchval("select count(*) from missed") == old.appended
    await rebuild(old.store, database_url, in_line(steps(3)))
    assert await pool.fetchval("select count(*) from missed") == 0
    assert await told(pool, 3) == await recount(pool, 3)


async def test_an_old_process_that_starts_again_builds_nothing_back_until_the_newer_ones_are_gone(
    pool: Pool, database_url: str
) -> None:
    async with process(pool, database_url, 1, 1):
        pass
    async with process(pool, database_url, 2, 2) as new:
        await until_live(pool, 2)
        async with process(pool, database_url, 1, 3) as again:
            async with asyncio.timeout(120):
                while again.appended < 100:
                    await asyncio.sleep(0.01)
            assert await live(pool) == "steps:2"
            assert again.daemon.problem is None, "it is ready: for a rollback the newer ones must be let go"
            assert new.daemon.problem is None
    async with process(pool, database_url, 1, 4) as back:  # a rollback
        await until_live(pool, 1)
        async with asyncio.timeout(120):
            while not back.daemon.stood:
                await asyncio.sleep(0.01)
    async with process(pool, database_url, 1, writers=0):
        await until_right(pool, 1)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_versions_come_and_go_the_last_one_has_right_rows(
    pool: Pool, database_url: str, seed: int
) -> None:
    chance = random.Random(seed)
    alive: list[AsyncExitStack] = []
    for nth in range(8):
        if alive and chance.random() < 0.4:
            await alive.pop(chance.randrange(len(alive))).aclose()
        stack = AsyncExitStack()
        await stack.enter_async_context(process(pool, database_url, chance.randint(1, 3), seed * 100 + nth, 2))
        alive.append(stack)
        await asyncio.sleep(chance.random() / 2)
    while alive:
        await alive.pop(chance.randrange(len(alive))).aclose()
    last = chance.randint(1, 3)
    async with process(pool, database_url, last, writers=0):
        await until_live(pool, last)
        await until_right(pool, last)


async def start(url: str, version: int) -> Running:
    environment = {**os.environ, "ROLLING_DATABASE_URL": url}
    command = [sys.executable, "-m", "tests.shared.rolling", str(version)]
    running = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=PIPE)
    assert running.stdout is not None
    async with asyncio.timeout(60):
        while await running.stdout.readline() != b"at work\n":
            assert running.returncode is None
    return running


async def ended(running: Running, how: signal.Signals) -> int:
    running.send_signal(how)
    return await running.wait()


async def test_real_processes_of_two_versions_are_killed_and_ended_in_the_middle(pool: Pool, database_url: str) -> None:
    events = "select count(*) from events"
    old = [await start(database_url, 1) for _ in range(2)]
    async with asyncio.timeout(60):
        while await pool.fetchval("select to_regclass('events')") is None or await pool.fetchval(events) < 100:
            await asyncio.sleep(0.05)
        new = await start(database_url, 2)
    await until_live(pool, 2)
    assert await ended(old[0], signal.SIGKILL) == -signal.SIGKILL
    old.append(await start(database_url, 1))
    reached = await pool.fetchval(events) + 200
    async with asyncio.timeout(60):
        while await pool.fetchval(events) < reached:
            await asyncio.sleep(0.05)
    assert await ended(new, signal.SIGKILL) == -signal.SIGKILL
    new = await start(database_url, 2)
    for each in old[1:]:
        assert await ended(each, signal.SIGTERM) == 0
    await until_live(pool, 2)
    assert await ended(new, signal.SIGTERM) == 0
    assert sum((await recount(pool, 1)).values())
    async with process(pool, database_url, 2, writers=0):
        await until_right(pool, 2)


async def test_whoever_swaps_waits_for_who_applies_and_the_next_one_sees_the_swap(
    pool: Pool, database_url: str
) -> None:
    await create_tables(pool, [projection_versions.SCHEMA])
    async with pool.acquire() as applying, pool.acquire() as swapping, pool.acquire() as asking:
        await note_built(applying, "tally", "1")
        begun = applying.transaction()
        await begun.start()
        assert await lock_version(applying, "tally", "1")
        assert not await lock_version(applying, "tally", "2")

        async def swap() -> None:
            async with shadow_schema.shadow_schema(database_url, "tally", ["create table tally (n int)"]) as new:
                with pytest.raises(asyncpg.LockNotAvailableError):
                    async with swapping.transaction():
                        await new.swap(swapping, "2")
                gave_way.set()
                async with swapping.transaction():
                    await swapping.execute("select pg_advisory_xact_lock(version_key('tally'))")
                    await new.swap(swapping, "2")

        async def ask() -> bool:
            async with asking.transaction():
                return await lock_version(asking, "tally", "2")

        gave_way = asyncio.Event()
        waiting = asyncio.create_task(swap())
        async with asyncio.timeout(120):
            await gave_way.wait()
        while not await pool.fetchval("select exists (select from pg_locks where not granted)"):
            await asyncio.sleep(0.01)
        asked = asyncio.create_task(ask())
        await asyncio.sleep(0.1)
        assert not waiting.done()
        assert not asked.done()
        await begun.commit()
        await waiting
        assert await asked
        assert [await version_state(asking, "tally", each) for each in ("1", "2", "3")] == [
            VersionState.SUPERSEDED,
            VersionState.CURRENT,
            VersionState.TO_BUILD,
        ]
        assert await version_state(asking, "tally", "1", alive_seconds=0) is VersionState.TO_BUILD


async def test_a_service_lives_and_takes_commands_while_a_newer_version_is_built(
    pool: Pool, database_url: str, bootstrap_servers: str
) -> None:
    async with process(pool, database_url, 1, 1) as old:
        async with asyncio.timeout(120):
            while old.appended < 30:
                await asyncio.sleep(0.01)
    right, go_on = steps(2), asyncio.Event()

    async def slowly(connection: Connection, change: AnyChange) -> None:
        await go_on.wait()
        await right.apply(connection, change)

    new = replace(right, apply=slowly)

    async def wire(service: Wiring) -> None:
        await service.add_event_store([STEPPING], [new])

    async with opened(application_of("Steps", settings(database_url, bootstrap_servers), {}, wire)) as client:
        assert (await client.get("/health/live")).status_code == 200
        answer = await client.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json()["projections"].startswith("Its projections are being built")
        await old.write()
        assert await live(pool) == "steps:1"
        go_on.set()
        await until_live(pool, 2)
        await _until_well(client)
    await until_right(pool, 2)


async def _until_well(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(120):
        while (await client.get("/health/ready")).json()["projections"] != "healthy":
            await asyncio.sleep(0.05)
