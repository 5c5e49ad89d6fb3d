"""Which organisations are known, under which names, each since its day? Who refers for them?"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from services.referral.events import OrganisationRegistered, OrganisationRenamed, ReferrerRegistered
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection
from shared.http.pagination import Page, key_of, page_of

VERSION = 2
SCHEMA = """
create table if not exists organisations (
    organisation text  primary key,
    sector       text  not null,
    city         text  not null,
    names        jsonb not null             -- the day a name holds from: the name
);
create table if not exists referrers (
    referrer     text  primary key,
    organisation text  not null             -- the first that it was registered for
);
create index if not exists referrers_organisation on referrers (organisation);
"""


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


def stream(organisation_id: str) -> str:
    """The stream of one organisation, and its key on the topic."""
    return f"organisation-{organisation_id}"


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """Keep every name by its day: applying the facts twice is applying them once."""
    for fact in facts:
        match fact.event:
            case OrganisationRegistered() as told:
                await connection.execute(
                    "insert into organisations values ($1, $2, $3, jsonb_build_object($4::text, $5::text))"
                    " on conflict do nothing",
                    told.organisation_id,
                    told.sector,
                    told.city,
                    str(told.since),
                    told.name,
                )
            case OrganisationRenamed() as told:
                await connection.execute(
                    "update organisations set names = names || jsonb_build_object($2::text, $3::text)"
                    " where organisation = $1",
                    told.organisation_id,
                    str(told.since),
                    told.name,
                )
            case ReferrerRegistered() as told:
                await connection.execute(
                    "insert into referrers values ($1, $2) on conflict do nothing",
                    told.referrer_id,
                    told.organisation_id,
                )


async def find(connection: Connection, after: str | None, limit: int) -> Page[Organisation]:
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


async def referrer(connection: Connection, referrer_id: str) -> tuple[str, str | None] | None:
    """The organisation that someone refers for, and its city; None of an id that is no referrer's."""
    row = await connection.fetchrow(
        "select organisation, city from referrers left join organisations using (organisation) where referrer = $1",
        referrer_id,
    )
    return (row["organisation"], row["city"]) if row else None


async def referrers(
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
