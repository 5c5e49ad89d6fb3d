"""The four services as they are wired, on databases and topics of their own: asked over HTTP, and waited for."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from asyncpg import Pool, Record
from fastapi import FastAPI

from deploy.local.tokens import token
from services.carousel.app import SERVICE as CAROUSEL
from services.referral.app import SERVICE as REFERRAL
from services.reporting.app import SERVICE as REPORTING
from services.training.app import SERVICE as TRAINING
from shared.domain.messages import AnyRecorded
from shared.http.auth import Role
from shared.messaging.cloudevents import Topic
from shared.messaging.outgoing import OutgoingMessage
from shared.messaging.topics import create_topics
from shared.service.declaration import Service
from tests.conftest import empty_database
from tests.serving import settings_for
from tests.year.truth import CITIES

SERVICES = (REFERRAL, CAROUSEL, TRAINING, REPORTING)
PARTITIONS = 2


@dataclass
class Programme:
    """What was started: each service with a client of it."""

    home: Path
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    apps: dict[str, FastAPI] = field(default_factory=dict)
    consumes: dict[str, set[str]] = field(default_factory=dict)
    tokens: dict[tuple[Role, str | None], str] = field(default_factory=dict)
    asked: int = 0

    async def ask(
        self, service: str, method: str, path: str, body: Any = None, *, role: Role | None = None,
        organisation: str | None = None, **params: str,
    ) -> httpx.Response:  # fmt: skip
        head = self._bearer(role, organisation) if role else {}
        if method != "GET":
            head["Idempotency-Key"] = uuid.uuid4().hex
        self.asked += 1
        how: dict[str, Any] = {"content": body} if isinstance(body, str) else {"json": body}
        return await self.clients[service].request(method, path, headers=head, params=params or None, **how)

    def _bearer(self, role: Role, organisation: str | None) -> dict[str, str]:
        who = (role, organisation)
        if who not in self.tokens:
            self.tokens[who] = token(role, organisation, CITIES, home=self.home)
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def read(self, service: str, path: str, *, role: Role, organisation: str = "intro", **how: str) -> Any:
        answer = await self.ask(service, "GET", path, role=role, organisation=organisation, **how)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    async def settled(self) -> None:
        """Return once everything is published, and applied by everybody who consumes it; again until nothing moves."""
        async with asyncio.timeout(300):
            before: object = None
            while (now := await self._state()) is None or now != before:
                before = now
                await asyncio.sleep(0.05)

    async def _state(self) -> object | None:
        """How far everybody is; None while somebody is behind."""
        sent: dict[tuple[str, int], int] = {}
        for name in self.apps.keys() - {"reporting"}:
            pool: Pool[Record] = self.apps[name].state.pool
            if await pool.fetchval(_BEHIND):
                return None
            rows = await pool.fetch("select topic, partition, sequence from outbox_partitions")
            sent |= {(row["topic"], row["partition"]): row["sequence"] for row in rows}
        for name, app in self.apps.items():
            rows = await app.state.pool.fetch("select topic, partition, sequence from consumer_checkpoints")
            applied = {(row["topic"], row["partition"]): row["sequence"] for row in rows}
            if any(applied.get(where, 0) < last for where, last in sent.items() if where[0] in self.consumes[name]):
                return None
        return sorted(sent.items())

    async def dead_letters(self) -> list[str]:
        """Why messages could not be applied, by service."""
        return [
            f"{name}: {row['reason']} of {bytes(row['key'] or b'').decode()}"
            for name, app in self.apps.items()
            for row in await app.state.pool.fetch("select reason, key from dead_letters where resolved_at is null")
        ]


_BEHIND = (
    "select coalesce((select max(position) from events), 0)"
    " > coalesce((select position from outbox_checkpoints where name = 'kafka'), 0)"
)


@asynccontextmanager
async def running(servers: str, home: Path) -> AsyncIterator[Programme]:
    """All four until the end of the block, with everything that each does."""
    space = uuid.uuid4().hex[:8]
    programme = Programme(home)
    declared = [_on_topics(each, space) for each in SERVICES]
    await create_topics(servers, [topic for each in declared for topic in each.topics])
    async with AsyncExitStack() as stack:
        for service in declared:
            url = await stack.enter_async_context(empty_database(service.name))
            settings = settings_for(url, home).model_copy(
                update={"roles": frozenset({"api", "relay", "consumer"}), "kafka_bootstrap_servers": servers}
            )
            app = service.application(settings)
            programme.consumes[service.name] = {each.name for each in _consumed(service)}
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url="http://year")
            programme.clients[service.name] = await stack.enter_async_context(client)
            programme.apps[service.name] = app
        yield programme


def _consumed(service: Service) -> Sequence[Topic]:
    return [each.topic for each in service.consumers] or (
        service.topic_projection.topics if service.topic_projection else []
    )


def _on_topics(service: Service, space: str) -> Service:
    """The same service with topics of this run's own."""

    def renamed(topic: Topic) -> Topic:
        return replace(topic, name=f"{space}.{topic.name}", partitions=PARTITIONS)

    def outgoing(recorded: AnyRecorded) -> OutgoingMessage | None:
        message = service.to_integration_event and service.to_integration_event(recorded)
        return replace(message, topic=renamed(message.topic)) if message else None

    projection = service.topic_projection
    inboxes = [replace(each, topic=renamed(each.topic)) for each in projection.inboxes] if projection else []
    return replace(
        service,
        topics=[renamed(each) for each in service.topics],
        consumers=[replace(each, topic=renamed(each.topic)) for each in service.consumers],
        to_integration_event=outgoing if service.to_integration_event else None,
        topic_projection=replace(projection, inboxes=inboxes) if projection else None,
    )
