"""Work on the parts of a service without serving: its wiring, its output, and a sentence for each failure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeAlias

import asyncpg
import typer
from fastapi import FastAPI
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

from shared.eventstore.migrations import NotTheOwner
from shared.eventstore.ownership import owning
from shared.eventstore.pool import open_pool
from shared.messaging.inbox import AnotherVersionLive
from shared.observability.health import Health
from shared.projections.shadow_schema import AlreadyRebuilding, ProgressCallback
from shared.projections.topic_rebuild import TopicIncomplete
from shared.service.declaration import Service
from shared.service.settings import Settings, settings_of
from shared.service.wiring import Wiring, wired

Work: TypeAlias = Callable[[Wiring], Awaitable[None]]

OUT = Console()
_ERR = Console(stderr=True)
_SENTENCES: dict[type[Exception], str] = {
    AlreadyRebuilding: "Another process rebuilds these tables already.",
    TopicIncomplete: "A topic holds less than was applied from it: republish from 0 at its publisher, then rebuild.",
    AnotherVersionLive: "A process of another version keeps these tables: use its command, or `rebuild`.",
    NotTheOwner: "A migration is pending: run `migrate` with the URL of the tables' owner.",
    asyncpg.PostgresError: "The database refuses.",
    OSError: "The database or Kafka does not answer.",
}


def settings_or_fail(name: str) -> Settings:
    """The settings of a service, or a sentence that names the variable."""
    try:
        return settings_of(name)
    except ValidationError as error:
        fail("; ".join(f"{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors()))


def do(context: typer.Context, work: Work) -> None:
    """Do `work` on the parts of the service that the command line is of."""
    context.obj(work)


def do_with_parts(service: Service, work: Work) -> None:
    """Do `work`, or print in a sentence why it cannot be done."""
    settings = settings_or_fail(service.name)
    try:
        asyncio.run(_with_parts(service, settings, work))
    except tuple(_SENTENCES) as error:
        fail(next(sentence for kind, sentence in _SENTENCES.items() if isinstance(error, kind)))


async def _with_parts(service: Service, settings: Settings, work: Work) -> None:
    owner_url = settings.database_owner_url.get_secret_value()
    async with open_pool(settings.database_url.get_secret_value(), 5) as pool, owning(owner_url, pool) as owner:
        await work(await wired(Wiring(settings, pool, FastAPI(), Health(), owner=owner), service.wire))


@contextmanager
def progress(what: str) -> Iterator[ProgressCallback]:
    """A bar while something is built."""
    with Progress(console=OUT) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)
    OUT.print(f"{what}: built and in place.")


def fail(sentence: str) -> NoReturn:
    """Print this sentence and end with exit 1."""
    _ERR.print(sentence)
    raise typer.Exit(1)
