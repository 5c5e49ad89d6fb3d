"""The register of organisations, each under the name that it bore on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import asyncpg

from services.training.projections.organisations import DatedName, Organisation
from services.training.queries.successors import successors
from services.training.refusals import Refusal
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.pagination import Key

# Each organisation with its name on the day $1: of one that had merged by then, that of what it became part of.
NAMED = """
select o.organisation, o.sector, o.city, n.name from organisations o cross join lateral (
    with recursive road (id, step) as (
        select o.organisation, 0
        union all select s.into_ids[1], step + 1 from road join organisation_successors s on s.organisation = road.id
            and s.since <= $1 and cardinality(s.into_ids) = 1 and step < 20)
    select name from organisation_names n join road on road.id = n.organisation
    order by step desc, n.since > $1, abs(n.since - $1) limit 1) n
"""


async def find(connection: Connection, on: date, after: Key, limit: int) -> list[Organisation]:
    """Those of that day, by name: up to `limit` after the name and id given; without a name yet, by its first."""
    rows = await connection.fetch(
        f"{NAMED} where (n.name, o.organisation) > ($2, $3) and not exists (select from organisation_successors s"
        " where s.organisation = o.organisation and s.since <= $1) order by n.name, o.organisation limit $4",
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


async def written(connection: Connection, on: date) -> list[tuple[str, str]]:
    """Every way to write an organisation, its id or a name it bears or bore, with the id that stands for it that day.

    Of one that was split its ways mean nothing any more.
    """
    rows = await connection.fetch(
        "select organisation, organisation from organisations union select name, organisation from organisation_names"
    )
    became = await successors(connection, on)
    return [(row[0], now[0]) for row in rows if len(now := became.of(row[1])) == 1]


async def current(
    pool: asyncpg.Pool[asyncpg.Record], on: date, **asked: str | Sequence[str | None] | None
) -> Mapping[str | None, str | None]:
    """The ids that stand on that day for those which the fields of a request name; None stands for None.

    Raises Refused with the field for an organisation that is not in the register, from which none ever goes, and for
    one that was split: which of those in its place is meant nobody knows.
    """
    found: dict[str | None, str | None] = {None: None}
    async with pool.acquire() as connection:
        became = await successors(connection, on)
        for field, value in asked.items():
            ids = {value} if isinstance(value, str) or value is None else set(value)
            known = await connection.fetch(
                "select organisation from organisations where organisation = any($1)", list(ids - {None})
            )
            if len(known) < len(ids - {None}):
                raise Refused(Refusal.ORGANISATION_UNKNOWN, field=field)
            found |= {each: _one(became.of(each), field) for each in ids if each}
    return found


def _one(now: Sequence[str], field: str) -> str:
    if len(now) > 1:
        raise Refused(Refusal.ORGANISATION_SPLIT, field=field, into=" ".join(now))
    return now[0]


async def city_of(pool: asyncpg.Pool[asyncpg.Record], organisation: str) -> str:
    """The city of an organisation. Raises Refused for one that is not in the register."""
    city: str | None = await pool.fetchval("select city from organisations where organisation = $1", organisation)
    if city is None:
        raise Refused(Refusal.ORGANISATION_UNKNOWN, field="partner_id")
    return city
