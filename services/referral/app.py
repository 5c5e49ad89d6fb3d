"""Wires the referral service; nothing happens at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from services.referral import people, published
from services.referral.api import routes
from services.referral.views import cases, organisations
from services.referral.vocabulary import vocabulary
from shared import idempotency
from shared.contracts import referral as contract
from shared.event_store import EventStore
from shared.relay import Relay
from shared.sealing import Seal
from shared.service import (
    create_tables,
    database_lives,
    gate_of,
    kafka_lives,
    observe_relay,
    open_topics,
    running,
)
from shared.settings import Settings
from shared.web import Commands, Health, create_app


def sentences(code: str) -> dict[str, str]:
    """A refusal in NL, FR and EN."""
    text = vocabulary().refusals.get(code)
    return text.model_dump() if text else {"en": code}


def application(settings: Settings) -> FastAPI:
    """The service as an ASGI application; its lifespan opens and closes everything."""
    health = Health()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        url = settings.database_url.get_secret_value()
        async with asyncpg.create_pool(url, min_size=1, max_size=20) as pool:
            store = EventStore(pool, cases.TYPES, views=[cases.apply, organisations.apply])
            await store.create()
            await create_tables(pool, [cases.SCHEMA, organisations.SCHEMA, people.SCHEMA, idempotency.SCHEMA])
            await open_topics(settings, [contract.CASES, contract.ORGANISATIONS])
            relay = Relay(store, published.translate, settings.kafka_bootstrap_servers, url)
            store.rang = relay.ring
            health.checks = {
                "database": lambda: database_lives(pool),
                "kafka": lambda: kafka_lives(settings.kafka_bootstrap_servers),
                "relay": lambda: _soon(relay.alive()),
            }
            app.include_router(routes(Commands(store), people.People(Seal.of_file(settings.people_keys_file))))
            async with running(relay.run, observe_relay(store)):
                yield

    return create_app("Referral", gate_of(settings), sentences, health, lifespan)


async def _soon(value: bool) -> bool:  # noqa: FBT001 - a check is awaited
    return value
