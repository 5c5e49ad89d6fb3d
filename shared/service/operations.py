"""HTTP for operators: counts and pseudonymous ids, never a name or a message."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import asyncpg
from fastapi import APIRouter

from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Role
from shared.http.authorization import allow
from shared.messaging.dead_letters import DeadLetterCount, dead_letter_counts

OPERATOR = allow(Role.OPS)


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


def routes(pool: asyncpg.Pool[asyncpg.Record], personal_data: PersonalData | None, keep_days: int) -> APIRouter:
    """The routes for operators: dead letters, and of a service that keeps names, which it keeps too long."""
    router = APIRouter(prefix="/operations", tags=["ops"], dependencies=[OPERATOR])

    @router.get("/dead-letters")
    async def dead_letters() -> list[DeadLetterCount]:
        """Open dead letters by consumer, topic and reason."""
        async with pool.acquire() as connection:
            return await dead_letter_counts(connection)

    if personal_data:
        _retention(router, pool, personal_data, keep_days)
    return router


def _retention(
    router: APIRouter, pool: asyncpg.Pool[asyncpg.Record], personal_data: PersonalData, keep_days: int
) -> None:
    @router.get("/retention-due")
    async def retention_due() -> Retention:
        """Who is kept longer than `PEOPLE_KEEP_DAYS`, the longest first."""
        async with pool.acquire() as connection:
            return Retention(keep_days=keep_days, due=await personal_data.due(connection, keep_days))
