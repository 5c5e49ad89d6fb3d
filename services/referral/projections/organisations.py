"""Which organisations are known, under which names, each since its day, and who refers for them."""

from __future__ import annotations

from typing import assert_never

from services.referral.organisations.aggregate import ORGANISATION
from services.referral.organisations.events import (
    OrganisationCorrected,
    OrganisationEvent,
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationSplit,
    ReferrerRegistered,
)
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists organisations (
    organisation text  primary key,
    sector       text  not null,
    city         text  not null,
    names        jsonb not null,            -- the day a name holds from: the name
    since        date  not null,
    kbo          text,
    ended        date,                      -- the day from which others are in its place
    successors   text[] not null default '{}'
);
create table if not exists referrers (
    referrer     text  primary key,
    organisation text  not null             -- the first that it was registered for
);
create index if not exists referrers_organisation on referrers (organisation);
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """Keep every name by its day, and of each referrer the first organisation."""
    if found := change.of(ORGANISATION):
        for recorded in found.recorded:
            await _apply(connection, recorded.event)


async def _apply(connection: Connection, event: OrganisationEvent) -> None:
    match event:
        case OrganisationRegistered():
            await connection.execute(
                "insert into organisations values ($1, $2, $3, jsonb_build_object($4::text, $5::text), $6, $7)"
                " on conflict do nothing",
                event.organisation_id,
                event.sector,
                event.city,
                str(event.since),
                event.name,
                event.since,
                event.kbo,
            )
        case OrganisationRenamed():
            await connection.execute(
                "update organisations set names = names || jsonb_build_object($2::text, $3::text)"
                " where organisation = $1",
                event.organisation_id,
                str(event.since),
                event.name,
            )
        case OrganisationCorrected():
            await connection.execute(
                "update organisations set sector = $2, city = $3, kbo = $4 where organisation = $1",
                event.organisation_id,
                event.sector,
                event.city,
                event.kbo,
            )
        case OrganisationMerged() | OrganisationSplit():
            into = [event.into] if isinstance(event, OrganisationMerged) else list(event.into)
            await connection.execute(
                "update organisations set ended = $2, successors = $3 where organisation = $1",
                event.organisation_id,
                event.since,
                into,
            )
        case ReferrerRegistered():
            await connection.execute(
                "insert into referrers values ($1, $2) on conflict do nothing", event.referrer_id, event.organisation_id
            )
        case _:
            assert_never(event)


PROJECTION = Projection("organisations", 3, SCHEMA, apply)
