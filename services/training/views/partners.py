"""Who is a partner? In which role, since when, and under which name on that day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Any

from services.training import organisations
from services.training.domain import partner as rules
from services.training.events import steering as told
from services.training.organisations import DatedName
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection, event_types, recorded

VERSION = 1
SCHEMA = """
create table if not exists partner_terms (
    partner text not null,
    role    text not null,
    since   date not null,
    until   date,
    primary key (partner, since)
);
"""
_TYPES = event_types(told.PartnerJoined, told.PartnerLeft)


class Partner(Message):
    """A partner on a day; `name` is the one it bore on that day."""

    partner: str
    name: str
    city: str | None
    sector: str | None
    role: str
    since: date
    until: date | None


class Term(Message):
    """A role, from a day until a day."""

    role: str
    since: date
    until: date | None


class History(Message):
    """One identity: its names and its roles, the oldest first."""

    partner: str
    names: list[DatedName]
    roles: list[Term]


def stream(partner_id: str) -> str:
    """The stream of one partner, and its key on the topic."""
    return f"partner-{partner_id}"


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """TopicProjection each partner the facts touch again: applying them twice is applying them once."""
    for name in sorted({fact.stream for fact in facts if fact.stream.startswith("partner-")}):
        rows = await connection.fetch("select * from events where stream = $1 order by version", name)
        state = reduce(rules.evolve, (recorded(row, _TYPES).event for row in rows), rules.initial)
        partner = name.removeprefix("partner-")
        await connection.execute("delete from partner_terms where partner = $1", partner)
        await connection.executemany(
            "insert into partner_terms values ($1, $2, $3, $4)",
            [(partner, term.role, term.since, term.until) for term in state.terms],
        )


async def find(connection: Connection, on: date, after: str, limit: int) -> list[Partner]:
    """The partners of a day, each under its name of that day: up to `limit` after the one named."""
    rows = await connection.fetch(
        "select partner, role, since, until from partner_terms"
        " where since <= $1 and (until is null or until > $1) and partner > $2 order by partner limit $3",
        on,
        after,
        limit,
    )
    known = await organisations.by_id(connection, [row["partner"] for row in rows], on)
    found = []
    for row in rows:
        one = known.get(row["partner"])
        named = {"name": one.name, "city": one.city, "sector": one.sector} if one else {"name": row["partner"]}
        found.append(Partner(**{"city": None, "sector": None} | named | dict(row)))
    return found


async def history(connection: Connection, partner: str) -> History | None:
    """All names and roles of one partner; None for who never was one."""
    rows = await connection.fetch(
        "select role, since, until from partner_terms where partner = $1 order by since", partner
    )
    if not rows:
        return None
    return History(
        partner=partner, names=await organisations.names(connection, partner), roles=[Term(**row) for row in rows]
    )
