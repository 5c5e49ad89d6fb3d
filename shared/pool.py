"""The connections of one process to its database."""

from __future__ import annotations

import asyncpg


def open_pool(url: str, at_most: int) -> asyncpg.Pool[asyncpg.Record]:
    """Connections that come back as they went: whatever changes a session, or locks for it, has one of its own.

    The reset that asyncpg would send at each return is a round trip; a transaction left open is rolled back without.
    """
    return asyncpg.create_pool(url, min_size=1, max_size=at_most, reset=_leave)


async def _leave(_: asyncpg.Connection[asyncpg.Record]) -> None:
    pass
