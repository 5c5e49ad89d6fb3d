"""Migrations are applied once, in order, whichever process comes first; a file that changed is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from shared.eventstore.migrations import Migration, MigrationChanged, Phase, migrate, migrations_of, pending

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


def component(name: str, *files: tuple[str, str]) -> tuple[Migration, ...]:
    return tuple(Migration(name, file, sql) for file, sql in files)


ONE = ("0001-pre-one", "create table one (n int)")
TWO = ("0002-post-two", "alter table one rename to two")
THREE = ("0003-pre-three", "create table three as select * from two")
FOUR = ("0004-post-four", "drop table two")


async def names(pool: Pool, of: Sequence[Migration], last: Phase = "pre") -> list[str]:
    return [each.name for each in await migrate(pool, [of], last)]


async def test_what_a_release_leaves_waits_until_no_older_process_is_left(pool: Pool) -> None:
    first, next_release = component("c", ONE, TWO), component("c", ONE, TWO, THREE, FOUR)
    assert await names(pool, first) == ["0001-pre-one"]
    assert await names(pool, first) == []
    assert [each.name for each in await pending(pool, [first])] == ["0002-post-two"]
    assert await names(pool, next_release) == ["0002-post-two", "0003-pre-three"]
    assert await names(pool, next_release, "post") == ["0004-post-four"]
    assert await pending(pool, [next_release]) == []


async def test_many_processes_at_once_apply_each_once(pool: Pool) -> None:
    files = [(f"{nth:04}-pre-each", f"create table t{nth} (n int)") for nth in range(1, 21)]
    of = component("c", *files)
    applied = await asyncio.gather(*(migrate(pool, [of]) for _ in range(8)))
    assert sorted(each.name for some in applied for each in some) == [name for name, _ in files]


async def test_one_that_fails_leaves_nothing_and_is_applied_when_it_is_mended(pool: Pool) -> None:
    broken = component("c", ONE, ("0002-pre-two", "create table two (n int); select 1 / 0"))
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(pool, [broken])
    assert await pool.fetchval("select to_regclass('two')") is None
    mended = component("c", ONE, ("0002-pre-two", "create table two (n int)"))
    assert await names(pool, mended) == ["0002-pre-two"]


async def test_a_file_that_changed_after_it_was_applied_is_refused(pool: Pool) -> None:
    await migrate(pool, [component("c", ONE)])
    with pytest.raises(MigrationChanged, match="c/0001-pre-one"):
        await migrate(pool, [component("c", (ONE[0], "create table other (n int)"))])
    assert await names(pool, component("another", ("0001-pre-one", "create table other (n int)"))) == ["0001-pre-one"]


@pytest.mark.parametrize("file", ["0002-pre-gap.sql", "0001-later-phase.sql", "1-pre-short.sql", "0001-pre-Upper.sql"])
def test_a_file_that_is_not_named_as_a_migration_is_refused(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_text("select 1", encoding="utf-8")
    with pytest.raises(ValueError, match="c/"):
        migrations_of("c", tmp_path)
