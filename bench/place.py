"""Where a peer works: a schema of its own in PostgreSQL, a topic of its own or a given one in Kafka."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from bench.corpus import topic_named
from shared.messaging.topics import create_topics


@dataclass(frozen=True, slots=True)
class Place:
    """`url` finds an empty schema, `topic` exists on `servers`; `roads` referrals are the work."""

    url: str
    schema: str
    servers: str
    topic: str
    roads: int


@asynccontextmanager
async def place(roads: int, topic: str | None = None) -> AsyncIterator[Place]:
    """A place to work for one peer, gone afterwards; without `topic` it gets a new one."""
    url, servers = os.environ["REFERRAL_DATABASE_URL"], os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    name = f"bench_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(url)
    await connection.execute(f"create schema {name}")
    if topic is None:
        await create_topics(servers, [topic_named(name)])
    try:
        yield Place(f"{url}{'&' if '?' in url else '?'}search_path={name}", name, servers, topic or name, roads)
    finally:
        await connection.execute(f"drop schema {name} cascade")
        await connection.close()
