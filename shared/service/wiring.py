"""Wires one service from its parts: its tables, its tasks, its HTTP and its health."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeAlias

import asyncpg
from fastapi import APIRouter, FastAPI

from shared.domain.messages import Event
from shared.eventstore import event_store, idempotency
from shared.eventstore.event_store import Connection, EventStore
from shared.eventstore.pool import SERVING, open_pool
from shared.http.application import create_app
from shared.http.auth import Gate
from shared.http.idempotency_key import Answers
from shared.http.problems import Refusals
from shared.http.server import limits_of
from shared.messaging import inbox
from shared.messaging.cloudevents import Topic
from shared.messaging.consumer import Subscription
from shared.messaging.inbox import Inbox
from shared.messaging.outbox_relay import Relay, Translate
from shared.observability.health import Health, Task, running
from shared.projections import inline, shadow_schema
from shared.projections import topic as folding
from shared.projections.daemon import Keeper
from shared.projections.inline import InlineViews, View
from shared.projections.topic import Fold
from shared.service import health_checks, operations
from shared.service.background import observe_inbox, observe_relay, once_open
from shared.service.operations import Register
from shared.service.settings import Settings

_SCHEMA_LOCK = 7226003


@dataclass(slots=True)
class Wiring:
    """The parts of one service, told one after another by `wire()` in its `app.py`; the tasks start after that."""

    settings: Settings
    pool: asyncpg.Pool[asyncpg.Record]
    app: FastAPI
    health: Health
    tasks: dict[str, Task] = field(default_factory=dict)
    store: EventStore | None = None
    views: Sequence[View] = ()
    relay: Relay | None = None
    inboxes: list[Inbox] = field(default_factory=list)
    fold: Fold | None = None
    register: Register | None = None

    @property
    def url(self) -> str:
        """Where its database is."""
        return self.settings.database_url.get_secret_value()

    async def tables(self, *schemas: str) -> None:
        """It keeps these tables."""
        await create_tables(self.pool, schemas)

    async def facts(self, types: Mapping[str, type[Event]], *views: View) -> EventStore:
        """It decides: facts of its own, views in the same transaction, and answers kept under their keys."""
        await self.tables(event_store.SCHEMA, idempotency.SCHEMA)
        self.views = views
        inline = InlineViews(views, types)
        self.store = EventStore(self.pool, types, [inline.apply] if views else [], self.ring)
        if views:
            await self._keeps(self.store, inline)
        keep = timedelta(days=self.settings.idempotency_keep_days)
        self.app.state.answers = Answers.of_file(Path(self.settings.people_keys_file), keep)
        self.tasks["kept answers"] = partial(idempotency.keep_purged, self.pool, keep)
        return self.store

    async def _keeps(self, store: EventStore, inline: InlineViews) -> None:
        """It keeps its views at their version; those of another are built again beside, while it serves."""
        async with _creating(self.pool) as connection:
            await inline.prepare(connection)
        keeper = Keeper(store, self.url, inline)
        self.health.checks["views"] = keeper.ailment
        keeper.progress = self.health.progress("views")
        self.tasks["views"] = keeper.run

    def publishes(self, store: EventStore, translate: Translate, *topics: Topic) -> None:
        """It tells others: what `translate` makes of its facts goes to `topics`."""
        servers = self.settings.kafka_bootstrap_servers
        self.relay = Relay(store, translate, topics, servers, self.url, replication=self.settings.kafka_replication)
        if "relay" not in self.settings.roles:
            self.tasks["relay bell"] = self.relay.ring_elsewhere
            return
        self.health.checks["relay"] = self.relay.ailment
        self.health.checks["appends"] = health_checks.appends(self.pool)
        self.tasks["relay"] = once_open(self.settings, topics, self.relay.run)
        self.tasks["relay metrics"] = observe_relay(self.relay)

    async def hears(self, heard: Inbox) -> None:
        """It listens: every message of a topic reaches `heard.apply` once in effect, in one consumer group each."""
        self.inboxes.append(heard)
        if "subscriber" not in self.settings.roles:
            return
        name = f"{heard.consumer}.{heard.topic.name}"
        servers = self.settings.kafka_bootstrap_servers
        subscription = Subscription(servers, name, heard, self.pool, self.ring)
        self.health.checks[name] = subscription.ailment
        self.tasks[name] = once_open(self.settings, [heard.topic], subscription.run)
        self.tasks[f"{name} metrics"] = observe_inbox(subscription)

    async def folds(self, fold: Fold) -> None:
        """It keeps tables that hold nothing but what it heard; those of an older version are built again beside."""
        async with _creating(self.pool) as connection:
            await folding.prepare(connection, fold)
        self.fold = fold
        for heard in fold.live:
            await self.hears(heard)
        if "subscriber" not in self.settings.roles:
            return
        topics, servers = [heard.topic for heard in fold.inboxes], self.settings.kafka_bootstrap_servers
        current = partial(folding.keep_current, self.pool, self.url, servers, fold)
        self.tasks["rebuild"] = once_open(self.settings, topics, current)

    async def seals(self, register: Register) -> None:
        """It seals names in `register`, and nowhere else."""
        await self.tables(register.SCHEMA)
        self.register = register

    def ring(self) -> None:
        """Facts were committed: the relay need not wait for its next look."""
        if self.relay:
            self.relay.ring()

    def answers(self, router: APIRouter) -> None:
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
            _check_the_others(state, pool, settings)
            wiring = await wired(Wiring(settings, pool, app, state), wire)
            wiring.answers(operations.routes(pool, wiring.register, settings.people_keep_days))
            async with running(state, {**wiring.tasks, "health": state.watch}):
                yield

    gate = Gate(Path(settings.auth_jwks_file), settings.auth_issuer, settings.auth_audience)
    return create_app(title, gate, refusals, state, lifespan, limits=limits_of(settings))


def _check_the_others(state: Health, pool: asyncpg.Pool[asyncpg.Record], settings: Settings) -> None:
    """What a process needs of others, by its roles."""
    state.checks["database"] = health_checks.database(pool)
    if settings.roles & {"relay", "subscriber"}:
        state.checks["kafka"] = health_checks.kafka(settings.kafka_bootstrap_servers)
    if "api" in settings.roles:
        state.checks["tokens"] = health_checks.tokens(Path(settings.auth_jwks_file))


async def wired(wiring: Wiring, wire: Wire) -> Wiring:
    """Its parts, and the tables that every service has; nothing runs yet."""
    await wiring.tables(inbox.SCHEMA, shadow_schema.SCHEMA, inline.SCHEMA, health_checks.SCHEMA)
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
