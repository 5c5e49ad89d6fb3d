"""Who is expected at a session, and which sessions in the past did nobody record?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, time

from services.carousel.values import Mark
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.pagination import Page, PageRequest


class Expected(Message):
    """Somebody expected at a session, with his mark once it was held."""

    referral: str
    mark: Mark | None


class SessionSheet(Message):
    """What the facilitators take into the room."""

    session: str
    cycle: str
    city: str
    place: str
    module: int
    held_on: date
    starts: time
    status: str
    facilitators: tuple[str, ...]
    covers: dict[str, str]
    expected: tuple[Expected, ...]


class Unrecorded(Message):
    """A session in the past that nobody recorded."""

    cycle: str
    session: str
    module: int
    held_on: date
    days_late: int


async def sheet(connection: Connection, cycle_id: str, session_id: str) -> SessionSheet | None:
    """One session with everyone expected, or None; whether it may be seen, `access` says."""
    row = await connection.fetchrow(
        "select s.*, c.city, c.place, c.facilitators from sessions s join cycles c using (cycle)"
        " where s.cycle = $1 and s.session = $2",
        cycle_id,
        session_id,
    )
    if row is None:
        return None
    marks = json.loads(row["marks"])
    expected = [{"referral": each, "mark": marks.get(each)} for each in row["expected"]]
    known = {name: row[name] for name in SessionSheet.model_fields if name not in {"expected", "covers"}}
    return SessionSheet.model_validate(known | {"expected": expected, "covers": json.loads(row["covers"])})


async def in_another_cycle(connection: Connection, cycle_id: str, sessions: Sequence[str]) -> bool:
    """Whether a session of one of these ids belongs to another cycle: an id tells one session everywhere."""
    found: bool = await connection.fetchval(
        "select exists (select from sessions where session = any($1) and cycle <> $2)", list(sessions), cycle_id
    )
    return found


async def unrecorded(connection: Connection, caller: Caller, today: date, page: PageRequest) -> Page[Unrecorded]:
    """The sessions of the caller's organisation that should have been held and were not recorded, oldest first."""
    rows = await connection.fetch(
        "select cycle, session, module, held_on, $2::date - held_on as days_late from sessions"
        " where organisation = $1 and status = 'planned' and held_on < $2"
        " and (held_on, cycle, session) > ($4, $5, $6) order by held_on, cycle, session limit $3",
        caller.organisation,
        today,
        page.rows,
        *page.key(date.min, "", ""),
    )
    return page.page([Unrecorded(**row) for row in rows], lambda each: [each.held_on, each.cycle, each.session])
