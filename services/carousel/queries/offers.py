"""Which offers are there, and what are their modules in the version that holds?"""

from __future__ import annotations

import json

import asyncpg

from services.carousel.values import Module
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.pagination import Page, PageRequest
from shared.i18n.text import Language


class Offer(Message):
    """The version of an offer that holds."""

    offer: str
    version: int
    language: Language
    modules: tuple[Module, ...]


async def find(connection: Connection, page: PageRequest) -> Page[Offer]:
    """Every offer, by its id."""
    rows = await connection.fetch(
        "select * from offers where offer > $2 order by offer limit $1", page.rows, *page.key("")
    )
    return page.page([_offer(row) for row in rows], lambda each: [each.offer])


def _offer(row: asyncpg.Record) -> Offer:
    return Offer.model_validate(dict(row) | {"modules": json.loads(row["modules"])})
