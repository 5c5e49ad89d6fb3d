"""Who is a partner? In which role, and since when."""

from __future__ import annotations

from services.training.partners.aggregate import PARTNER
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists partner_terms (
    partner text not null,
    role    text not null,
    since   date not null,
    until   date,
    primary key (partner, since)
);
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """The terms of a partner, all of them again."""
    if found := change.of(PARTNER):
        await connection.execute("delete from partner_terms where partner = $1", found.id)
        await connection.executemany(
            "insert into partner_terms values ($1, $2, $3, $4)",
            [(found.id, term.role, term.since, term.until) for term in found.state.terms],
        )


PROJECTION = Projection("partners", 1, SCHEMA, apply)
