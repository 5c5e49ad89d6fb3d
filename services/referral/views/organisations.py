"""Which organisations are known? Under which names, each since its day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.referral.events import OrganisationRegistered, OrganisationRenamed
from shared.event_store import Connection
from shared.messages import Message, Recorded

VERSION = 1
SCHEMA = """
create table if not exists organisations (
    organisation text  primary key,
    sector       text  not null,
    city         text  not null,
    names        jsonb not null             -- the day a name holds from: the name
);
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


async def find(connection: Connection) -> list[Organisation]:
    """Every organisation, by its id."""
    rows = await connection.fetch("select organisation, sector, city, names from organisations order by organisation")
    return [
        Organisation(
            organisation=row["organisation"], sector=row["sector"], city=row["city"], names=_dated(row["names"])
        )
        for row in rows
    ]


def _dated(names: str) -> tuple[DatedName, ...]:
    return tuple(DatedName(name=name, since=date.fromisoformat(day)) for day, name in sorted(json.loads(names).items()))
