"""Runs one service: its tables, its tasks and its HTTP, and a graceful end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import structlog
import uvicorn
from aiokafka.admin import AIOKafkaAdminClient
from fastapi import FastAPI

from shared import logs, metrics
from shared.callers import Gate
from shared.contracts.envelope import Topic
from shared.event_store import EventStore
from shared.kafka import Subscription, create_topics
from shared.relay import backlog
from shared.settings import Settings

log = structlog.get_logger(__name__)

_SCHEMA_LOCK = 7226003
_OBSERVE_SECONDS = 5.0


def gate_of(settings: Settings) -> Gate:
    """Who is let in, by the service's settings."""
    return Gate(Path(settings.auth_jwks_file), settings.auth_issuer, settings.auth_audience)


async def create_tables(pool: asyncpg.Pool[asyncpg.Record], schemas: Sequence[str]) -> None:
    """Create what is missing; safe from several processes at once."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _SCHEMA_LOCK)
        for schema in schemas:
            await connection.execute(schema)


async def open_topics(settings: Settings, topics: Sequence[Topic]) -> None:
    """Create the topics, waiting for the broker as long as it takes."""
    while True:
        try:
            await create_topics(settings.kafka_bootstrap_servers, topics)
        except ValueError:  # a topic that breaks its contract: waiting does not mend it
            raise
        except Exception as error:  # noqa: BLE001 - the broker is away, in whatever words
            log.warning("topics wait", cause=type(error).__name__)
            await asyncio.sleep(1)
        else:
            return


@asynccontextmanager
async def running(*tasks: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run the tasks beside the HTTP server; at the end cancel them and wait for the batch in hand."""
    started = [asyncio.ensure_future(task()) for task in tasks]
    try:
        yield
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)


async def database_lives(pool: asyncpg.Pool[asyncpg.Record]) -> bool:
    """Whether the database answers within two seconds."""
    async with asyncio.timeout(2):
        return bool(await pool.fetchval("select 1") == 1)


async def kafka_lives(bootstrap_servers: str) -> bool:
    """Whether the broker answers within two seconds."""
    async with asyncio.timeout(2), AsyncExitStack() as stack:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
        stack.push_async_callback(admin.close)
        await admin.start()
        return True


def observe_relay(store: EventStore) -> Callable[[], Awaitable[None]]:
    """A task that keeps the relay's gauges true."""

    async def observe() -> None:
        while True:
            with contextlib.suppress(Exception):
                behind, oldest = await backlog(store)
                metrics.BACKLOG.set(behind)
                metrics.OLDEST.set(oldest)
            await asyncio.sleep(_OBSERVE_SECONDS)

    return observe


def observe_inbox(subscription: Subscription) -> Callable[[], Awaitable[None]]:
    """A task that keeps the gauges of one consumer true."""
    consumer = subscription.inbox.consumer

    async def observe() -> None:
        while True:
            with contextlib.suppress(Exception):
                metrics.LAG.labels(subscription.group).set(await subscription.lag())
                query = "select count(*) from dead_letters where consumer = $1 and resolved_at is null"
                metrics.DEAD.labels(consumer).set(await subscription.pool.fetchval(query, consumer))
            await asyncio.sleep(_OBSERVE_SECONDS)

    return observe


def serve(name: str, settings: Settings, app: FastAPI) -> None:
    """Serve on the loopback address until SIGTERM or SIGINT; requests in hand are finished."""
    logs.configure(name, settings.log_level)
    uvicorn.run(
        app, host="127.0.0.1", port=settings.port, log_config=None, access_log=False, timeout_graceful_shutdown=10
    )
