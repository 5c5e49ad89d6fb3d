"""Which cycles begin in a period? Nobody in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

import asyncpg

from shared.domain.messages import JsonObject, Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.pagination import Page, PageRequest
from shared.i18n.code_lists import PartOfDay, Weekday
from shared.i18n.text import Language


class SessionPlanned(Message):
    """A session as everyone who works with the groups may know it: nobody in it."""

    session: str
    module: int
    entry_allowed: bool
    held_on: date
    starts: time
    status: str
    expected: int
    seats_free: int


class CycleSlot(Message):
    """Where and when a cycle takes place, for whom, and who runs it."""

    cycle: str
    language: Language
    modules: tuple[int, ...]
    organisation: str
    city: str
    place: str
    weekday: Weekday
    part_of_day: PartOfDay
    capacity: int


class Cycle(CycleSlot):
    """A cycle with its sessions: nobody in it."""

    offer: str
    offer_version: int
    facilitators: tuple[str, ...]
    first_on: date
    last_on: date
    closed: bool
    sessions: tuple[SessionPlanned, ...]


async def find(connection: Connection, caller: Caller, period: tuple[date, date], page: PageRequest) -> Page[Cycle]:
    """The cycles that begin in a period: of his organisation for a facilitator, of his cities for a coordinator."""
    own = caller.role is Role.FACILITATOR
    rows = await connection.fetch(
        f"select * from cycles where {'organisation = $1' if own else 'city = any($1)'}"
        " and first_on between $2 and $3 and (first_on, cycle) > ($5, $6) order by first_on, cycle limit $4",
        caller.organisation if own else list(caller.cities),
        *period,
        page.rows,
        *page.key(date.min, ""),
    )
    sessions = await sessions_of(connection, [row["cycle"] for row in rows])
    found = [
        Cycle.model_validate(_known(row) | {"sessions": [_planned(each) for each in sessions[row["cycle"]]]})
        for row in rows
    ]
    return page.page(found, lambda each: [each.first_on, each.cycle])


def _known(row: asyncpg.Record) -> JsonObject:
    return {name: row[name] for name in Cycle.model_fields if name != "sessions"}


def _planned(row: asyncpg.Record) -> SessionPlanned:
    taken = len(row["expected"])
    return SessionPlanned(
        session=row["session"],
        module=row["module"],
        entry_allowed=row["entry_allowed"],
        held_on=row["held_on"],
        starts=row["starts"],
        status=row["status"],
        expected=taken,
        seats_free=max(0, row["capacity"] - taken) if row["status"] == "planned" else 0,
    )


async def sessions_of(connection: Connection, cycles: Sequence[str]) -> dict[str, list[asyncpg.Record]]:
    """The rows of the sessions of each cycle, in order of day."""
    found: dict[str, list[asyncpg.Record]] = {cycle: [] for cycle in cycles}
    rows = await connection.fetch(
        "select * from sessions where cycle = any($1) order by held_on, starts, session", list(cycles)
    )
    for row in rows:
        found[row["cycle"]].append(row)
    return found
