"""Whose figures a coordinator may read: those of a city he acts for, and of all together who acts for every one.

Releases are prepared and published by who coordinates the project, and approved by others who take part in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypeAlias

import asyncpg
from fastapi import Depends, Request

from services.reporting.metrics.catalogue import Indicator, StepName, catalogue
from services.reporting.project import Project, described
from services.reporting.refusals import Refusal
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.authorization import allow
from shared.http.problems import NotVisible

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Coordinator = Annotated[Caller, allow(Role.COORDINATOR)]
Anybody = Annotated[Caller, allow(*Role)]
Approver = Annotated[Caller, allow(Role.COORDINATOR, Role.STEERING)]

_BY_ANYBODY: frozenset[StepName | None] = frozenset(  # a referrer may have mistyped the city
    {"received", "preceded", "from_other_city", "living_elsewhere"}
)


def _pool_of(request: Request) -> Pool:
    pool: Pool = request.app.state.pool
    return pool


Database = Annotated[Pool, Depends(_pool_of)]


async def require_access(connection: Connection, caller: Caller, city: str | None) -> None:
    """Raises NotVisible for a city of others, and Refused `city-needed` for all cities of who acts for some only."""
    if city is not None:
        if city not in caller.cities:
            raise NotVisible
    elif not await _every_city(connection) <= caller.cities:
        raise Refused(Refusal.CITY_NEEDED)


async def require_coordinating(connection: Connection, caller: Caller) -> Project:
    """The project, for a coordinator of its coordinating municipality. Raises NotVisible, Refused."""
    project = await _project(connection)
    if project.coordinating_municipality not in caller.cities:
        raise NotVisible
    return project


async def require_taking_part(connection: Connection, caller: Caller) -> Project:
    """The project, for the steering group and for a coordinator of one of its cities. Raises NotVisible, Refused."""
    project = await _project(connection)
    if caller.role is not Role.STEERING and not project.cities & caller.cities:
        raise NotVisible
    return project


async def _project(connection: Connection) -> Project:
    project = await described(connection)
    if project is None:
        raise Refused(Refusal.PROJECT_NOT_DESCRIBED)
    return project


async def _every_city(connection: Connection) -> set[str]:
    """The cities of the project, and any other in which somebody who does the work took a step.

    Until the project is described, nobody can tell a city from a mistake: every one that was ever named.
    """
    project = await described(connection)
    of_the_group = [each for each in catalogue() if each.city in ("preferred", "group")]
    if project is None:
        return await _cities_of(connection, of_the_group)
    steps = [each for each in of_the_group if each.step not in _BY_ANYBODY]
    return project.cities | await _cities_of(connection, steps)


async def _cities_of(connection: Connection, indicators: Iterable[Indicator]) -> set[str]:
    codes = [each.code for each in indicators]
    rows = await connection.fetch("select distinct city from figures where indicator = any($1::text[])", codes)
    return {row["city"] for row in rows} - {""}
