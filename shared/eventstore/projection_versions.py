"""Which version of a set of tables is live, and the lock between processes of several versions.

Rules for code that writes to the tables of `what` (inline projections, or a topic projection by its consumer's name):

- inside the transaction that writes, call `lock_version(connection, what, version)` before the first write; when it
  returns False another version is live: write nothing there;
- create a schema on live tables only when `built_version` is None and there is nothing to apply; any other is created
  in a shadow schema;
- in the background ask `version_state()` every few seconds.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of, schema_of

MIGRATIONS = migrations_of("projections", Path(__file__).parent / "sql" / "projections")
SCHEMA = schema_of(MIGRATIONS)
ALIVE_SECONDS = 30.0


class VersionState(StrEnum):
    """How the live tables relate to the version of a process."""

    CURRENT = "current"
    TO_BUILD = "to-build"
    SUPERSEDED = "superseded"


async def lock_version(connection: Connection, what: str, version: str) -> bool:
    """Whether the live tables of `what` are of `version`; they stay what they are until the caller's transaction ends.

    False: write nothing to them. Never call it for tables in a shadow schema.
    """
    return bool(await connection.fetchval("select lock_version($1) = $2", what, version))


async def version_state(
    connection: Connection, what: str, version: str, alive_seconds: float = ALIVE_SECONDS
) -> VersionState:
    """What a process of `version` should do about the tables of `what`; a current one notes here that it is alive.

    SUPERSEDED: this version was live before another replaced it, and a process of that other one was alive within the
    last `alive_seconds` (of the database's clock). So an old process that is restarted during a rolling update does not
    rebuild its tables, and a rollback does as soon as no process of the newer version is left.
    """
    row = await connection.fetchrow(
        "with alive as (update built set seen_at = now()"
        "  where what = $1 and version = $2 and seen_at < now() - interval '2 seconds')"
        " select version = $2 as current,"
        "  $2 = any(earlier) and seen_at > now() - make_interval(secs => $3) as superseded"
        " from built where what = $1",
        what,
        version,
        alive_seconds,
    )
    if row is not None and row["current"]:
        return VersionState.CURRENT
    return VersionState.SUPERSEDED if row is not None and row["superseded"] else VersionState.TO_BUILD


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
