"""The organisations as the referral service tells them: one register, typed once, with their dated names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from shared.domain.bounds import Day
from shared.domain.messages import Message, Refused
from shared.eventstore.event_store import Connection
from shared.i18n.code_lists import City, Id, OrganisationName, Sector

SCHEMA = """
create table if not exists organisations (
    organisation text primary key,
    sector       text not null,
    city         text not null
);
create table if not exists organisation_names (
    organisation text not null,
    since        date not null,
    name         text not null,
    primary key (organisation, since)
);
"""


class Organisation(Message):
    """An organisation, and the name it bears on the day in question."""

    organisation: Id
    name: OrganisationName
    sector: Sector
    city: City


class DatedName(Message):
    """A name, from a day on."""

    name: OrganisationName
    since: Day


async def register(connection: Connection, organisation: Organisation, name: DatedName) -> None:
    """Know an organisation, under its name from that day on."""
    await connection.execute(
        "insert into organisations values ($1, $2, $3) on conflict do nothing",
        organisation.organisation,
        organisation.sector,
        organisation.city,
    )
    await rename(connection, organisation.organisation, name)


async def rename(connection: Connection, organisation: Id, name: DatedName) -> None:
    """Know an organisation by another name from that day on."""
    await connection.execute(
        "insert into organisation_names values ($1, $2, $3)"
        " on conflict (organisation, since) do update set name = excluded.name",
        organisation,
        name.since,
        name.name,
    )


_NAMED = (
    "select o.organisation, o.sector, o.city, n.name from organisations o cross join lateral ("
    " select name from organisation_names n where n.organisation = o.organisation"
    " order by n.since > $1, abs(n.since - $1) limit 1) n"
)


async def find(connection: Connection, on: date, after: tuple[str, str], limit: int) -> list[Organisation]:
    """All of them, by name: up to `limit` after the name and id given; without a name yet on that day, by its first."""
    rows = await connection.fetch(
        f"{_NAMED} where (n.name, o.organisation) > ($2, $3) order by n.name, o.organisation limit $4",
        on,
        *after,
        limit,
    )
    return [Organisation(**row) for row in rows]


async def by_id(connection: Connection, ids: Iterable[str], on: date) -> Mapping[str, Organisation]:
    """Those of `ids` that are known, by id, each with its name of that day."""
    rows = await connection.fetch(f"{_NAMED} where o.organisation = any($2)", on, list(ids))
    return {row["organisation"]: Organisation(**row) for row in rows}


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


async def require(connection: Connection, organisations: Iterable[str | None]) -> None:
    """Raises Refused when one of them is not in the register."""
    asked = set(organisations) - {None}
    known = await connection.fetchval("select count(*) from organisations where organisation = any($1)", list(asked))
    if known != len(asked):
        raise Refused("organisation-unknown")


async def city_of(connection: Connection, organisation: str) -> str | None:
    """The city of an organisation, or None when it is not known."""
    city: str | None = await connection.fetchval("select city from organisations where organisation = $1", organisation)
    return city
