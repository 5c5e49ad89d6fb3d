"""Which safety tasks are open, and which are overdue?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.carousel.events.participation import SafetyCause, SafetyTaskClosed, SafetyTaskOpened
from services.carousel.views.keyset import Key, beyond
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller

VERSION = 2
SCHEMA = """
create table if not exists safety_tasks (
    referral     text not null,
    task         text not null,
    organisation text,
    cause        text not null,
    opened_on    date not null,
    due_on       date not null,
    closed_on    date,
    primary key (referral, task)
);
create index if not exists safety_tasks_open on safety_tasks (organisation, due_on) where closed_on is null;
"""


class SafetyTask(Message):
    """Somebody has to look at the safety of those concerned, before `due_on`."""

    referral: str
    task: str
    cause: SafetyCause
    opened_on: date
    due_on: date
    overdue: bool


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """A task is opened once and closed once: applying the facts twice is applying them once."""
    for fact in facts:
        match fact.event:
            case SafetyTaskOpened() as opened:
                await connection.execute(
                    "insert into safety_tasks values"
                    " ($1, $2, (select organisation from cycles where cycle = $3), $4, $5, $6) on conflict do nothing",
                    opened.referral_id,
                    opened.task_id,
                    opened.cycle_id,
                    opened.cause,
                    opened.on,
                    opened.due_on,
                )
            case SafetyTaskClosed() as closed:
                await connection.execute(
                    "update safety_tasks set closed_on = $3 where referral = $1 and task = $2",
                    closed.referral_id,
                    closed.task_id,
                    closed.on,
                )


async def find(connection: Connection, caller: Caller, today: date, limit: int, after: Key) -> list[SafetyTask]:
    """The open tasks of the caller's organisation, the first due first."""
    rows = await connection.fetch(
        "select referral, task, cause, opened_on, due_on, due_on < $2 as overdue from safety_tasks"
        f" where organisation = $1 and closed_on is null{beyond('due_on, referral, task', after, 4)}"
        " order by due_on, referral, task limit $3",
        caller.organisation,
        today,
        limit,
        *(after or ()),
    )
    return [SafetyTask(**row) for row in rows]
