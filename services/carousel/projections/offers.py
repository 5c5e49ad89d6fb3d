"""Which offers are there, and what are their modules in the version that holds?"""

from __future__ import annotations

import json

from services.carousel.offers.aggregate import OFFER
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists offers (
    offer    text    primary key,
    version  integer not null,
    language text    not null,
    modules  jsonb   not null
);
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """Keep the last version of each offer."""
    if found := change.of(OFFER):
        await connection.execute(
            "insert into offers values ($1, $2, $3, $4) on conflict (offer) do update"
            " set version = excluded.version, language = excluded.language, modules = excluded.modules",
            found.id,
            found.state.version,
            found.state.language,
            json.dumps([each.model_dump() | {"identity": each.needed.identity} for each in found.state.modules]),
        )


PROJECTION = Projection("offers", 3, SCHEMA, apply)
