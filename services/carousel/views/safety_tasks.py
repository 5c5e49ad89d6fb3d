"""Which safety tasks are open, and which are overdue?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.carousel.events.participation import SafetyCause, SafetyTaskClosed, SafetyTaskOpened
from shared.callers import Caller, Role
from shared.event_store import Connection
from shared.messages import Message, Recorded

VERSION = 1
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


async def visible(connection: Connection, caller: Caller, referral_id: str, task_id: str) -> bool:
    """Whether this caller may act on the task: a facilitator of the organisation in whose group it arose."""
    organisation = await connection.fetchval(
        "select organisation from safety_tasks where referral = $1 and task = $2", referral_id, task_id
    )
    return caller.role is Role.FACILITATOR and organisation is not None and organisation == caller.organisation


async def of_person(connection: Connection, caller: Caller, referral_id: str) -> list[str]:
    """The tasks about one person, closed ones too, that arose in groups of the caller's organisation."""
    rows = await connection.fetch(
        "select task from safety_tasks where referral = $1 and organisation = $2", referral_id, caller.organisation
    )
    return [row["task"] for row in rows]


async def find(connection: Connection, caller: Caller, today: date) -> list[SafetyTask]:
    """The open tasks of the caller's organisation, the first due first."""
    rows = await connection.fetch(
        "select referral, task, cause, opened_on, due_on, due_on < $2 as overdue from safety_tasks"
        " where organisation = $1 and closed_on is null order by due_on, referral, task",
        caller.organisation,
        today,
    )
    return [SafetyTask(**row) for row in rows]
