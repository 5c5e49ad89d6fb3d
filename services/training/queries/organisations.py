"""The register of organisations, each under the name that it bore on a day."""

from __future__ import annotations

from datetime import date

import asyncpg

from services.training.projections.organisations import DatedName, Organisation
from services.training.refusals import Refusal
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.pagination import Key

# Each organisation with its name on the day $1.
NAMED = (
    "select o.organisation, o.sector, o.city, n.name from organisations o cross join lateral ("
    " select name from organisation_names n where n.organisation = o.organisation"
    " order by n.since > $1, abs(n.since - $1) limit 1) n"
)


async def find(connection: Connection, on: date, after: Key, limit: int) -> list[Organisation]:
    """All of them, by name: up to `limit` after the name and id given; without a name yet on that day, by its first."""
    rows = await connection.fetch(
        f"{NAMED} where (n.name, o.organisation) > ($2, $3) order by n.name, o.organisation limit $4",
        on,
        *after,
        limit,
    )
    return [Organisation(**row) for row in rows]


async def name_of(connection: Connection, organisation: str, on: date) -> str:
    """Its name on that day; of one that is not known, its id."""
    row = await connection.fetchrow(f"{NAMED} where o.organisation = $2", on, organisation)
    return str(row["name"]) if row else organisation


async def names(connection: Connection, organisation: str) -> list[DatedName]:
    """Every name it has borne, the oldest first."""
    rows = await connection.fetch(
        "select name, since from organisation_names where organisation = $1 order by since", organisation
    )
    return [DatedName(**row) for row in rows]


async def written(connection: Connection) -> list[tuple[str, str]]:
    """Every way to write an organisation, its id or a name it bears or bore, with its id."""
    rows = await connection.fetch(
        "select organisation, organisation from organisations union select name, organisation from organisation_names"
    )
    return [(row[0], row[1]) for row in rows]


async def require_known(pool: asyncpg.Pool[asyncpg.Record], *organisations: str | None) -> None:
    """Raises Refused when one of them is not in the register, from which none ever goes."""
    asked = set(organisations) - {None}
    query = "select count(*) from organisations where organisation = any($1)"
    if asked and await pool.fetchval(query, list(asked)) != len(asked):
        raise Refused(Refusal.ORGANISATION_UNKNOWN)


async def city_of(pool: asyncpg.Pool[asyncpg.Record], organisation: str) -> str:
    """The city of an organisation. Raises Refused for one that is not in the register."""
    city: str | None = await pool.fetchval("select city from organisations where organisation = $1", organisation)
    if city is None:
        raise Refused(Refusal.ORGANISATION_UNKNOWN)
    return city
