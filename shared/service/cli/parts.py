"""Work on the parts of a service without serving: its wiring, its database, and a sentence for each failure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import asyncpg
from fastapi import FastAPI
from pydantic import ValidationError

from shared.eventstore.pool import open_pool
from shared.messaging.inbox import AnotherVersionLive
from shared.observability.health import Health
from shared.projections.shadow_schema import AlreadyRebuilding
from shared.projections.topic_rebuild import TopicIncomplete
from shared.service.cli.output import fail
from shared.service.settings import Settings, settings_of
from shared.service.wiring import Wire, Wiring, wired

Work: TypeAlias = Callable[[Wiring], Awaitable[None]]
Do: TypeAlias = Callable[[Work], None]

_SENTENCES: dict[type[Exception], str] = {
    AlreadyRebuilding: "Another process rebuilds these tables already.",
    TopicIncomplete: "A topic holds less than was applied from it: republish from 0 at its publisher, then rebuild.",
    AnotherVersionLive: "A process of another version keeps these tables: use its command, or `rebuild`.",
    asyncpg.PostgresError: "The database refuses.",
    OSError: "The database or Kafka does not answer.",
}


def settings_or_fail(name: str) -> Settings:
    """The settings of a service, or a sentence that names the variable."""
    try:
        return settings_of(name)
    except ValidationError as error:
        fail("; ".join(f"{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors()))


def do_with_parts(settings: Settings, wire: Wire, work: Work) -> None:
    """Do `work`, or print in a sentence why it cannot be done."""
    try:
        asyncio.run(_with_parts(settings, wire, work))
    except tuple(_SENTENCES) as error:
        fail(next(sentence for kind, sentence in _SENTENCES.items() if isinstance(error, kind)))


async def _with_parts(settings: Settings, wire: Wire, work: Work) -> None:
    async with open_pool(settings.database_url.get_secret_value(), 5) as pool:
        await work(await wired(Wiring(settings, pool, FastAPI(), Health()), wire))
