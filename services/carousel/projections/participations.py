"""How does each participation stand?"""

from __future__ import annotations

from collections.abc import Sequence

from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.events import JoinedWaitingList
from services.carousel.participations.state import Participation
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists participations (
    referral      text      primary key,
    city          text      not null,
    language      text      not null,
    availability  text[]    not null,             -- weekday/part of day
    status        text      not null,
    waiting_since date      not null,
    started_on    date,
    completed_on  date,
    review_on     date,
    cycle         text,                           -- of the place held or offered
    organisation  text,                           -- of that cycle, or of the last one he had a place in
    attended      integer[] not null,
    modules       integer[] not null,
    absences      integer   not null,             -- in a row, the last ones
    kept_apart    text[]    not null,
    same_person   text[]    not null default '{}', -- his other referrals
    left_cities   text[]    not null default '{}', -- those from which he was transferred
    left_groups   text[]    not null default '{}', -- the organisations whose groups he left by it
    left_on       date,
    have          text[]    not null default '{}'  -- identities of the modules attended
);
create index if not exists participations_waiting on participations (city, waiting_since) where status = 'waiting';
create index if not exists participations_cycle on participations (cycle) where cycle is not null;
create index if not exists participations_absent on participations (organisation) where absences >= 2;
create index if not exists participations_paused on participations (review_on) where status = 'paused';
"""
_PUT = """
insert into participations values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
    (select organisation from cycles where cycle = coalesce($10, $15)), $11, $12, $13, $14, $16, $17, $18, $19, $20)
on conflict (referral) do update set city = excluded.city, language = excluded.language,
    availability = excluded.availability, status = excluded.status, waiting_since = excluded.waiting_since,
    started_on = excluded.started_on, completed_on = excluded.completed_on, review_on = excluded.review_on,
    cycle = excluded.cycle, organisation = excluded.organisation, attended = excluded.attended,
    modules = excluded.modules, absences = excluded.absences, kept_apart = excluded.kept_apart,
    same_person = excluded.same_person, left_cities = excluded.left_cities,
    left_groups = excluded.left_groups, left_on = excluded.left_on,
    have = excluded.have
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """Each participation as it stands."""
    await apply_many(connection, [change])


async def apply_many(connection: Connection, changes: Sequence[AnyChange]) -> None:
    """Each participation as it stands, those of everyone at a session in one statement."""
    states = [found.state for change in changes if (found := change.of(PARTICIPATION))]
    if rows := [_row(state.awaited, state) for state in states if state.awaited]:
        await connection.executemany(_PUT, rows)


def _row(awaited: JoinedWaitingList, state: Participation) -> tuple[object, ...]:
    return (
        awaited.referral_id,
        awaited.city,
        awaited.language,
        [f"{weekday}/{part}" for weekday, part in awaited.availability],
        state.status,
        state.waiting_since or awaited.on,
        state.started_on,
        state.completed_on,
        state.review_on,
        state.place.cycle_id if state.place else None,
        sorted(state.attended),
        sorted(state.modules),
        _absences(state),
        sorted(state.kept_apart),
        state.group,
        sorted(state.kin),
        sorted({each.from_city for each in state.transferred} - {awaited.city}),
        sorted(set(state.run_by.values())) if state.moved else [],
        state.transferred[-1].on if state.transferred else None,
        sorted(state.have),
    )


def _absences(state: Participation) -> int:
    """How often he was absent since he last came; excused is neither."""
    n = 0
    for mark in sorted(state.counted.values(), key=lambda each: (each.on, each.session_id)):
        n = n + 1 if mark.mark == "absent" else 0 if mark.mark == "present" else n
    return n


PROJECTION = Projection("participations", 4, SCHEMA, apply, apply_many)
