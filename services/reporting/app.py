"""Wires the reporting service; nothing happens at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from services.reporting import figures, project
from services.reporting.api import routes
from shared import inbox
from shared.contracts import referral as contract
from shared.inbox import Inbox
from shared.kafka import Subscription
from shared.service import (
    create_tables,
    database_lives,
    gate_of,
    kafka_lives,
    observe_inbox,
    open_topics,
    running,
)
from shared.settings import Settings
from shared.web import Health, create_app

_REFUSALS = {
    "period-reversed": {
        "nl": "De periode eindigt voor ze begint.",
        "fr": "La période se termine avant de commencer.",
        "en": "The period ends before it begins.",
    },
    "project-not-described": {
        "nl": "Het project is nog niet beschreven.",
        "fr": "Le projet n'est pas encore décrit.",
        "en": "The project has not been described yet.",
    },
}


def sentences(code: str) -> dict[str, str]:
    """A refusal in NL, FR and EN."""
    return _REFUSALS.get(code, {"en": code})


def application(settings: Settings) -> FastAPI:
    """The service as an ASGI application; its lifespan opens and closes everything."""
    health = Health()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        url = settings.database_url.get_secret_value()
        async with asyncpg.create_pool(url, min_size=1, max_size=20) as pool:
            await create_tables(pool, [inbox.SCHEMA, figures.SCHEMA, project.SCHEMA])
            await open_topics(settings, [contract.CASES])
            heard = Inbox("reporting", contract.CASES, figures.apply)
            subscription = Subscription(settings.kafka_bootstrap_servers, "reporting", heard, pool)
            health.checks = {
                "database": lambda: database_lives(pool),
                "kafka": lambda: kafka_lives(settings.kafka_bootstrap_servers),
                "subscriber": lambda: _soon(subscription.alive()),
            }
            app.include_router(routes(pool))
            async with running(subscription.run, observe_inbox(subscription)):
                yield

    return create_app("Reporting", gate_of(settings), sentences, health, lifespan)


async def _soon(value: bool) -> bool:  # noqa: FBT001 - a check is awaited
    return value
