"""What the report says of the project itself: title, municipalities, contacts. Every version is kept."""

from __future__ import annotations

from services.reporting.report import Project
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.problems import NotVisible

SCHEMA = """
create table if not exists projects (
    version bigint generated always as identity primary key,
    by      text        not null,
    at      timestamptz not null default now(),
    data    jsonb       not null
);
"""


async def describe(connection: Connection, project: Project, caller: Caller) -> int:
    """Describe the project anew; asked twice changes nothing. Returns the version that holds.

    Only a coordinator of the coordinating municipality may: of the one that holds, or of the one that he names first.
    Raises NotVisible for others, and Refused `municipality-not-of-project`.
    """
    async with connection.transaction():
        await connection.execute("lock table projects in share row exclusive mode")
        _permit(await described(connection), project, caller)
        return await _described_anew(connection, project, caller.subject)


def _permit(held: Project | None, project: Project, caller: Caller) -> None:
    if (held or project).coordinating_municipality not in caller.cities:
        raise NotVisible
    if held and project.coordinating_municipality not in held.cities | caller.cities:
        raise Refused("municipality-not-of-project")


async def _described_anew(connection: Connection, project: Project, by: str) -> int:
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
    return Project.model_validate_json(data, extra="ignore") if data else None
