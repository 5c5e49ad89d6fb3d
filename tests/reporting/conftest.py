"""Empty figures, and the service over HTTP with the figures of five referrals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.local.tokens import ensure_keys
from services.reporting import figures, project
from services.reporting.api import routes
from services.reporting.vocabulary import vocabulary
from shared.eventstore.event_store import Connection
from shared.http.application import create_app
from shared.http.auth import TokenVerifier
from shared.observability.health import Health
from shared.service.settings import Settings
from shared.service.wiring import create_tables
from tests.reporting.desk import Reader
from tests.reporting.examples import five_referrals
from tests.reporting.telling import heard


@pytest.fixture
async def connection(pool: asyncpg.Pool[asyncpg.Record]) -> AsyncIterator[Connection]:
    """A connection to empty figures."""
    async with pool.acquire() as connection:
        await connection.execute(figures.SCHEMA)
        yield connection


@pytest.fixture
async def reader(pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path) -> AsyncIterator[Reader]:
    """A reader of figures that were heard."""
    settings = Settings()
    await create_tables(pool, [figures.SCHEMA, project.SCHEMA])
    async with pool.acquire() as connection, connection.transaction():
        await figures.apply(connection, heard(five_referrals()))
    gate = TokenVerifier(ensure_keys(tmp_path), settings.auth_issuer, settings.auth_audience)
    app = create_app("Reporting", gate, vocabulary().refusals, Health())
    app.include_router(routes(pool))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://reader") as client:
        yield Reader(client, tmp_path)
