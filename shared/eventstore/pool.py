"""The connections of one process to its database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog

log = structlog.get_logger(__name__)

# Limits of a session of a service, in milliseconds. Commands of operators (rebuild, rotate-keys) have none.
SERVING = {"idle_in_transaction_session_timeout": "30000", "lock_timeout": "20000", "statement_timeout": "60000"}
_COMMAND_SECONDS = 70.0  # for a server that does not answer at all, not even that the statement took too long
_CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 4.0
_PASSWORD_SECONDS = 5.0  # between a new password in its file and in the database, whichever is first


@asynccontextmanager
async def open_pool(
    url: str, at_most: int, session: Mapping[str, str] | None = None
) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    """A pool of connections whose session is never changed: work that does so, or locks for it, has its own connection.

    The reset that asyncpg would send at each release is a round trip; an open transaction is rolled back without it.
    `session` has the settings of each, SERVING or nothing. At the end connections in use have four seconds to be
    released; then all are closed, and their transactions are rolled back.
    """
    limits = session or {}
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=at_most,
        connect=_connected,
        reset=_leave,
        timeout=_CONNECT_SECONDS,
        server_settings=dict(limits),
        command_timeout=_COMMAND_SECONDS if limits else None,
    )
    try:
        yield pool
    finally:
        await _closed(pool)


async def _connected(*place: Any, **options: Any) -> asyncpg.Connection[asyncpg.Record]:  # noqa: ANN401
    """A connection, as asyncpg asks for it; while a password is being changed, it is read and tried again."""
    until = time.monotonic() + _PASSWORD_SECONDS
    while True:
        try:
            return await asyncpg.connect(*place, **options)
        except asyncpg.InvalidPasswordError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.1)


async def _closed(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await pool.close()
    except TimeoutError:
        log.warning("connections cut off")
        pool.terminate()


async def _leave(_: asyncpg.Connection[asyncpg.Record]) -> None:
    pass
