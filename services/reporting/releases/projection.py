"""Which releases are published? Their canonical bytes, by number: what the public list and all exports read."""

from __future__ import annotations

from services.reporting.releases.aggregate import RELEASES
from services.reporting.releases.canonical import canonical
from services.reporting.releases.events import ReleasePublished, ReleaseSuperseded
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists published_releases (
    number        integer primary key,
    release       text    not null,
    "on"          date    not null,
    kind          text    not null,
    since         date    not null,
    until         date    not null,
    supersedes    integer,
    superseded_by integer,
    sha256        text    not null,
    document      bytea   not null
);
"""
_PUT = """
insert into published_releases (number, release, "on", kind, since, until, supersedes, sha256, document)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (number) do nothing
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """A row for each that is published; one that is replaced says so."""
    found = change.of(RELEASES)
    if not found:
        return
    for each in found.recorded:
        match each.event:
            case ReleasePublished() as event:
                told, period = event.document, event.document.period
                await connection.execute(
                    _PUT, told.number, event.release_id, event.on, period.kind, period.since, period.until,
                    told.supersedes, event.digest, canonical(told),
                )  # fmt: skip
            case ReleaseSuperseded() as event:
                await connection.execute(
                    "update published_releases set superseded_by = $2 where release = $1",
                    event.release_id,
                    event.superseded_by,
                )


PROJECTION = Projection("releases", 1, SCHEMA, apply)
