"""Tables built beside the live ones, in a schema of their own, and put in their place in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from shared.event_store import Connection

SCHEMA = """
create table if not exists built (
    what    text        primary key,
    version text        not null,
    at      timestamptz not null default now()
);
"""
_REBUILD_LOCK = 7226004
PATIENCE = "set local lock_timeout = '300ms'"  # below deadlock_timeout: it is never the others that give way

Tell: TypeAlias = Callable[[int, int], None]


class AlreadyRebuilding(Exception):  # noqa: N818 - an answer: another process is at it
    """Somebody builds these tables already."""


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

        Readers wait for its commit only. Raises LockNotAvailableError when a reader holds on too long: try again.
        """
        rows = await self.connection.fetch("select tablename from pg_tables where schemaname = $1", self.schema)
        tables = [f'"{row[0]}"' for row in rows]
        await connection.execute(PATIENCE)
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
        await connection.close()


async def built_version(connection: Connection, what: str) -> str | None:
    """The version `what` was built at, or None when it never was."""
    version: str | None = await connection.fetchval("select version from built where what = $1", what)
    return version


async def note_built(connection: Connection, what: str, version: str) -> None:
    """The tables of `what` are of this version from now on."""
    await connection.execute(
        "insert into built (what, version) values ($1, $2)"
        " on conflict (what) do update set version = excluded.version, at = now()",
        what,
        version,
    )
