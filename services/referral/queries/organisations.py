"""Every organisation with its dated names, and who refers for it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date

from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.pagination import Page, key_of, page_of


class DatedName(Message):
    """A name, and the day it holds from."""

    name: str
    since: date


class Organisation(Message):
    """One identity and its names, the oldest first."""

    organisation: str
    sector: str
    city: str
    names: tuple[DatedName, ...]


class Referrer(Message):
    """Someone who refers, by his pseudonymous id."""

    referrer: str
    organisation: str


async def known_organisations(connection: Connection, after: str | None, limit: int) -> Page[Organisation]:
    """Every organisation, by its id."""
    rows = await connection.fetch(
        "select organisation, sector, city, names from organisations"
        " where $1::text is null or organisation > $1 order by organisation limit $2",
        *(key_of(after, str) or [None]),
        limit + 1,
    )
    found = [
        Organisation(
            organisation=row["organisation"], sector=row["sector"], city=row["city"], names=_dated(row["names"])
        )
        for row in rows
    ]
    return page_of(found, limit, lambda each: [each.organisation])


async def organisation_of(connection: Connection, referrer_id: str) -> tuple[str, str | None] | None:
    """The organisation that someone refers for, and its city; None of an id that is no referrer's."""
    row = await connection.fetchrow(
        "select organisation, city from referrers left join organisations using (organisation) where referrer = $1",
        referrer_id,
    )
    return (row["organisation"], row["city"]) if row else None


async def known_referrers(
    connection: Connection, cities: Collection[str] | None, after: str | None, limit: int
) -> Page[Referrer]:
    """Who refers for an organisation of one of these cities, or of any, by id."""
    rows = await connection.fetch(
        "select referrer, organisation from referrers join organisations using (organisation)"
        " where ($1::text[] is null or city = any($1)) and ($2::text is null or referrer > $2)"
        " order by referrer limit $3",
        None if cities is None else list(cities),
        *(key_of(after, str) or [None]),
        limit + 1,
    )
    return page_of([Referrer(**row) for row in rows], limit, lambda each: [each.referrer])


def _dated(names: str) -> tuple[DatedName, ...]:
    return tuple(DatedName(name=name, since=date.fromisoformat(day)) for day, name in sorted(json.loads(names).items()))
