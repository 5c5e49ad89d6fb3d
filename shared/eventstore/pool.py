"""The connections of one process to its database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import asyncpg
import structlog

log = structlog.get_logger(__name__)

# What a session of a service may do at most: nobody of ours holds the others up for longer. Milliseconds, as a plain
# number has them in PostgreSQL. Work of ops (rebuild, reseal) has sessions without.
SERVING = {
    "idle_in_transaction_session_timeout": "30000",
    "lock_timeout": "20000",
    "statement_timeout": "60000",
}
_COMMAND_SECONDS = 70.0  # for a server that says nothing any more, not even that the statement took too long
_CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 4.0


@asynccontextmanager
async def open_pool(
    url: str, at_most: int, session: Mapping[str, str] | None = None
) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    """Connections that come back as they went: whatever changes a session, or locks for it, has one of its own.

    The reset that asyncpg would send at each return is a round trip; a transaction left open is rolled back without.
    `session` is what each is set to, SERVING or nothing. At the end who still holds one has four seconds to give it
    back; after that all are cut off, and what they had in hand is rolled back.
    """
    limits = session or {}
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=at_most,
        reset=_leave,
        timeout=_CONNECT_SECONDS,
        server_settings=dict(limits),
        command_timeout=_COMMAND_SECONDS if limits else None,
    )
    try:
        yield pool
    finally:
        await _closed(pool)


async def _closed(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await pool.close()
    except TimeoutError:
        log.warning("connections cut off")
        pool.terminate()


async def _leave(_: asyncpg.Connection[asyncpg.Record]) -> None:
    pass
