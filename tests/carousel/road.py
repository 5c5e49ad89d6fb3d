"""The referral service and the carousel with Kafka between them: each part can be stopped at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.carousel.app import SERVICE as CAROUSEL
from services.referral.app import SERVICE as REFERRAL
from shared.contracts import carousel as carousel_contract
from shared.contracts import referral as referral_contract
from shared.domain.aggregate import by_prefix
from shared.domain.messages import Command, Event, Meta
from shared.eventstore import event_store, projection_versions
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import EventStore
from shared.eventstore.migrations import migrate
from shared.messaging import inbox
from shared.messaging.cloudevents import Topic
from shared.messaging.connection import connecting
from shared.messaging.consumer import Consumer
from shared.messaging.outbox_relay import OutboxRelay, backlog
from shared.messaging.outgoing import ToIntegrationEvent
from shared.messaging.topics import create_topics
from shared.projections.inline import InlineProjections
from shared.service import declaration
from tests.conftest import empty_database
from tests.shared import counting

META = Meta(by="tester", correlation_id="test")


@dataclass
class Service:
    """One of the two: its events, and what carries them."""

    declared: declaration.Service
    url: str
    pool: asyncpg.Pool[asyncpg.Record]
    store: EventStore
    publishes: Topic
    inbox: inbox.Inbox
    servers: str
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def relay(self) -> OutboxRelay:
        """What publishes its events."""
        assert self.declared.to_integration_event
        to_integration_event = _on(self.publishes, self.declared.to_integration_event)
        return OutboxRelay(self.store, to_integration_event, [self.publishes], self.servers, self.url)

    def start(self, part: str) -> None:
        make: dict[str, Callable[[], Any]] = {
            "relay": lambda: self.relay().run(),
            "consumer": lambda: Consumer(self.servers, self.inbox.topic.name, self.inbox, self.pool).run(),
        }
        self.running[part] = asyncio.create_task(make[part]())

    async def stop(self, part: str) -> None:
        self.running[part].cancel()
        with suppress(asyncio.CancelledError):
            await self.running[part]

    async def ask(self, stream: str, command: Command) -> None:
        """Decide one command, with what its policies lead to."""
        aggregate = by_prefix(self.declared.aggregates)[stream.partition("-")[0]]
        await handle(self.store, aggregate, aggregate.id_of(stream), command, META)

    async def events(self, stream: str) -> list[str]:
        """What happened on a stream, in order."""
        async with self.pool.acquire() as connection:
            return [type(each.event).__name__ for each in await self.store.read(connection, stream)]

    async def counted(self, what: type[Event]) -> int:
        """How many events of that kind there are."""
        found: int = await self.pool.fetchval("select count(*) from events where type = $1", what.__name__)
        return found

    async def dead_letters(self) -> list[str]:
        """Why messages could not be applied."""
        rows = await self.pool.fetch("select reason from dead_letters order by id")
        return [row["reason"] for row in rows]


@dataclass
class Road:
    """Both."""

    referral: Service
    carousel: Service

    async def settled(self) -> None:
        """Return once each has published everything and the other has applied all that stands on its topic."""
        for teller, hearer in ((self.referral, self.carousel), (self.carousel, self.referral)) * 2:
            await until(partial(published, teller))
            await until(partial(applied, hearer))

    def everything(self) -> list[tuple[Service, str]]:
        return [(service, part) for service in (self.referral, self.carousel) for part in ("relay", "consumer")]


async def published(service: Service) -> bool:
    """Whether its relay has sent every fact."""
    return (await backlog(service.store))[0] == 0


async def applied(service: Service) -> bool:
    """Whether its consumer has committed the end of every partition."""
    partitions = [TopicPartition(service.inbox.topic.name, nth) for nth in range(service.inbox.topic.partitions)]
    async with AIOKafkaConsumer(**connecting(service.servers), group_id=service.inbox.topic.name) as consumer:
        ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        return {each: await consumer.committed(each) or 0 for each in partitions} == ends


async def until(reached: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Return as soon as it holds."""
    async with asyncio.timeout(seconds):
        while not await reached():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def laid(servers: str) -> AsyncIterator[Road]:
    """Two empty databases, two topics of their own, and everything running."""
    async with AsyncExitStack() as stack:
        topics = {
            "referral": replace(referral_contract.CASES, name=counting.topic().name),
            "carousel": replace(carousel_contract.CASES, name=counting.topic().name),
        }
        await create_topics(servers, list(topics.values()))
        road = Road(
            await _service(stack, servers, REFERRAL, topics["referral"], topics["carousel"]),
            await _service(stack, servers, CAROUSEL, topics["carousel"], topics["referral"]),
        )
        for service, part in road.everything():
            service.start(part)
            stack.push_async_callback(service.stop, part)
        yield road


async def _service(
    stack: AsyncExitStack, servers: str, declared: declaration.Service, publishes: Topic, consumes: Topic
) -> Service:
    url = await stack.enter_async_context(empty_database(declared.name))
    pool = await stack.enter_async_context(asyncpg.create_pool(url, min_size=1, max_size=10))
    projections = InlineProjections(declared.projections, declared.aggregates)
    store = EventStore(pool, projections.types, projections.apply, declared.policies)
    shared_tables = [event_store.MIGRATIONS, inbox.MIGRATIONS, projection_versions.MIGRATIONS]
    await migrate(pool, [*shared_tables, *declared.migrations])
    async with pool.acquire() as connection:
        await projections.prepare(connection)
    [consumer] = declared.consumers
    return Service(declared, url, pool, store, publishes, replace(consumer.inbox(store), topic=consumes), servers)


def _on(topic: Topic, to_integration_event: ToIntegrationEvent) -> ToIntegrationEvent:
    """What stands on the topic of cases, on one of our own; what is open stays unsaid."""

    def restricted(recorded: Any) -> Any:
        message = to_integration_event(recorded)
        return replace(message, topic=topic) if message and message.topic.restricted else None

    return restricted
