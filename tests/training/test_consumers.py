"""Over real Kafka: an organisation is typed once, in the referral service, and known here by its dated names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import asyncpg
import pytest

from services.referral import integration_events
from services.referral.organisations.aggregate import ORGANISATION
from services.training.consumers import KNOWN_ORGANISATIONS
from services.training.queries import organisations
from shared.contracts.referral import ORGANISATIONS
from shared.domain.messages import Meta, Recorded
from shared.eventstore import event_store, projection_versions
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import EventStore, event_types
from shared.eventstore.migrations import migrate
from shared.messaging import inbox
from shared.messaging.cloudevents import Topic
from shared.messaging.consumer import Consumer
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.outgoing import OutgoingMessage
from shared.messaging.topics import create_topics
from shared.projections.topic import TopicProjection
from shared.projections.topic_rebuild import rebuild
from shared.service.wiring import create_tables
from tests.conftest import empty_database
from tests.referral import examples
from tests.shared import counting

META = Meta(by="tester", correlation_id="test")
OLD, NEW = "Eerstelijnszone Oostende-Bredene", "Eerstelijnszone Middenkust"
RENAMED_ON = date(2025, 1, 1)


@dataclass
class Road:
    """The register of the referral service, and the trainings that consume it."""

    servers: str
    topic: Topic
    store: EventStore
    publisher_url: str
    pool: asyncpg.Pool[asyncpg.Record]
    consumer_url: str

    @property
    def projection(self) -> TopicProjection:
        """What the service consumes, on a topic of its own."""
        inboxes = [replace(each, topic=self.topic) for each in KNOWN_ORGANISATIONS.inboxes]
        return replace(KNOWN_ORGANISATIONS, inboxes=inboxes)

    def relay(self) -> OutboxRelay:
        """What publishes the register."""
        return OutboxRelay(self.store, self.to_integration_event, [self.topic], self.servers, self.publisher_url)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The relay there and the consumer here, until the end of the block."""
        relay = self.relay()
        consumer = Consumer(self.servers, self.topic.name, self.projection.inboxes[0], self.pool)
        tasks = [asyncio.create_task(relay.run()), asyncio.create_task(consumer.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    def to_integration_event(self, recorded: Recorded[Any]) -> OutgoingMessage | None:
        outgoing = integration_events.to_integration_event(recorded)
        return replace(outgoing, topic=self.topic) if outgoing and outgoing.topic is ORGANISATIONS else None

    async def typed(self, identity: str, **given: Any) -> None:
        """A coordinator registers an organisation."""
        command = examples.register_organisation(organisation_id=identity, **given)
        await handle(self.store, ORGANISATION, identity, command, META)

    async def renamed(self, identity: str, **given: Any) -> None:
        command = examples.rename_organisation(organisation_id=identity, **given)
        await handle(self.store, ORGANISATION, identity, command, META)

    async def known(self, on: date) -> dict[str, str]:
        """The name of each organisation on a day."""
        async with self.pool.acquire() as connection:
            return {each.organisation: each.name for each in await organisations.find(connection, on, ("", ""), 100)}


@pytest.fixture
async def road(bootstrap_servers: str) -> AsyncIterator[Road]:
    topic = replace(ORGANISATIONS, name=counting.topic().name)
    await create_topics(bootstrap_servers, [topic])
    async with (
        empty_database("referral") as publisher_url,
        empty_database("training") as consumer_url,
        asyncpg.create_pool(publisher_url, min_size=1, max_size=5) as publishing,
        asyncpg.create_pool(consumer_url, min_size=1, max_size=5) as consuming,
    ):
        await migrate(publishing, [event_store.MIGRATIONS])
        await migrate(consuming, [inbox.MIGRATIONS, projection_versions.MIGRATIONS])
        await create_tables(consuming, KNOWN_ORGANISATIONS.schemas)
        yield Road(
            bootstrap_servers,
            topic,
            EventStore(publishing, event_types(*ORGANISATION.events)),
            publisher_url,
            consuming,
            consumer_url,
        )


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await reached():
            await asyncio.sleep(0.02)


async def test_an_organisation_is_known_by_the_name_of_the_day_without_being_typed_again(road: Road) -> None:
    async with road.running():
        await road.typed("elz-1", name=OLD)
        await road.renamed("elz-1", name=NEW, since=RENAMED_ON)
        await until(lambda: says(road, RENAMED_ON, {"elz-1": NEW}))
    assert await road.known(date(2024, 12, 31)) == {"elz-1": OLD}


async def test_what_is_told_while_nobody_listens_or_told_again_is_heard_once(road: Road) -> None:
    async with road.running():
        await road.typed("org-0", name="Org 0")
        await until(lambda: says(road, RENAMED_ON, {"org-0": "Org 0"}))
    for nth in range(1, 20):
        await road.typed(f"org-{nth}", name=f"Org {nth}")
    await road.renamed("org-7", name="Zeven", since=RENAMED_ON)
    await road.relay().republish()
    async with road.running():
        await road.typed("last", name="Last")  # behind all that is repeated
        names = {f"org-{nth}": f"Org {nth}" for nth in range(20)} | {"org-7": "Zeven", "last": "Last"}
        await until(lambda: says(road, RENAMED_ON, names))
    assert await road.pool.fetchval("select count(*) from dead_letters") == 0
    assert await road.pool.fetchval("select count(*) from organisation_names") == 22


@pytest.mark.durable
async def test_the_organisations_heard_again_from_the_beginning_are_the_same(road: Road) -> None:
    async with road.running():
        await road.typed("elz-1", name=OLD)
        await road.renamed("elz-1", name=NEW, since=RENAMED_ON)
        await until(lambda: says(road, RENAMED_ON, {"elz-1": NEW}))
    await road.pool.execute("update organisations set city = 'nowhere'")
    await rebuild(road.pool, road.consumer_url, road.servers, road.projection)
    assert await road.pool.fetchval("select city from organisations") == examples.register_organisation().city
    assert await road.known(RENAMED_ON) == {"elz-1": NEW}


async def says(road: Road, on: date, names: dict[str, str]) -> bool:
    return await road.known(on) == names
