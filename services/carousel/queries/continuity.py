"""How steady is the pair of facilitators of each cycle, and who stands in for whom?"""

from __future__ import annotations

import json
from datetime import date

from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.pagination import Page, PageRequest


class Cover(Message):
    """Somebody stood in for one of the pair at one session."""

    session: str
    held_on: date
    absent: str
    cover: str


class Continuity(Message):
    """A cycle: of the sessions held, how many with the pair that was planned; and every cover, also to come."""

    cycle: str
    first_on: date
    city: str
    place: str
    facilitators: tuple[str, ...]
    sessions_held: int
    held_by_the_pair: int
    covers: tuple[Cover, ...]


async def find(
    connection: Connection, caller: Caller, period: tuple[date, date], page: PageRequest
) -> Page[Continuity]:
    """The cycles of the caller's organisation that begin in a period."""
    rows = await connection.fetch(
        "select c.cycle, c.first_on, c.city, c.place, c.facilitators,"
        " count(*) filter (where s.status = 'held') as sessions_held,"
        " count(*) filter (where s.status = 'held' and s.covers = '{}') as held_by_the_pair,"
        " coalesce(jsonb_agg(jsonb_build_array(s.session, s.held_on, s.covers) order by s.held_on)"
        "  filter (where s.covers <> '{}' and s.status <> 'cancelled'), '[]') as covers"
        " from cycles c join sessions s using (cycle)"
        " where c.organisation = $1 and c.first_on between $2 and $3 and (c.first_on, c.cycle) > ($5, $6)"
        " group by c.cycle order by c.first_on, c.cycle limit $4",
        caller.organisation,
        *period,
        page.rows,
        *page.key(date.min, ""),
    )
    found = [Continuity.model_validate(dict(row) | {"covers": _covers(row["covers"])}) for row in rows]
    return page.page(found, lambda each: [each.first_on, each.cycle])


def _covers(column: str) -> list[Cover]:
    return [
        Cover(session=session, held_on=date.fromisoformat(held_on), absent=absent, cover=cover)
        for session, held_on, covers in json.loads(column)
        for absent, cover in sorted(covers.items())
    ]
