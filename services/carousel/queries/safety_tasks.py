"""Which safety tasks are open, and which are overdue?"""

from __future__ import annotations

from datetime import date

from services.carousel.participations.events import SafetyCause
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.pagination import Page, PageRequest


class SafetyTask(Message):
    """Somebody has to look at the safety of those concerned, before `due_on`."""

    referral: str
    task: str
    cause: SafetyCause
    opened_on: date
    due_on: date
    overdue: bool


async def find(connection: Connection, caller: Caller, today: date, page: PageRequest) -> Page[SafetyTask]:
    """The open tasks of the caller's organisation, the first due first."""
    rows = await connection.fetch(
        "select referral, task, cause, opened_on, due_on, due_on < $2 as overdue from safety_tasks"
        " where organisation = $1 and closed_on is null and (due_on, referral, task) > ($4, $5, $6)"
        " order by due_on, referral, task limit $3",
        caller.organisation,
        today,
        page.rows,
        *page.key(date.min, "", ""),
    )
    return page.page([SafetyTask(**row) for row in rows], lambda each: [each.due_on, each.referral, each.task])
