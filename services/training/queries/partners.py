"""The partners of a day, and the history of each."""

from __future__ import annotations

from datetime import date

from services.training.projections.organisations import DatedName
from services.training.queries.organisations import NAMED, names
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection

_ON = f"""
select partner, coalesce(o.name, partner) as name, o.city, o.sector, role, since, until
from partner_terms left join ({NAMED}) o on o.organisation = partner
where since <= $1 and (until is null or until > $1) and partner > $2 order by partner limit $3
"""


class Term(Message):
    """A role, from a day until a day."""

    role: str
    since: date
    until: date | None


class Partner(Term):
    """A partner on a day; `name` is the one it bore on that day."""

    partner: str
    name: str
    city: str | None
    sector: str | None


class History(Message):
    """One identity: its names and its roles, the oldest first."""

    partner: str
    names: list[DatedName]
    roles: list[Term]


async def find(connection: Connection, on: date, after: str, limit: int) -> list[Partner]:
    """The partners of a day, each under its name of that day: up to `limit` after the one named."""
    return [Partner(**row) for row in await connection.fetch(_ON, on, after, limit)]


async def history(connection: Connection, partner: str) -> History | None:
    """All names and roles of one partner; None for who never was one."""
    query = "select role, since, until from partner_terms where partner = $1 order by since"
    roles = [Term(**row) for row in await connection.fetch(query, partner)]
    return History(partner=partner, names=await names(connection, partner), roles=roles) if roles else None
