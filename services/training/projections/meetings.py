"""When did the steering group meet? And what did it decide that is not done yet."""

from __future__ import annotations

from services.training.meetings.aggregate import MEETING
from services.training.meetings.events import (
    DecisionCarriedOut,
    DecisionTaken,
    SteeringMeetingHeld,
    SteeringMeetingPlanned,
)
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists meetings (
    meeting     text    primary key,
    city        text    not null,
    "on"        date    not null,
    held        boolean not null,
    partners    text[]  not null,
    release     text
);
create table if not exists decisions (
    meeting     text not null,
    decision    text not null,
    text        text not null,
    owner       text not null,
    taken_on    date not null,
    due         date not null,
    done_on     date,
    primary key (meeting, decision)
);
create index if not exists decisions_open on decisions (due) where done_on is null;
"""
_PUT = """
insert into meetings values ($1, $2, $3, $4, $5, $6)
on conflict (meeting) do update set
    city = excluded.city, "on" = excluded.on, held = excluded.held, partners = excluded.partners,
    release = excluded.release
"""
_PUT_DECISION = """
insert into decisions values ($1, $2, $3, $4, $5, $6, $7)
on conflict (meeting, decision) do update set done_on = excluded.done_on
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """The row of a meeting, or those of the decisions that the events name."""
    found = change.of(MEETING)
    if not found:
        return
    state, decisions = found.state, set[str]()
    for each in found.recorded:
        match each.event:
            case DecisionTaken(decision_id=decision) | DecisionCarriedOut(decision_id=decision):
                decisions.add(decision)
            case SteeringMeetingPlanned(city=city, planned_for=on) if not state.held:
                await connection.execute(_PUT, found.id, city, on, False, [], None)  # noqa: FBT003 - held
            case SteeringMeetingHeld(city=city, on=on, partners=partners, release=release):
                await connection.execute(_PUT, found.id, city, on, True, list(partners), release)  # noqa: FBT003 - held
    taken = [state.decisions[each] for each in sorted(decisions)]
    rows = [
        (found.id, each.decision_id, each.text, each.owner, each.on, each.due, state.done.get(each.decision_id))
        for each in taken
    ]
    if rows:
        await connection.executemany(_PUT_DECISION, rows)


PROJECTION = Projection("meetings", 1, SCHEMA, apply)
