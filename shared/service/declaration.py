"""A service as the list of its parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fastapi import APIRouter, FastAPI

from shared.domain.aggregate import AnyAggregate, Policy
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import Migration
from shared.http.problems import Refusals
from shared.messaging.cloudevents import Topic
from shared.messaging.outgoing import ToIntegrationEvent
from shared.messaging.policies import PolicyConsumer
from shared.projections.inline import Projection
from shared.projections.topic import TopicProjection
from shared.service.operations import PersonalData
from shared.service.settings import Settings
from shared.service.wiring import Wiring, application_of

OpenPersonalData: TypeAlias = Callable[[Connection, Settings], Awaitable[PersonalData]]


@dataclass(frozen=True, slots=True)
class Service:
    """One service. Nothing happens before `application` is started.

    `migrations` are of its own tables, by component: neither events nor projections. `refusals` gives each refusal code
    its sentence by language.
    """

    name: str
    refusals: Callable[[], Refusals]
    routers: Sequence[APIRouter]
    aggregates: Sequence[AnyAggregate] = ()
    projections: Sequence[Projection] = ()
    policies: Sequence[Policy] = ()
    consumers: Sequence[PolicyConsumer] = ()
    topic_projection: TopicProjection | None = None
    to_integration_event: ToIntegrationEvent | None = None
    topics: Sequence[Topic] = ()
    migrations: Sequence[Sequence[Migration]] = ()
    personal_data: OpenPersonalData | None = None

    def application(self, settings: Settings) -> FastAPI:
        """The service as an ASGI application."""
        return application_of(self.name.capitalize(), settings, self.refusals(), self.wire)

    async def wire(self, wiring: Wiring) -> None:
        """Add every part of it."""
        await wiring.add_tables(*self.migrations)
        if self.aggregates:
            await self._decide(wiring)
        if self.personal_data:
            async with wiring.pool.acquire() as connection:
                opened = await self.personal_data(connection, wiring.settings)
            wiring.add_personal_data(opened)
        if self.topic_projection:
            await wiring.add_topic_projection(self.topic_projection)
        for router in self.routers:
            wiring.add_routes(router)

    async def _decide(self, wiring: Wiring) -> None:
        store = await wiring.add_event_store(self.aggregates, self.projections, self.policies)
        if self.to_integration_event:
            wiring.add_outbox_relay(store, self.to_integration_event, *self.topics)
        for consumer in self.consumers:
            wiring.add_consumer(consumer.inbox(store))
