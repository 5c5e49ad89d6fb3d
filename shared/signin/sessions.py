"""The sessions of browsers as rows: of an id only the hash is kept, so that whoever has the database has no session."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import asyncpg
import structlog

from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of
from shared.http.auth import Caller, Role, Session
from shared.signin.tokens import SignedIn

log = structlog.get_logger(__name__)

MIGRATIONS = migrations_of("browser_sessions", Path(__file__).parent / "sql")
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=10)
_ID = re.compile(r"[A-Za-z0-9_-]{43}")
_NOTED_EVERY = timedelta(minutes=1)
_HOUR = 3600


async def begin(connection: Connection, signed_in: SignedIn, replaced: str | None) -> str:
    """A session under a new id, which is returned; the one it replaces ends."""
    if replaced:
        await end(connection, replaced)
    session_id, session = secrets.token_urlsafe(32), signed_in.session
    await connection.execute(
        "insert into browser_sessions (id, subject, role, organisation, cities, issuer_session, signed_in_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        _hash(session_id),
        session.caller.subject,
        str(session.caller.role),
        session.caller.organisation,
        sorted(session.caller.cities),
        signed_in.issuer_session,
        session.signed_in_at,
    )
    return session_id


async def find(pool: asyncpg.Pool[asyncpg.Record], session_id: str) -> Session | None:
    """A session that is neither idle for too long nor too old; once a minute, that it is used is noted."""
    if not _ID.fullmatch(session_id):
        return None
    row = await pool.fetchrow(
        "select subject, role, organisation, cities, signed_in_at, now() - seen_at > $4 as late from browser_sessions"
        " where id = $1 and now() - seen_at <= $2 and now() - started_at <= $3",
        _hash(session_id),
        IDLE,
        LONGEST,
        _NOTED_EVERY,
    )
    if row is None:
        return None
    if row["late"]:
        await pool.execute("update browser_sessions set seen_at = now() where id = $1", _hash(session_id))
    caller = Caller(row["subject"], Role(row["role"]), row["organisation"], frozenset(row["cities"]))
    return Session(caller, row["signed_in_at"])


async def end(connection: Connection, session_id: str) -> None:
    """End one session."""
    await connection.execute("delete from browser_sessions where id = $1", _hash(session_id))


async def end_all(connection: Connection, subject: str | None, issuer_session: str | None) -> None:
    """End what the issuer ended: one session of his there, or where it names none all of the subject."""
    await connection.execute(
        "delete from browser_sessions where ($1::text is null or subject = $1)"
        " and ($2::text is null or issuer_session = $2) and coalesce($1, $2) is not null",
        subject,
        issuer_session,
    )


async def purge_hourly(pool: asyncpg.Pool[asyncpg.Record]) -> NoReturn:
    """Forget the sessions that are over."""
    while True:
        try:
            await pool.execute(
                "delete from browser_sessions where now() - seen_at > $1 or now() - started_at > $2", IDLE, LONGEST
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, there is another hour
            log.warning("sessions are not purged", cause=type(error).__name__)
        await asyncio.sleep(_HOUR)


def _hash(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()
