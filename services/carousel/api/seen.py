"""Who may ask what: the roles, and the questions to the views that everything begins with."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

from services.carousel.views import cycles, participations, safety_tasks
from shared.callers import Caller, Role
from shared.event_store import Connection
from shared.web import NotVisible, allow

WORKS = allow(Role.FACILITATOR)
READS_CYCLES = allow(Role.FACILITATOR, Role.COORDINATOR)
Since = Annotated[date, Query(description="first day of the period")]
Until = Annotated[date, Query(description="last day of the period")]


async def must_see_cycle(connection: Connection, caller: Caller, cycle_id: str) -> None:
    """Raises NotVisible unless his organisation runs it."""
    if not await cycles.visible(connection, caller, cycle_id):
        raise NotVisible


async def must_see(connection: Connection, caller: Caller, referral_id: str) -> None:
    """Raises NotVisible unless he may act on the participation."""
    if not await participations.visible(connection, caller, referral_id):
        raise NotVisible


async def must_see_task(connection: Connection, caller: Caller, referral_id: str, task_id: str) -> None:
    """Raises NotVisible unless the task arose in a group of his organisation."""
    if not await safety_tasks.visible(connection, caller, referral_id, task_id):
        raise NotVisible
