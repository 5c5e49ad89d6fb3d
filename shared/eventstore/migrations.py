"""Versioned migrations: forward only, one SQL file each, applied once, in order, by one process at a time.

A file is named `<number>-<phase>-<what>.sql`, in the folder of the component whose tables it changes. `pre` is applied
before the processes of a release start: what the release before runs with must go on working. `post` is applied when
none of those is left: it may drop what only they used. Projections have none: they are rebuilt (`shared/projections`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import asyncpg

if TYPE_CHECKING:
    from shared.eventstore.event_store import Connection

Phase = Literal["pre", "post"]
_NAME = re.compile(r"(\d{4})-(pre|post)-[a-z0-9_]+")
LOCK = 7226003
_APPLIED = """
create table if not exists schema_migrations (
    component  text        not null,
    name       text        not null,
    checksum   bytea       not null,           -- SHA-256 of the file
    applied_at timestamptz not null default now(),
    primary key (component, name)
)
"""
_OWNS = "select pg_has_role(current_user, relowner, 'usage') from pg_class where oid = 'schema_migrations'::regclass"


class MigrationChanged(Exception):  # noqa: N818 - an answer: restore the file, and write another one
    """A file is not the one that was applied under its name."""


class NotTheOwner(Exception):  # noqa: N818 - an answer: `migrate`, with the owner's URL
    """A migration is pending, and the tables are those of another role."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file; `name` is that of the file, without its ending."""

    component: str
    name: str
    sql: str

    @property
    def phase(self) -> Phase:
        """When it is applied."""
        return "pre" if self.name[5:].startswith("pre-") else "post"

    @property
    def checksum(self) -> bytes:
        """SHA-256 of its SQL."""
        return sha256(self.sql.encode()).digest()


def migrations_of(component: str, folder: Path) -> tuple[Migration, ...]:
    """The migrations of one component, in order. Raises ValueError for a file that is not named as one, or a gap."""
    found = tuple(
        Migration(component, each.stem, each.read_text(encoding="utf-8")) for each in sorted(folder.glob("*.sql"))
    )
    for nth, each in enumerate(found, 1):
        match = _NAME.fullmatch(each.name)
        if match is None or int(match[1]) != nth:
            raise ValueError(f"{component}/{each.name}")
    return found


def schema_of(migrations: Sequence[Migration]) -> str:
    """All of them as one script, for a database that is made anew."""
    return "\n".join(each.sql for each in migrations)


async def migrate(
    pool: asyncpg.Pool[asyncpg.Record], components: Sequence[Sequence[Migration]], last: Phase = "pre"
) -> list[Migration]:
    """Apply what is pending of each component, and return it. Raises MigrationChanged, NotTheOwner.

    With `pre`, the `post` ones at the end of a component stay pending: those before a pending `pre` belong to a release
    that is over, and are applied. Each is applied in a transaction of its own.
    """
    applied: list[Migration] = []
    async with pool.acquire() as connection:
        for component in components:
            while each := await _apply_next(connection, component, last):
                applied.append(each)
    return applied


async def pending(pool: asyncpg.Pool[asyncpg.Record], components: Sequence[Sequence[Migration]]) -> list[Migration]:
    """What is not applied yet. Raises MigrationChanged."""
    async with pool.acquire() as connection:
        await connection.execute(_APPLIED)
        return [each for component in components for each in await _left(connection, component)]


async def _apply_next(connection: Connection, component: Sequence[Migration], last: Phase) -> Migration | None:
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
        await connection.execute(_APPLIED)
        following = next(_due(await _left(connection, component), last), None)
        if following:
            if not await connection.fetchval(_OWNS):
                raise NotTheOwner(f"{following.component}/{following.name}")
            await connection.execute(following.sql)
            await connection.execute(
                "insert into schema_migrations (component, name, checksum) values ($1, $2, $3)",
                following.component,
                following.name,
                following.checksum,
            )
        return following


def _due(left: Sequence[Migration], last: Phase) -> Iterator[Migration]:
    """Those to apply now: all of them, or all up to the last `pre`."""
    ends = [nth for nth, each in enumerate(left, 1) if last == "post" or each.phase == "pre"]
    yield from left[: max(ends, default=0)]


async def _left(connection: Connection, component: Sequence[Migration]) -> list[Migration]:
    known = {
        row["name"]: row["checksum"]
        for each in component[:1]
        for row in await connection.fetch(
            "select name, checksum from schema_migrations where component = $1", each.component
        )
    }
    for each in component:
        if known.get(each.name, each.checksum) != each.checksum:
            raise MigrationChanged(f"{each.component}/{each.name}")
    return [each for each in component if each.name not in known]
