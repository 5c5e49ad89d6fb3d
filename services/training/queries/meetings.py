"""The meetings of the steering group, and its decisions that are not done."""

from __future__ import annotations

from datetime import date

from services.training.queries.organisations import NAMED
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.pagination import Key

_MEETINGS = """
select meeting, city, "on", held, partners, release from meetings where ("on", meeting) > ($1, $2)
order by "on", meeting limit $3
"""
_OPEN = f"""
select meeting, decision, text, owner, taken_on, due, due < $1 as overdue, coalesce(o.name, owner) as owner_name
from decisions left join ({NAMED}) o on o.organisation = owner
where done_on is null and (due, meeting, decision) > ($2, $3, $4) order by due, meeting, decision limit $5
"""


class Meeting(Message):
    """One meeting, held or planned for that day."""

    meeting: str
    city: str
    on: date
    held: bool
    partners: tuple[str, ...]
    release: str | None


class Open(Message):
    """A decision that is not done, with the name its owner bears today; `overdue` when its date has passed."""

    meeting: str
    decision: str
    text: str
    owner: str
    taken_on: date
    due: date
    overdue: bool
    owner_name: str


async def meetings(connection: Connection, after: Key, limit: int) -> list[Meeting]:
    """Every meeting, in order of day: up to `limit` after the key."""
    return [Meeting(**row) for row in await connection.fetch(_MEETINGS, *after, limit)]


async def open_decisions(connection: Connection, today: date, after: Key, limit: int) -> list[Open]:
    """What is not done, the soonest due first: up to `limit` after the key."""
    return [Open(**row) for row in await connection.fetch(_OPEN, today, *after, limit)]
