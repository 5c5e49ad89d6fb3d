"""When did the steering group meet? And what did it decide that is not done yet."""

from __future__ import annotations

from collections.abc import Sequence

from services.training.meetings.aggregate import MEETING
from services.training.meetings.events import (
    DecisionCarriedOut,
    DecisionReopened,
    DecisionRevoked,
    DecisionTaken,
    SteeringMeetingCancelled,
    SteeringMeetingHeld,
    SteeringMeetingPlanned,
    SteeringMeetingRevoked,
)
from services.training.meetings.state import Meeting
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
on conflict (meeting, decision) do update set
    text = excluded.text, owner = excluded.owner, taken_on = excluded.taken_on, due = excluded.due,
    done_on = excluded.done_on
"""
_OF_MEETING = SteeringMeetingPlanned | SteeringMeetingCancelled | SteeringMeetingHeld | SteeringMeetingRevoked
_OF_DECISION = DecisionTaken | DecisionCarriedOut | DecisionReopened | DecisionRevoked


async def apply(connection: Connection, change: AnyChange) -> None:
    """The row of a meeting, or those of the decisions that the events name."""
    found = change.of(MEETING)
    if not found:
        return
    decisions = {each.event.decision_id for each in found.recorded if isinstance(each.event, _OF_DECISION)}
    if any(isinstance(each.event, _OF_MEETING) for each in found.recorded):
        await _put_meeting(connection, found.id, found.state)
    await _put_decisions(connection, found.id, found.state, sorted(decisions))


async def _put_meeting(connection: Connection, meeting: str, state: Meeting) -> None:
    held, planned = state.held, state.planned
    if held:
        row = (held.city, held.on, True, list(held.partners), held.release)
    elif planned and not state.cancelled:
        row = (planned.city, planned.planned_for, False, list[str](), None)
    else:
        await connection.execute("delete from meetings where meeting = $1", meeting)
        return
    await connection.execute(_PUT, meeting, *row)


async def _put_decisions(connection: Connection, meeting: str, state: Meeting, decisions: Sequence[str]) -> None:
    gone = [each for each in decisions if each not in state.decisions]
    await connection.execute("delete from decisions where meeting = $1 and decision = any($2)", meeting, gone)
    taken = [state.decisions[each] for each in decisions if each in state.decisions]
    rows = [
        (meeting, each.decision_id, each.text, each.owner, each.on, each.due, state.done.get(each.decision_id))
        for each in taken
    ]
    await connection.executemany(_PUT_DECISION, rows)


PROJECTION = Projection("meetings", 2, SCHEMA, apply)
