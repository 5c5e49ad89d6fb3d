"""What the report says of the project itself: title, municipalities, contacts. Every version is kept."""

from __future__ import annotations

from services.reporting.report import Project
from shared.event_store import Connection

SCHEMA = """
create table if not exists projects (
    version bigint generated always as identity primary key,
    by      text        not null,
    at      timestamptz not null default now(),
    data    jsonb       not null
);
"""


async def describe(connection: Connection, project: Project, by: str) -> int:
    """Describe the project anew; asked twice changes nothing. Returns the version that holds."""
    version: int = await connection.fetchval(
        "with held as (select version, data from projects order by version desc limit 1),"
        " new as (insert into projects (by, data) select $1, $2::jsonb"
        "  where not exists (select from held where data = $2::jsonb) returning version)"
        " select version from new union all select version from held order by version desc limit 1",
        by,
        project.model_dump_json(),
    )
    return version


async def described(connection: Connection) -> Project | None:
    """The project as last described, or None."""
    data = await connection.fetchval("select data from projects order by version desc limit 1")
    return Project.model_validate_json(data) if data else None
