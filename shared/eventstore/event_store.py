"""The event store in PostgreSQL: read a stream, append at an expected version, follow the table without gaps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import asyncpg

from shared.domain.aggregate import AnyChange, Policy
from shared.domain.messages import AnyRecorded, Event, Meta, Recorded
from shared.eventstore.migrations import migrations_of, schema_of
from shared.eventstore.state_cache import StateCache

MIGRATIONS = migrations_of("events", Path(__file__).parent / "sql" / "events")
SCHEMA = schema_of(MIGRATIONS)
_STREAM_LOCK = 7226
# The lock comes before the positions are drawn: a relay that finds a gap sees in pg_locks which appends may fill it.
_APPEND = """
with open_append as materialized (select pg_advisory_xact_lock_shared(7226001))
insert into events (stream, version, type, data, meta, at)
select $1, $2 + event.nth, event.type, event.data, $5, $6
from open_append, unnest($3::text[], $4::jsonb[]) with ordinality as event (type, data, nth)
where $2 = (select coalesce(max(version), 0) from events where stream = $1)
order by event.nth
returning position
"""

_SELECT = "select position, stream, version, type, data, meta, at from events"

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]"
Project: TypeAlias = "Callable[[Connection, Sequence[AnyChange]], Awaitable[None]]"


class VersionConflict(Exception):  # noqa: N818 - an answer to the appender, who decides again
    """The stream has newer events than when it was read, or its writers deadlocked."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.stream = stream


def event_types(*classes: type[Event]) -> Mapping[str, type[Event]]:
    """The event types of a store, by the name they are stored under."""
    return {each.__name__: each for each in classes}


@dataclass(slots=True)
class EventStore:
    """One service's events.

    In the transaction of an append the command handler issues the commands of `policies`, and passes every change to
    `project`, in order, so that the page after a command shows its effect. `on_commit` is called after the commit, to
    wake the outbox relay.
    """

    pool: asyncpg.Pool[asyncpg.Record]
    types: Mapping[str, type[Event]]
    project: Project | None = None
    policies: Sequence[Policy] = ()
    on_commit: Callable[[], None] = field(default=lambda: None)
    states: StateCache = field(default_factory=StateCache)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A transaction whose events wake the outbox relay once it has committed."""
        async with self.pool.acquire() as connection, connection.transaction():
            yield connection
        self.on_commit()

    async def read(
        self, connection: Connection, stream: str, after: int = 0, limit: int | None = None
    ) -> list[AnyRecorded]:
        """The events of one stream, up to `limit` after a version, oldest first; none for a stream nobody wrote."""
        query = f"{_SELECT} where stream = $1 and version > $2 order by version limit $3"
        return [recorded(row, self.types) for row in await connection.fetch(query, stream, after, limit)]

    async def read_all(self, connection: Connection, streams: Collection[str]) -> Mapping[str, Sequence[AnyRecorded]]:
        """The events of several streams, each oldest first."""
        query = f"{_SELECT} where stream = any($1) order by stream, version"
        found: dict[str, list[AnyRecorded]] = {stream: [] for stream in streams}
        for row in await connection.fetch(query, list(streams)):
            found[row["stream"]].append(recorded(row, self.types))
        return found

    async def lock_streams(self, connection: Connection, streams: Collection[str]) -> None:
        """Lock each of `streams` until the end of the transaction: others that do so wait."""
        for stream in sorted(streams):
            await connection.execute("select pg_advisory_xact_lock($1, hashtext($2))", _STREAM_LOCK, stream)

    async def append(
        self, connection: Connection, stream: str, expected: int, events: Sequence[Event], meta: Meta, at: datetime
    ) -> list[AnyRecorded]:
        """Append `events` in one statement, which needs no transaction around it. Raises VersionConflict.

        A conflict is a stream that was not at version `expected`.
        """
        types = [type(event).__name__ for event in events]
        data = [event.model_dump_json() for event in events]
        try:
            rows = await connection.fetch(_APPEND, stream, expected, types, data, meta.model_dump_json(), at)
        except (asyncpg.SerializationError, asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError) as error:
            raise VersionConflict(stream) from error
        if len(rows) < len(events):
            raise VersionConflict(stream)
        return [
            Recorded(row["position"], stream, version, event, meta, at)
            for version, (row, event) in enumerate(zip(rows, events, strict=True), expected + 1)
        ]

    async def after(self, connection: Connection, position: int, limit: int) -> list[AnyRecorded]:
        """Up to `limit` events after `position`, in order; none that could still commit is skipped.

        A gap is waited for only while a transaction that was open when it was seen still is;
        what is missing after that was rolled back.
        """
        return [recorded(row, self.types) for row in await self.rows_after(connection, position, limit)]

    async def rows_after(self, connection: Connection, position: int, limit: int) -> list[asyncpg.Record]:
        """As `after`, the rows as they are stored."""
        query = f"{_SELECT} where position > $1 order by position limit $2"
        rows = await connection.fetch(query, position, limit)
        if _gap(rows, position):
            await _until_ended(connection)
            query = f"{_SELECT} where position > $1 and position <= $2 order by position"
            rows = await connection.fetch(query, position, rows[-1]["position"])
        return rows

    @staticmethod
    async def rows_at(connection: Connection, positions: Sequence[int]) -> list[asyncpg.Record]:
        """The rows of the events at these positions, as far as there are any, in order."""
        query = f"{_SELECT} where position = any($1) order by position"
        return await connection.fetch(query, list(positions))


def recorded(row: asyncpg.Record, types: Mapping[str, type[Event]]) -> AnyRecorded:
    """A row of `events` as the event it is."""
    return Recorded(
        position=row["position"],
        stream=row["stream"],
        version=row["version"],
        event=types[row["type"]].model_validate_json(row["data"]),
        meta=Meta.model_validate_json(row["meta"]),
        at=row["at"],
    )


def _gap(rows: Sequence[asyncpg.Record], position: int) -> bool:
    return bool(rows) and bool(rows[-1]["position"] != position + len(rows))


async def _until_ended(connection: Connection) -> None:
    """Wait for the appends that are open now, and for no later one."""
    waiting = {row[0] for row in await connection.fetch("select appending_now()")}
    pause = 0.001
    while waiting:
        await asyncio.sleep(pause)
        pause = min(pause * 2, 0.05)
        waiting &= {row[0] for row in await connection.fetch("select appending_now()")}
