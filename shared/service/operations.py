"""HTTP for operators: counts and pseudonymous ids, never a name or a message."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from fastapi import APIRouter, Request

from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Role
from shared.http.authorization import allow
from shared.messaging.dead_letters import DeadLetterCount, dead_letter_counts

_OF_OPERATORS = allow(Role.OPS)
ROUTER = APIRouter(prefix="/operations", tags=["ops"], dependencies=[_OF_OPERATORS])
RETENTION_ROUTER = APIRouter(prefix="/operations", tags=["ops"], dependencies=[_OF_OPERATORS])


class PersonalData(Protocol):
    """The encrypted names of a service: what operators may do without reading one."""

    async def due(self, connection: Connection, keep_days: int, today: date | None = None) -> list[str]:
        """The ids kept longer than `keep_days`."""
        ...

    async def rotate_keys(self, connection: Connection) -> int:
        """Encrypt everything with the newest key; returns how many."""
        ...


class Retention(Message):
    """The pseudonymous ids of people whose retention clock has run out: somebody must decide on them."""

    keep_days: int
    due: list[str]


@ROUTER.get("/dead-letters")
async def dead_letters(request: Request) -> list[DeadLetterCount]:
    """Open dead letters by consumer, topic and reason."""
    async with request.app.state.pool.acquire() as connection:
        return await dead_letter_counts(connection)


@RETENTION_ROUTER.get("/retention-due")
async def retention_due(request: Request) -> Retention:
    """Who is kept longer than `PEOPLE_KEEP_DAYS`, the longest first."""
    state = request.app.state
    keep_days: int = state.settings.people_keep_days
    async with state.pool.acquire() as connection:
        return Retention(keep_days=keep_days, due=await state.personal_data.due(connection, keep_days))
