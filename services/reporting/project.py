"""What the report says of the project itself: title, municipalities, contacts. Every version is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from services.reporting.refusals import Refusal
from shared.domain.messages import Message, Refused
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of
from shared.http.auth import Caller
from shared.http.problems import NotVisible
from shared.i18n.code_lists import City
from shared.i18n.text import LOCALES, STORABLE, Language

MIGRATIONS = migrations_of("projects", Path(__file__).parent / "sql")

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=STORABLE)]
Translated = Annotated[dict[Language, Line], Field(min_length=1)]


class Contact(Message):
    """A service that answers for the project: its name in at least one language, and its mailbox."""

    service: Translated
    email: Line


class Project(Message):
    """The fields of the federal form; a text lacking in a language is printed in one it has.

    `translations` are the languages in which the title is not the project's own but was translated later.
    """

    title: Translated
    coordinating_municipality: City
    participating_municipalities: Annotated[tuple[City, ...], Field(max_length=600)]
    contacts: Annotated[tuple[Contact, ...], Field(max_length=50)]
    duration_years: Annotated[int, Field(ge=0, le=100)]
    translations: Annotated[tuple[Language, ...], Field(max_length=len(LOCALES))] = ()

    @property
    def cities(self) -> set[str]:
        """Every municipality of the project."""
        return {self.coordinating_municipality, *self.participating_municipalities}


async def describe(connection: Connection, project: Project, caller: Caller) -> int:
    """Describe the project anew; the same twice changes nothing. Returns the version that holds.

    Only a coordinator of the coordinating municipality may: of the one that holds, or of the one that he names first.
    Raises NotVisible for others, and Refused `municipality-not-of-project`.
    """
    async with connection.transaction():
        await connection.execute("lock table projects in share row exclusive mode")
        _require_access(await described(connection), project, caller)
        return await _insert_if_other(connection, project, caller.subject)


def _require_access(held: Project | None, project: Project, caller: Caller) -> None:
    if (held or project).coordinating_municipality not in caller.cities:
        raise NotVisible
    if held and project.coordinating_municipality not in held.cities | caller.cities:
        raise Refused(Refusal.MUNICIPALITY_NOT_OF_PROJECT)


async def _insert_if_other(connection: Connection, project: Project, by: str) -> int:
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
