"""Whose figures a coordinator may read: those of a city he acts for, and of all together who acts for every one."""

from __future__ import annotations

from collections.abc import Collection

from services.reporting import project
from services.reporting.indicators import Indicator, StepName, catalogue
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.problems import NotVisible

_BY_ANYBODY: frozenset[StepName | None] = frozenset({"received", "preceded"})  # a referrer may have mistyped the city


async def require_sight(connection: Connection, caller: Caller, city: str | None) -> None:
    """Raises NotVisible for a city of others, and Refused `city-needed` for all cities of who acts for some only."""
    if city is not None:
        if city not in caller.cities:
            raise NotVisible
    elif not await _every_city(connection) <= caller.cities:
        raise Refused("city-needed")


async def _every_city(connection: Connection) -> set[str]:
    """The cities of the project, and any other in which somebody who does the work took a step.

    Until the project is described, nobody can tell a city from a mistake: every one that was ever named.
    """
    about = await project.described(connection)
    of_the_group = [each for each in catalogue() if each.city in ("preferred", "group")]
    if about is None:
        return await _named(connection, of_the_group)
    return about.cities | await _named(connection, [each for each in of_the_group if each.step not in _BY_ANYBODY])


async def _named(connection: Connection, indicators: Collection[Indicator]) -> set[str]:
    codes = [each.code for each in indicators]
    rows = await connection.fetch("select distinct city from figures where indicator = any($1::text[])", codes)
    return {row["city"] for row in rows} - {""}
