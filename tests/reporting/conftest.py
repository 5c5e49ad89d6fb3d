"""Empty figures, and the service over HTTP with the figures of five referrals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from services.reporting.app import SERVICE
from shared.eventstore.event_store import Connection
from tests.reporting.examples import five_referrals
from tests.reporting.reader import Reader
from tests.reporting.receiving import SCHEMA, receive
from tests.serving import served


@pytest.fixture
async def connection(pool: asyncpg.Pool[asyncpg.Record]) -> AsyncIterator[Connection]:
    """A connection to empty figures."""
    async with pool.acquire() as connection:
        await connection.execute(SCHEMA)
        yield connection


@pytest.fixture
async def reader(pool: asyncpg.Pool[asyncpg.Record], database_url: str, tmp_path: Path) -> AsyncIterator[Reader]:
    """A reader of the figures of five referrals."""
    async with served(SERVICE, database_url, tmp_path) as (_, client):
        async with pool.acquire() as connection:
            await receive(connection, five_referrals())
        yield Reader(client, tmp_path)
