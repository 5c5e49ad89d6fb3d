"""The organisations as the referral service tells them: one register, typed once, with their dated names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from shared.contracts import referral as contract
from shared.event_store import Connection
from shared.inbox import Heard
from shared.messages import Message, Refused

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

    organisation: str
    name: str
    sector: str
    city: str


class DatedName(Message):
    """A name, from a day on."""

    name: str
    since: date


async def apply(connection: Connection, heard: Sequence[Heard]) -> None:
    """Keep what was told; applying it twice is applying it once."""
    for each in heard:
        match each.message:
            case contract.OrganisationRegistered() as told:
                await connection.execute(
                    "insert into organisations values ($1, $2, $3) on conflict do nothing",
                    told.organisation,
                    told.sector,
                    told.city,
                )
                await _name(connection, told)
            case contract.OrganisationRenamed() as told:
                await _name(connection, told)


async def _name(connection: Connection, told: contract.OrganisationRegistered | contract.OrganisationRenamed) -> None:
    await connection.execute(
        "insert into organisation_names values ($1, $2, $3)"
        " on conflict (organisation, since) do update set name = excluded.name",
        told.organisation,
        told.since,
        told.name,
    )


async def find(connection: Connection, on: date) -> list[Organisation]:
    """All of them, by name; one that has no name yet on that day has its first."""
    rows = await connection.fetch(
        "select o.organisation, o.sector, o.city, n.name from organisations o cross join lateral ("
        " select name from organisation_names n where n.organisation = o.organisation"
        " order by n.since > $1, abs(n.since - $1) limit 1) n order by n.name, o.organisation",
        on,
    )
    return [Organisation(**row) for row in rows]


async def by_id(connection: Connection, on: date) -> Mapping[str, Organisation]:
    """The same, by id."""
    return {each.organisation: each for each in await find(connection, on)}


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
