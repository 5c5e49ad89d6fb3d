"""Empty figures."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.reporting import figures
from shared.event_store import Connection


@pytest.fixture
async def connection(pool: asyncpg.Pool[asyncpg.Record]) -> AsyncIterator[Connection]:
    """A connection to empty figures."""
    async with pool.acquire() as connection:
        await connection.execute(figures.SCHEMA)
        yield connection
