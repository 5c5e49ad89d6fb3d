"""Every organisation with its dated names, and who refers for it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from shared.domain.clock import today
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.pagination import Page, key_of, page_of
from shared.i18n.municipalities import nis_code


class DatedName(Message):
    """A name, and the day it holds from."""

    name: str
    since: date


class Organisation(Message):
    """One identity and its names, the oldest first; from `ended_on` there are its `successors` in its place."""

    organisation: str
    sector: str
    city: str
    names: tuple[DatedName, ...]
    kbo: str | None = None
    ended_on: date | None = None
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """What a referral that names an organisation is checked against."""

    sector: str
    since: date
    ended: date | None


class Referrer(Message):
    """Someone who refers, by his pseudonymous id."""

    referrer: str
    organisation: str


async def known_organisations(connection: Connection, after: str | None, limit: int) -> Page[Organisation]:
    """Every organisation, by its id."""
    rows = await connection.fetch(
        "select organisation, sector, city, names, kbo, ended, successors from organisations"
        " where $1::text is null or organisation > $1 order by organisation limit $2",
        *(key_of(after, str) or [None]),
        limit + 1,
    )
    found = [
        Organisation(
            organisation=row["organisation"],
            sector=row["sector"],
            city=row["city"],
            names=_dated(row["names"]),
            kbo=row["kbo"],
            ended_on=row["ended"],
            successors=row["successors"],
        )
        for row in rows
    ]
    return page_of(found, limit, lambda each: [each.organisation])


async def registered(connection: Connection, organisation_id: str) -> Registered | None:
    """What is known of an organisation."""
    row = await connection.fetchrow(
        "select sector, since, ended from organisations where organisation = $1", organisation_id
    )
    return Registered(**row) if row else None


async def refers_for(connection: Connection, referrer_id: str, organisation_id: str) -> bool:
    """Whether that is a referrer of the organisation, or of one that it came in the place of."""
    query = (
        "with recursive whole as (select $2::text as organisation union"
        " select each.organisation from organisations each join whole on whole.organisation = any(each.successors))"
        " select exists (select from referrers join whole using (organisation) where referrer = $1)"
    )
    return bool(await connection.fetchval(query, referrer_id, organisation_id))


async def programme_since(connection: Connection, city: str) -> date | None:
    """Since when the programme runs in a city: since it registered its first organisation; None where it does not.

    A city is one of its municipality's names: after a merger that is the merged municipality.
    """
    rows = await connection.fetch("select city, min(since) as since from organisations group by city")
    code = nis_code(city, today())
    return min((row["since"] for row in rows if code and nis_code(row["city"], today()) == code), default=None)


async def organisation_of(connection: Connection, referrer_id: str) -> tuple[str, str | None] | None:
    """The organisation that someone refers for, and its city; None of an id that is no referrer's."""
    row = await connection.fetchrow(
        "select organisation, city from referrers left join organisations using (organisation) where referrer = $1",
        referrer_id,
    )
    return (row["organisation"], row["city"]) if row else None


async def known_referrers(
    connection: Connection,
    cities: Collection[str] | None,
    after: str | None,
    limit: int,
    among: Collection[str] | None = None,
) -> Page[Referrer]:
    """Who refers for an organisation of one of these cities, or of any, by id; `among` these ids, or any."""
    rows = await connection.fetch(
        "select referrer, organisation from referrers join organisations using (organisation)"
        " where ($1::text[] is null or city = any($1)) and ($2::text is null or referrer > $2)"
        " and ($4::text[] is null or referrer = any($4)) order by referrer limit $3",
        None if cities is None else list(cities),
        *(key_of(after, str) or [None]),
        limit + 1,
        None if among is None else list(among),
    )
    return page_of([Referrer(**row) for row in rows], limit, lambda each: [each.referrer])


def _dated(names: str) -> tuple[DatedName, ...]:
    return tuple(DatedName(name=name, since=date.fromisoformat(day)) for day, name in sorted(json.loads(names).items()))
