"""Which safety tasks are open, and which are overdue?"""

from __future__ import annotations

from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.events import SafetyTaskClosed, SafetyTaskLapsed, SafetyTaskOpened
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

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


async def apply(connection: Connection, change: AnyChange) -> None:
    """A task is opened once, and closed once or lapsed: applying the events twice is applying them once."""
    found = change.of(PARTICIPATION)
    for recorded in found.recorded if found else ():
        match recorded.event:
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
            case SafetyTaskClosed() | SafetyTaskLapsed() as closed:
                await connection.execute(
                    "update safety_tasks set closed_on = $3 where referral = $1 and task = $2",
                    closed.referral_id,
                    closed.task_id,
                    closed.on,
                )


PROJECTION = Projection("safety_tasks", 2, SCHEMA, apply)
