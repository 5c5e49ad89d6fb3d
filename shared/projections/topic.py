"""Topic projections: tables that a consumer builds from topics, and whether those that are live are current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import asyncpg

from shared.eventstore.event_store import Connection
from shared.eventstore.projection_versions import VersionState, built_version, note_built, version_state
from shared.messaging.cloudevents import Topic
from shared.messaging.inbox import Inbox
from shared.observability.health import Unhealthy


@dataclass(frozen=True, slots=True)
class TopicProjection:
    """Tables that hold nothing but what one consumer received from its topics.

    With a new `version` the same messages give other rows; topics are read in the order of `inboxes`.
    """

    consumer: str
    version: str
    schemas: Sequence[str]
    inboxes: Sequence[Inbox]

    @property
    def live(self) -> list[Inbox]:
        """The inboxes that write to the live tables, while those are of this version."""
        return [replace(inbox, version=self.version) for inbox in self.inboxes]

    @property
    def topics(self) -> list[Topic]:
        """The topics that it consumes."""
        return [inbox.topic for inbox in self.inboxes]


async def prepare(connection: Connection, projection: TopicProjection) -> None:
    """Create the tables of a consumer that has received nothing yet; any others are built in a shadow schema."""
    received = "select exists (select from consumer_checkpoints where consumer = $1 and sequence > 0)"
    if await built_version(connection, projection.consumer) is None:
        if await connection.fetchval(received, projection.consumer):
            return
        for schema in projection.schemas:
            await connection.execute(schema)
        await note_built(connection, projection.consumer, projection.version)


async def outdated(connection: Connection, projection: TopicProjection) -> bool:
    """Whether a process of this version should rebuild the tables.

    They are of another version, or hold what a later epoch lacks, and no process of a later version keeps them.
    """
    found = await version_state(connection, projection.consumer, projection.version)
    if found is VersionState.CURRENT:
        query = "select exists (select from consumer_checkpoints where consumer = $1 and overtaken)"
        return bool(await connection.fetchval(query, projection.consumer))
    return found is VersionState.TO_BUILD


async def check_health(pool: asyncpg.Pool[asyncpg.Record], projection: TopicProjection) -> Unhealthy | None:
    """Unhealthy while the live tables are of a version before that of this process."""
    async with pool.acquire() as connection:
        state = await version_state(connection, projection.consumer, projection.version)
    return Unhealthy("to-build") if state is VersionState.TO_BUILD else None
