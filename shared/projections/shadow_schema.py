"""Tables built in a shadow schema, and swapped with the live ones in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from shared.eventstore.event_store import Connection
from shared.eventstore.projection_versions import note_built

_REBUILD_LOCK = 7226004
PATIENCE = "set local lock_timeout = '300ms'"  # below deadlock_timeout: this transaction fails, never the others
ProgressCallback: TypeAlias = Callable[[int, int], None]


class AlreadyRebuilding(Exception):  # noqa: N818 - an answer
    """Another process builds these tables already."""


def no_progress(_done: int, _total: int) -> None:
    """A callback that ignores the progress."""


@dataclass(frozen=True, slots=True)
class ShadowSchema:
    """A connection on which the new tables come first; everything else is found in the live schema."""

    connection: asyncpg.Connection[asyncpg.Record]
    what: str
    live: str
    schema: str

    async def empty(self) -> None:
        """Begin again: the new tables hold nothing."""
        rows = await self.connection.fetch("select tablename from pg_tables where schemaname = $1", self.schema)
        for row in rows:
            await self.connection.execute(f'truncate "{self.schema}"."{row[0]}"')

    async def swap(self, connection: Connection, version: str) -> None:
        """Replace the live tables by the new ones, in the caller's transaction.

        Waits for those who hold `lock_version`; readers wait for its commit only.
        Raises LockNotAvailableError when a writer or reader keeps its lock too long: try again.
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
async def shadow_schema(url: str, what: str, schemas: Sequence[str]) -> AsyncIterator[ShadowSchema]:
    """Empty new tables of `what`; whatever of them was not swapped in is gone at the end.

    Raises AlreadyRebuilding when another process does the same.
    """
    connection = await asyncpg.connect(url)
    try:
        live = str(await connection.fetchval("select current_schema()"))
        schema = f"{live}_{what}_shadow"
        if not await connection.fetchval("select pg_try_advisory_lock($1, hashtext($2))", _REBUILD_LOCK, schema):
            raise AlreadyRebuilding(what)
        await connection.execute(f'drop schema if exists "{schema}" cascade; create schema "{schema}"')
        await connection.execute(f'set search_path = "{schema}", "{live}"')
        for each in schemas:
            await connection.execute(each)
        try:
            yield ShadowSchema(connection, what, live, schema)
        finally:
            await connection.execute(f'drop schema if exists "{schema}" cascade')
    finally:
        await connection.close(timeout=5)
