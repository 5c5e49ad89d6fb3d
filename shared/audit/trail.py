"""The audit trail: who asked what of which id, by which right, and how it was answered.

An entry is written before the answer leaves, so that nobody is shown what is not in the trail. It is a plain insert:
no request waits for another. `shared/audit/chain.py` links the entries afterwards, one process at a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import asyncpg
import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.eventstore.migrations import migrations_of
from shared.http.auth import Caller

MIGRATIONS = migrations_of("audit", Path(__file__).parent / "sql")

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LOOKS = "looks_at_personal_data"


def note_look(request: Request) -> None:
    """What this request reads is about a person: it is an entry of the trail, whatever the answer."""
    setattr(request.state, _LOOKS, True)


@dataclass(slots=True)
class AuditTrail:
    """Middleware: an entry for every command, every look at personal data and every refusal of somebody known."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and is_noted(scope, message["status"]):
                await write(scope["app"].state.pool, scope, message["status"])
            await send(message)

        await self.app(scope, receive, noted)


def is_noted(scope: Scope, status: int) -> bool:
    """Whether a request belongs in the trail. Strangers who are not let in do not: anybody could fill it."""
    state, route = scope["state"], scope.get("route")
    known = isinstance(state.get("caller"), Caller)
    if route is None or not hasattr(route, "path"):
        return False
    if known and (status in _REFUSED or state.get(_LOOKS)):
        return True
    if scope["method"] in _READS:
        return bool(state.get(_LOOKS)) and status < HTTPStatus.BAD_REQUEST
    reads = (getattr(route, "openapi_extra", None) or {}).get("x-reads")
    return not reads and (known or status < HTTPStatus.BAD_REQUEST)


async def write(pool: asyncpg.Pool[asyncpg.Record], scope: Scope, status: int) -> None:
    """Append one entry; of a stranger the ids in the address are secrets of his, and are not kept."""
    caller = scope["state"].get("caller")
    known = caller if isinstance(caller, Caller) else None
    came_by = "session" if scope["state"].get("session") else "token" if known else "nothing"
    about = [str(each) for each in scope.get("path_params", {}).values() if known and _ID.fullmatch(str(each))]
    await pool.execute(
        "insert into audit_entries (who, role, came_by, method, route, about, outcome, correlation)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        known.subject if known else None,
        str(known.role) if known else None,
        came_by,
        scope["method"],
        scope["route"].path,
        about,
        status,
        structlog.contextvars.get_contextvars().get("correlation_id", ""),
    )
