"""The referral service and the carousel with Kafka between them: each part can be stopped at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.carousel import published as carousel_published
from services.carousel import referrals
from services.carousel import subscribers as carousel_ears
from services.carousel.consequences import CYCLES, OFFERS, PARTICIPATIONS, follow
from services.carousel.views.streams import TYPES
from services.referral import published as referral_published
from services.referral import subscribers as referral_ears
from services.referral.deciders import REFERRALS
from services.referral.views import cases
from shared.contracts import carousel as carousel_contract
from shared.contracts import referral as referral_contract
from shared.domain.messages import Command, Event, Meta
from shared.eventstore import event_store
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import EventStore
from shared.messaging.outgoing import ToIntegrationEvent
from shared.messaging import inbox
from shared.messaging.cloudevents import Topic
from shared.messaging.consumer import Consumer
from shared.messaging.outbox_relay import OutboxRelay, backlog
from shared.messaging.topics import create_topics
from shared.service.wiring import create_tables
from tests.carousel.desk import VIEWS
from tests.conftest import empty_database
from tests.shared import counting

META = Meta(by="tester", correlation_id="test")
DECIDERS = {"offer": OFFERS, "cycle": CYCLES, "participation": PARTICIPATIONS, "referral": REFERRALS}


@dataclass
class Service:
    """One of the two: its facts, and what carries them."""

    url: str
    pool: asyncpg.Pool[asyncpg.Record]
    store: EventStore
    tells: Topic
    hears: Topic
    translate: ToIntegrationEvent
    inbox: inbox.Inbox
    servers: str
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def relay(self) -> OutboxRelay:
        """What publishes its facts."""
        return OutboxRelay(self.store, self.to_integration_event, [self.tells], self.servers, self.url)

    def start(self, part: str) -> None:
        make: dict[str, Callable[[], Any]] = {
            "relay": lambda: self.relay().run(),
            "ears": lambda: Consumer(self.servers, self.hears.name, self.inbox, self.pool).run(),
        }
        self.running[part] = asyncio.create_task(make[part]())

    async def stop(self, part: str) -> None:
        self.running[part].cancel()
        with suppress(asyncio.CancelledError):
            await self.running[part]

    async def ask(self, stream: str, command: Command) -> None:
        """Decide one command, with its consequences in the carousel."""
        kind = stream.partition("-")[0]
        beside = [] if kind == "referral" else [follow(self.store, META, command)]
        await handle(self.store, stream, DECIDERS[kind], command, META, beside)

    async def facts(self, stream: str) -> list[str]:
        """What happened on a stream, in order."""
        async with self.pool.acquire() as connection:
            return [type(fact.event).__name__ for fact in await self.store.read(connection, stream)]

    async def counted(self, what: type[Event]) -> int:
        """How many facts of that kind there are."""
        found: int = await self.pool.fetchval("select count(*) from events where type = $1", what.__name__)
        return found

    async def letters(self) -> list[str]:
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
        return [(service, part) for service in (self.referral, self.carousel) for part in ("relay", "ears")]


async def published(service: Service) -> bool:
    """Whether its relay has sent every fact."""
    return (await backlog(service.store))[0] == 0


async def applied(service: Service) -> bool:
    """Whether its consumer has committed the end of every partition."""
    partitions = [TopicPartition(service.hears.name, nth) for nth in range(service.hears.partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=service.servers, group_id=service.hears.name) as consumer:
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
            await _service(stack, servers, "referral", topics["referral"], topics["carousel"]),
            await _service(stack, servers, "carousel", topics["carousel"], topics["referral"]),
        )
        for service, part in road.everything():
            service.start(part)
            stack.push_async_callback(service.stop, part)
        yield road


async def _service(stack: AsyncExitStack, servers: str, name: str, tells: Topic, hears: Topic) -> Service:
    url = await stack.enter_async_context(empty_database(name))
    pool = await stack.enter_async_context(asyncpg.create_pool(url, min_size=1, max_size=10))
    schemas: Sequence[str] = [event_store.SCHEMA, inbox.SCHEMA]
    if name == "referral":
        store = EventStore(pool, cases.TYPES, views=[cases.apply])
        heard, to_integration_event, own = referral_ears.hears(store), referral_published.to_integration_event, [cases.SCHEMA]
    else:
        store = EventStore(pool, TYPES, views=[view.apply for view in VIEWS])
        heard, translate = carousel_ears.hears(store), carousel_published.to_integration_event
        own = [*(view.SCHEMA for view in VIEWS), referrals.SCHEMA]
    await create_tables(pool, [*schemas, *own])
    return Service(url, pool, store, tells, hears, _on(tells, to_integration_event), replace(heard, topic=hears), servers)


def _on(topic: Topic, translate: ToIntegrationEvent) -> ToIntegrationEvent:
    """What stands on the topic of cases, on one of our own; what is open stays unsaid."""

    def told(fact: Any) -> Any:
        published = translate(fact)
        return replace(published, topic=topic) if published and published.topic.restricted else None

    return told
