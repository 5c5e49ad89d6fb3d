"""Which offers are there, and what are their modules in the version that holds?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from services.carousel.domain.offer import evolve, initial
from services.carousel.events.values import Module
from services.carousel.views.keyset import Key, beyond
from services.carousel.views.streams import OFFER, touched
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection
from shared.i18n.text import Language

VERSION = 2
SCHEMA = """
create table if not exists offers (
    offer    text    primary key,
    version  integer not null,
    language text    not null,
    modules  jsonb   not null
);
"""


class Offer(Message):
    """The version of an offer that holds."""

    offer: str
    version: int
    language: Language
    modules: tuple[Module, ...]


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """Keep the last version of each offer."""
    async for stream in touched(connection, facts, OFFER):
        state = initial
        for fact in stream:
            state = evolve(state, fact.event)
        await connection.execute(
            "insert into offers values ($1, $2, $3, $4) on conflict (offer) do update"
            " set version = excluded.version, language = excluded.language, modules = excluded.modules",
            stream[0].event.offer_id,
            state.version,
            state.language,
            json.dumps([module.model_dump() for module in state.modules]),
        )


async def find(connection: Connection, limit: int, after: Key) -> list[Offer]:
    """Every offer, by its id."""
    rows = await connection.fetch(
        f"select * from offers where true{beyond('offer', after, 2)} order by offer limit $1", limit, *(after or ())
    )
    return [_offer(dict(row)) for row in rows]


async def find_one(connection: Connection, offer_id: str) -> Offer | None:
    """One offer, or None."""
    row = await connection.fetchrow("select * from offers where offer = $1", offer_id)
    return _offer(dict(row)) if row else None


def _offer(row: dict[str, Any]) -> Offer:
    return Offer.model_validate(row | {"modules": json.loads(row["modules"])})
