"""Where a peer works: a schema of its own in PostgreSQL, a topic of its own or a given one in Kafka."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from bench.corpus import topic_named
from services.referral.referrals.aggregate import REFERRAL
from shared.eventstore import event_store, projection_versions
from shared.eventstore.event_store import EventStore
from shared.eventstore.migrations import migrate
from shared.messaging import inbox
from shared.messaging.topics import create_topics
from shared.projections.inline import InlineProjections, Projection


@dataclass(frozen=True, slots=True)
class Place:
    """`url` finds an empty schema, `topic` exists on `servers`; the work is that number of `referrals`."""

    url: str
    schema: str
    servers: str
    topic: str
    referrals: int


@asynccontextmanager
async def place(referrals: int, topic: str | None = None) -> AsyncIterator[Place]:
    """A place to work for one peer, gone afterwards; without `topic` it gets a new one."""
    url, servers = os.environ["REFERRAL_DATABASE_URL"], os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    name = f"bench_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(url)
    await connection.execute(f"create schema {name}")
    if topic is None:
        await create_topics(servers, [topic_named(name)])
    try:
        yield Place(f"{url}{'&' if '?' in url else '?'}search_path={name}", name, servers, topic or name, referrals)
    finally:
        await connection.execute(f"drop schema {name} cascade")
        await connection.close()


async def open_store(pool: asyncpg.Pool[asyncpg.Record], projections: Sequence[Projection] = ()) -> EventStore:
    """The event store of referrals with its tables, those of `projections` and of an inbox; as a service wires it."""
    await migrate(pool, [event_store.MIGRATIONS, inbox.MIGRATIONS, projection_versions.MIGRATIONS])
    inline = InlineProjections(projections, [REFERRAL])
    async with pool.acquire() as connection, connection.transaction():
        await inline.prepare(connection)
    return EventStore(pool, inline.types, inline.apply if projections else None)
