"""Tables built beside the live ones, put in their place in one transaction, and the lock by which versions keep apart.

Rules for whoever applies to tables of `what` (inline views, tables folded from topics):

- inside the transaction that writes, call `lock_version(connection, what, version)` before the first write; when it
  says False another version stands live: write nothing there;
- create a schema on live tables only when `built_version` is None and there is nothing to fold; any other is created
  by `beside()`, in a schema of its own;
- in the background ask `standing()` every few seconds: CURRENT, or TO_BUILD (build beside and swap), or OVERTAKEN (a
  process of a version that came later lives: leave the tables to it).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import asyncpg

from shared.eventstore.event_store import Connection

SCHEMA = """
create table if not exists built (
    what    text        primary key,
    version text        not null,
    at      timestamptz not null default now(),
    seen_at timestamptz not null default now(),    -- when a process of this version last said that it lives
    earlier text[]      not null default '{}'      -- the versions that stood live before this one
);
do $$ begin
    if not exists (select from pg_attribute where attrelid = 'built'::regclass and attname = 'seen_at') then
        alter table built add seen_at timestamptz not null default now(), add earlier text[] not null default '{}';
    end if;
end $$;

create or replace function version_key(wanted text) returns bigint language sql as $$
    select hashtextextended(wanted, 'built'::regclass::oid::bigint)
$$;

-- The version that stands live and will until the end of the transaction: whoever swaps waits for it.
-- Two statements, so that the second sees a swap that the first waited for.
create or replace function lock_version(wanted text) returns text language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(version_key(wanted));
    return (select version from built where what = wanted);
end $$;
"""
_REBUILD_LOCK = 7226004
PATIENCE = "set local lock_timeout = '300ms'"  # below deadlock_timeout: it is never the others that give way
ALIVE_SECONDS = 30.0

Tell: TypeAlias = Callable[[int, int], None]


class AlreadyRebuilding(Exception):  # noqa: N818 - an answer: another process is at it
    """Somebody builds these tables already."""


class Standing(StrEnum):
    """How the tables that stand live relate to the version of a process."""

    CURRENT = "current"
    TO_BUILD = "to-build"
    OVERTAKEN = "overtaken"


def tell_nobody(_done: int, _total: int) -> None:
    """Progress that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A connection on which new tables come first, and everything else is the live schema's."""

    connection: asyncpg.Connection[asyncpg.Record]
    what: str
    live: str
    schema: str

    async def empty(self) -> None:
        """Begin again: the new tables hold nothing."""
        rows = await self.connection.fetch("select tablename from pg_tables where schemaname = $1", self.schema)
        for row in rows:
            await self.connection.execute(f'truncate "{self.schema}"."{row[0]}"')

    async def put_in_place(self, connection: Connection, version: str) -> None:
        """Give the new tables the place of the old, in the caller's transaction.

        Waits for whoever holds `lock_version`; readers wait for its commit only.
        Raises LockNotAvailableError when a writer or reader holds on too long: try again.
        """
        rows = await self.connection.fetch("select tablename from pg_tables where schemaname = $1", self.schema)
        tables = [f'"{row[0]}"' for row in rows]
        await connection.execute(PATIENCE)
        await connection.execute("select pg_advisory_xact_lock(version_key($1))", self.what)
        old = ", ".join(f'"{self.live}".{table}' for table in sorted(tables))
        await connection.execute(f"drop table if exists {old}")
        for table in tables:
            await connection.execute(f'alter table "{self.schema}".{table} set schema "{self.live}"')
        await note_built(connection, self.what, version)


@asynccontextmanager
async def beside(url: str, what: str, schemas: Sequence[str]) -> AsyncIterator[Beside]:
    """Empty new tables of `what`; whatever of them was not put in place is gone at the end.

    Raises AlreadyRebuilding when another process does the same.
    """
    connection = await asyncpg.connect(url)
    try:
        live = str(await connection.fetchval("select current_schema()"))
        schema = f"{live}_{what}_beside"
        if not await connection.fetchval("select pg_try_advisory_lock($1, hashtext($2))", _REBUILD_LOCK, schema):
            raise AlreadyRebuilding(what)
        await connection.execute(f'drop schema if exists "{schema}" cascade; create schema "{schema}"')
        await connection.execute(f'set search_path = "{schema}", "{live}"')
        for each in schemas:
            await connection.execute(each)
        try:
            yield Beside(connection, what, live, schema)
        finally:
            await connection.execute(f'drop schema if exists "{schema}" cascade')
    finally:
        await connection.close(timeout=5)


async def lock_version(connection: Connection, what: str, version: str) -> bool:
    """Whether the live tables of `what` are of `version`; they stay what they are until the caller's transaction ends.

    False: write nothing to them. Never call it for tables that are being built beside the live ones.
    """
    return bool(await connection.fetchval("select lock_version($1) = $2", what, version))


async def standing(connection: Connection, what: str, version: str, alive_seconds: float = ALIVE_SECONDS) -> Standing:
    """What a process of `version` should do about the tables of `what`; a current one says here that it lives.

    OVERTAKEN: this version stood live before another took its place, and a process of that other one said within
    `alive_seconds` (of the database's clock) that it lives. So an old process that is started again in the middle of a
    rolling update does not build its tables back, and a rollback does as soon as nobody of the newer version is left.
    """
    row = await connection.fetchrow(
        "with alive as (update built set seen_at = now()"
        "  where what = $1 and version = $2 and seen_at < now() - interval '2 seconds')"
        " select version = $2 as current,"
        "  $2 = any(earlier) and seen_at > now() - make_interval(secs => $3) as overtaken"
        " from built where what = $1",
        what,
        version,
        alive_seconds,
    )
    if row is not None and row["current"]:
        return Standing.CURRENT
    return Standing.OVERTAKEN if row is not None and row["overtaken"] else Standing.TO_BUILD


async def built_version(connection: Connection, what: str) -> str | None:
    """The version `what` was built at, or None when it never was."""
    version: str | None = await connection.fetchval("select version from built where what = $1", what)
    return version


async def note_built(connection: Connection, what: str, version: str) -> None:
    """The tables of `what` are of this version from now on."""
    await connection.execute(
        "insert into built (what, version) values ($1, $2)"
        " on conflict (what) do update set version = excluded.version, at = now(), seen_at = now(),"
        " earlier = array_remove(array_remove(built.earlier, built.version) || built.version, excluded.version)",
        what,
        version,
    )
