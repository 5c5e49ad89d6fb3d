"""Which cycles are there, with which sessions, and who is expected at each?"""

from __future__ import annotations

import json

from services.carousel.cycles.aggregate import CYCLE
from services.carousel.cycles.events import CyclePlanned
from services.carousel.cycles.state import Cycle
from services.carousel.values import needs_of
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

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
    closed        boolean   not null,
    needs         jsonb     not null               -- number, identity and what is worth as much
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
    capacity      integer not null,
    primary key (cycle, session)
);
create index if not exists sessions_unrecorded on sessions (organisation, held_on) where status = 'planned';
create index if not exists sessions_id on sessions (session);
create index if not exists sessions_organisation on sessions (organisation, held_on);
"""
_PUT = """
with cycle as (
    insert into cycles values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $17)
    on conflict (cycle) do update set first_on = excluded.first_on, last_on = excluded.last_on,
        closed = excluded.closed, capacity = excluded.capacity, facilitators = excluded.facilitators
)
insert into sessions
select session, $1, $6, module, entry_allowed, held_on, starts, status, expected, marks, covers, capacity
from jsonb_to_recordset($16::jsonb) as dated (
    session text, module integer, entry_allowed boolean, held_on date, starts time, status text, expected text[],
    marks jsonb, covers jsonb, capacity integer
)
on conflict (cycle, session) do update set held_on = excluded.held_on, starts = excluded.starts,
    status = excluded.status, expected = excluded.expected, marks = excluded.marks, covers = excluded.covers,
    capacity = excluded.capacity
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """Each cycle as it stands, with all of its sessions."""
    found = change.of(CYCLE)
    if found and found.state.planned:
        await _put(connection, found.state.planned, found.state)


async def _put(connection: Connection, planned: CyclePlanned, state: Cycle) -> None:
    days = [dated.session.on for dated in state.sessions.values()]
    await connection.execute(
        _PUT,
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
        state.capacity,
        state.facilitators,
        min(days),
        max(days),
        state.closed,
        json.dumps(_sessions(state)),
        json.dumps([each.model_dump() for each in needs_of(planned.modules, planned.needs)]),
    )


def _sessions(state: Cycle) -> list[dict[str, object]]:
    return [
        {
            "session": session_id,
            "module": dated.session.module,
            "entry_allowed": dated.session.entry_allowed,
            "held_on": dated.session.on.isoformat(),
            "starts": dated.session.starts.isoformat(),
            "status": "held" if dated.held else "cancelled" if dated.cancelled else "planned",
            "expected": sorted(state.expected(session_id) | dated.marks.keys()),
            "marks": dict(dated.marks),
            "covers": dict(dated.covers),
            "capacity": state.seats_at(session_id),
        }
        for session_id, dated in state.sessions.items()
    ]


PROJECTION = Projection("cycles", 4, SCHEMA, apply)
