"""When did the steering group meet? And what did it decide that is not done yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.training.events import steering as told
from services.training.views.keys import DayKey
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection

VERSION = 1
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


class Meeting(Message):
    """One meeting, held or planned for that day."""

    meeting: str
    city: str
    on: date
    held: bool
    partners: tuple[str, ...]
    release: str | None


class Decision(Message):
    """A decision that is not done; `overdue` when its date has passed."""

    meeting: str
    decision: str
    text: str
    owner: str
    taken_on: date
    due: date
    overdue: bool


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """Say each fact in its row: applying the facts twice is applying them once."""
    for fact in facts:
        match fact.event:
            case told.SteeringMeetingPlanned() as event:
                await _meet(connection, event.meeting_id, event.city, event.planned_for, None)
            case told.SteeringMeetingHeld() as event:
                await _meet(connection, event.meeting_id, event.city, event.on, event)
            case told.DecisionTaken() as event:
                await connection.execute(
                    "insert into decisions values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
                    event.meeting_id,
                    event.decision_id,
                    event.text,
                    event.owner,
                    event.on,
                    event.due,
                )
            case told.DecisionCarriedOut() as event:
                await connection.execute(
                    "update decisions set done_on = $3 where meeting = $1 and decision = $2",
                    event.meeting_id,
                    event.decision_id,
                    event.on,
                )


async def _meet(
    connection: Connection, meeting: str, city: str, on: date, held: told.SteeringMeetingHeld | None
) -> None:
    await connection.execute(
        "insert into meetings values ($1, $2, $3, $4, $5, $6) on conflict (meeting) do update set"
        ' city = excluded.city, "on" = excluded.on, held = excluded.held, partners = excluded.partners,'
        " release = excluded.release where excluded.held or not meetings.held",
        meeting,
        city,
        on,
        held is not None,
        list(held.partners) if held else [],
        held.release if held else None,
    )


def stream(meeting_id: str) -> str:
    """The stream of one meeting, and its key on the topic."""
    return f"meeting-{meeting_id}"


async def meetings(connection: Connection, after: DayKey, limit: int) -> list[Meeting]:
    """Every meeting, in order of day: up to `limit` after the one named."""
    rows = await connection.fetch(
        'select meeting, city, "on", held, partners, release from meetings where ("on", meeting) > ($1, $2)'
        ' order by "on", meeting limit $3',
        *after,
        limit,
    )
    return [Meeting(**row) for row in rows]


async def open_decisions(
    connection: Connection, today: date, after: tuple[date, str, str], limit: int
) -> list[Decision]:
    """What is not done, the soonest due first: up to `limit` after the day, meeting and decision named."""
    rows = await connection.fetch(
        "select meeting, decision, text, owner, taken_on, due, due < $1 as overdue from decisions"
        " where done_on is null and (due, meeting, decision) > ($2, $3, $4) order by due, meeting, decision limit $5",
        today,
        *after,
        limit,
    )
    return [Decision(**row) for row in rows]
