"""Wires one service from its parts: its tables, its tasks, its HTTP and its health."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeAlias

import asyncpg
from fastapi import APIRouter, FastAPI

from shared.domain.aggregate import AnyAggregate, Policy
from shared.eventstore import event_store, idempotency, projection_versions
from shared.eventstore.event_store import Connection, EventStore
from shared.eventstore.migrations import Migration, Phase, migrate
from shared.eventstore.ownership import hand_over, owning
from shared.eventstore.pool import SERVING, open_pool
from shared.http.application import create_app
from shared.http.auth import TokenVerifier
from shared.http.idempotency_key import IdempotencyKeys
from shared.http.problems import Refusals
from shared.messaging import inbox as inboxes
from shared.messaging.cloudevents import Topic
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.outgoing import ToIntegrationEvent
from shared.observability.health import Health, Task, running
from shared.projections import topic, topic_rebuild
from shared.projections.daemon import ProjectionDaemon
from shared.projections.inline import InlineProjections, Projection
from shared.projections.topic import TopicProjection
from shared.service import health_checks, operations
from shared.service.background import observe_consumer, observe_relay, once_open
from shared.service.operations import PersonalData
from shared.service.serving import limits_of
from shared.service.settings import Settings

_SCHEMA_LOCK = 7226003


@dataclass(slots=True)
class Wiring:
    """The parts of one service in one process, added one after another; the tasks start after that."""

    settings: Settings
    pool: asyncpg.Pool[asyncpg.Record]
    app: FastAPI
    health: Health
    tasks: dict[str, Task] = field(default_factory=dict)
    store: EventStore | None = None
    inline: InlineProjections | None = None
    relay: OutboxRelay | None = None
    inboxes: list[Inbox] = field(default_factory=list)
    topic_projection: TopicProjection | None = None
    personal_data: PersonalData | None = None
    components: list[Sequence[Migration]] = field(default_factory=list)
    owner: asyncpg.Pool[asyncpg.Record] | None = None

    @property
    def url(self) -> str:
        """Where its database is."""
        return self.settings.database_url.get_secret_value()

    async def add_tables(self, *components: Sequence[Migration]) -> None:
        """Tables of these components: apply their pending migrations, but for the last `post` ones."""
        self.components += components
        await self.migrate(components, "pre")

    async def migrate(self, components: Sequence[Sequence[Migration]], last: Phase) -> list[Migration]:
        """Apply what is pending as the owner of the tables, and give the service what it needs of them."""
        owner = self.owner or self.pool
        applied = await migrate(owner, components, last)
        await hand_over(owner, self.pool, components)
        return applied

    async def add_event_store(
        self,
        aggregates: Sequence[AnyAggregate],
        projections: Sequence[Projection] = (),
        policies: Sequence[Policy] = (),
    ) -> EventStore:
        """It decides: events of its own, projections and policies in the same transaction, answers stored by key."""
        await self.add_tables(event_store.MIGRATIONS, idempotency.MIGRATIONS)
        found = InlineProjections(projections, aggregates)
        self.store = EventStore(self.pool, found.types, found.apply if projections else None, policies, self.wake_relay)
        if projections:
            await self._add_projections(self.store, found)
        keep = timedelta(days=self.settings.idempotency_keep_days)
        self.app.state.idempotency_keys = IdempotencyKeys.of_file(Path(self.settings.people_keys_file), keep)
        self.app.state.store = self.store
        self.tasks["purge of answers"] = partial(idempotency.purge_hourly, self.pool, keep)
        return self.store

    async def _add_projections(self, store: EventStore, projections: InlineProjections) -> None:
        """It keeps its projections at their version; those of another are rebuilt while it serves."""
        async with _creating(self.pool) as connection:
            await projections.prepare(connection)
        daemon = ProjectionDaemon(store, self.url, projections)
        self.inline = projections
        self.health.checks["projections"] = daemon.check_health
        daemon.progress = self.health.progress("projections")
        self.tasks["projections"] = daemon.run

    def add_outbox_relay(self, store: EventStore, to_integration_event: ToIntegrationEvent, *topics: Topic) -> None:
        """It publishes: what `to_integration_event` makes of its events goes to `topics`."""
        servers, replication = self.settings.kafka_bootstrap_servers, self.settings.kafka_replication
        self.relay = OutboxRelay(store, to_integration_event, topics, servers, self.url, replication=replication)
        if "relay" not in self.settings.roles:
            self.tasks["relay wake-up"] = self.relay.notify_leader
            return
        self.health.checks["relay"] = self.relay.check_health
        self.health.checks["appends"] = health_checks.appends(self.pool)
        self.tasks["relay"] = once_open(self.settings, topics, self.relay.run)
        self.tasks["relay metrics"] = observe_relay(self.relay)

    def add_consumer(self, inbox: Inbox) -> None:
        """It consumes: every message of a topic is applied by the inbox once in effect, in one consumer group each."""
        self.inboxes.append(inbox)
        if "consumer" not in self.settings.roles:
            return
        name = f"{inbox.consumer}.{inbox.topic.name}"
        consumer = Consumer(self.settings.kafka_bootstrap_servers, name, inbox, self.pool, self.wake_relay)
        self.health.checks[name] = consumer.check_health
        self.tasks[name] = once_open(self.settings, [inbox.topic], consumer.run)
        self.tasks[f"{name} metrics"] = observe_consumer(consumer)

    async def add_topic_projection(self, projection: TopicProjection) -> None:
        """It keeps tables of what it consumes; those of an older version are rebuilt meanwhile."""
        async with _creating(self.pool) as connection:
            await topic.prepare(connection, projection)
        self.topic_projection = projection
        check = partial(topic.check_health, self.pool, projection)
        self.health.checks["topic projection"] = health_checks.seldom(check, 1.0)
        for live in projection.live:
            self.add_consumer(live)
        if "consumer" not in self.settings.roles:
            return
        servers = self.settings.kafka_bootstrap_servers
        current = partial(topic_rebuild.keep_current, self.pool, self.url, servers, projection)
        self.tasks["rebuild"] = once_open(self.settings, projection.topics, current)

    def add_personal_data(self, personal_data: PersonalData) -> None:
        """It keeps names there, encrypted, and nowhere else."""
        self.personal_data = personal_data
        self.app.state.personal_data = personal_data

    def wake_relay(self) -> None:
        """Events were committed: the outbox relay need not wait for its next poll."""
        if self.relay:
            self.relay.wake()

    def add_routes(self, router: APIRouter) -> None:
        """It answers these requests."""
        if "api" in self.settings.roles:
            self.app.include_router(router)


Wire: TypeAlias = Callable[[Wiring], Awaitable[None]]


def application_of(title: str, settings: Settings, refusals: Refusals, wire: Wire) -> FastAPI:
    """A service as an ASGI application; its lifespan opens and closes everything."""
    state = Health()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_pool(settings.database_url.get_secret_value(), 20, SERVING) as pool:
            _add_checks(state, pool, settings, verifier)
            app.state.pool, app.state.settings = pool, settings
            async with owning(settings.database_owner_url.get_secret_value(), pool) as owner:
                wiring = await wired(Wiring(settings, pool, app, state, owner=owner), wire)
            wiring.owner = None
            wiring.add_routes(operations.ROUTER)
            if wiring.personal_data:
                wiring.add_routes(operations.RETENTION_ROUTER)
            async with running(state, {**wiring.tasks, "health": state.watch}):
                yield

    verifier = TokenVerifier(Path(settings.auth_jwks_file), settings.auth_issuer, settings.auth_audience)
    return create_app(title, verifier, refusals, state, lifespan, limits=limits_of(settings))


def _add_checks(state: Health, pool: asyncpg.Pool[asyncpg.Record], settings: Settings, verifier: TokenVerifier) -> None:
    """Check what a process depends on, by its roles."""
    state.checks["database"] = health_checks.database(pool)
    if settings.roles & {"relay", "consumer"}:
        state.checks["kafka"] = health_checks.kafka(settings.kafka_bootstrap_servers)
    if "api" in settings.roles:
        state.checks["tokens"] = verifier.check_health


async def wired(wiring: Wiring, wire: Wire) -> Wiring:
    """Its parts, and the tables that every service has; nothing runs yet."""
    await wiring.add_tables(inboxes.MIGRATIONS, projection_versions.MIGRATIONS, health_checks.MIGRATIONS)
    await wire(wiring)
    return wiring


async def create_tables(pool: asyncpg.Pool[asyncpg.Record], schemas: Sequence[str]) -> None:
    """Create what is missing; safe from several processes at once."""
    async with _creating(pool) as connection:
        for schema in schemas:
            await connection.execute(schema)


@asynccontextmanager
async def _creating(pool: asyncpg.Pool[asyncpg.Record]) -> AsyncIterator[Connection]:
    """A transaction that creates tables: one process at a time."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _SCHEMA_LOCK)
        yield connection
