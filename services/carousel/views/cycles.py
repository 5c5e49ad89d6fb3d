"""Which cycles are there, with which sessions, and who is expected at each?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, time
from functools import reduce
from typing import Any

from services.carousel.domain import cycle as rules
from services.carousel.domain.cycle_state import Dated
from services.carousel.events.cycle import CyclePlanned
from services.carousel.views.keyset import Key, beyond
from services.carousel.views.streams import CYCLE, touched
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.i18n.code_lists import PartOfDay, Weekday
from shared.i18n.text import Language

VERSION = 2
SCHEMA = """
create table if not exists cycles (
    cycle         text      primary key,
    offer         text      not null,
    offer_version integer   not null,
    language      text      not null,
    modules       integer[] not null,
    organisation  text      not null,
    city          text      not null,
    place         text      not null,
    weekday       text      not null,
    part_of_day   text      not null,
    capacity      integer   not null,
    facilitators  text[]    not null,
    first_on      date      not null,
    last_on       date      not null,
    closed        boolean   not null
);
create index if not exists cycles_open on cycles (city, first_on) where not closed;
create index if not exists cycles_organisation on cycles (organisation, first_on);
create index if not exists cycles_city on cycles (city, first_on);
create table if not exists sessions (
    session       text    not null,
    cycle         text    not null,
    organisation  text    not null,
    module        integer not null,
    entry_allowed boolean not null,
    held_on       date    not null,               -- the day it is planned for, or took place
    starts        time    not null,
    status        text    not null,               -- planned, held or cancelled
    expected      text[]  not null,               -- referrals
    marks         jsonb   not null,               -- referral: mark
    covers        jsonb   not null,               -- who is absent: who stands in
    primary key (cycle, session)
);
create index if not exists sessions_unrecorded on sessions (organisation, held_on) where status = 'planned';
create index if not exists sessions_organisation on sessions (organisation, held_on);
"""


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


class Cycle(Message):
    """A cycle with its sessions: nobody in it."""

    cycle: str
    offer: str
    offer_version: int
    language: Language
    modules: tuple[int, ...]
    organisation: str
    city: str
    place: str
    weekday: Weekday
    part_of_day: PartOfDay
    capacity: int
    facilitators: tuple[str, ...]
    first_on: date
    last_on: date
    closed: bool
    sessions: tuple[SessionPlanned, ...]


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """TopicProjection each cycle the facts touch again: applying them twice is applying them once."""
    async for stream in touched(connection, facts, CYCLE):
        state = reduce(rules.evolve, (fact.event for fact in stream), rules.initial)
        if state.planned:
            await _put(connection, state.planned, state)


async def _put(connection: Connection, planned: CyclePlanned, state: rules.Cycle) -> None:
    days = [dated.session.on for dated in state.sessions.values()]
    await connection.execute(
        "insert into cycles values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        " on conflict (cycle) do update set first_on = excluded.first_on, last_on = excluded.last_on,"
        " closed = excluded.closed",
        planned.cycle_id,
        planned.offer_id,
        planned.offer_version,
        planned.language,
        planned.modules,
        planned.organisation_id,
        planned.city,
        planned.place,
        planned.weekday,
        planned.part_of_day,
        planned.capacity,
        planned.facilitators,
        min(days),
        max(days),
        state.closed,
    )
    await connection.executemany(
        "insert into sessions values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " on conflict (cycle, session) do update set held_on = excluded.held_on, starts = excluded.starts,"
        " status = excluded.status, expected = excluded.expected, marks = excluded.marks, covers = excluded.covers",
        [_session(planned, state, dated) for dated in state.sessions.values()],
    )


def _session(planned: CyclePlanned, state: rules.Cycle, dated: Dated) -> tuple[object, ...]:
    session = dated.session
    return (
        session.session_id,
        planned.cycle_id,
        planned.organisation_id,
        session.module,
        session.entry_allowed,
        session.on,
        session.starts,
        "held" if dated.held else "cancelled" if dated.cancelled else "planned",
        sorted(state.expected(session.session_id)),
        json.dumps(dict(dated.marks)),
        json.dumps(dict(dated.covers)),
    )


async def visible(connection: Connection, caller: Caller, cycle_id: str) -> bool:
    """Whether this caller may act on the cycle: a facilitator of the organisation that runs it."""
    organisation = await organisation_of(connection, cycle_id)
    return caller.role is Role.FACILITATOR and organisation is not None and organisation == caller.organisation


async def organisation_of(connection: Connection, cycle_id: str) -> str | None:
    """Who runs a cycle: what is planned once never changes. None for a cycle that nobody knows."""
    organisation: str | None = await connection.fetchval("select organisation from cycles where cycle = $1", cycle_id)
    return organisation


async def find(
    connection: Connection, caller: Caller, period: tuple[date, date], limit: int, after: Key
) -> list[Cycle]:
    """The cycles that begin in a period: of his organisation for a facilitator, of his cities for a coordinator."""
    own = caller.role is Role.FACILITATOR
    rows = await connection.fetch(
        f"select * from cycles where {'organisation = $1' if own else 'city = any($1)'}"
        f" and first_on between $2 and $3{beyond('first_on, cycle', after, 5)} order by first_on, cycle limit $4",
        caller.organisation if own else list(caller.cities),
        *period,
        limit,
        *(after or ()),
    )
    sessions = await sessions_of(connection, [row["cycle"] for row in rows])
    return [
        Cycle.model_validate(dict(row) | {"sessions": [_planned(row, each) for each in sessions[row["cycle"]]]})
        for row in rows
    ]


def _planned(cycle: Any, row: Any) -> SessionPlanned:  # noqa: ANN401 - two rows
    taken = len(row["expected"])
    return SessionPlanned(
        session=row["session"],
        module=row["module"],
        entry_allowed=row["entry_allowed"],
        held_on=row["held_on"],
        starts=row["starts"],
        status=row["status"],
        expected=taken,
        seats_free=max(0, cycle["capacity"] - taken) if row["status"] == "planned" else 0,
    )


async def sessions_of(connection: Connection, cycles: Sequence[str]) -> dict[str, list[Any]]:
    """The rows of the sessions of each cycle, in order of day."""
    found: dict[str, list[Any]] = {cycle: [] for cycle in cycles}
    rows = await connection.fetch(
        "select * from sessions where cycle = any($1) order by held_on, starts, session", list(cycles)
    )
    for row in rows:
        found[row["cycle"]].append(row)
    return found
