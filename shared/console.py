"""The command line of a service: `python -m services.<name>` serves; with a command it looks after the service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn, TypeAlias

import asyncpg
import typer
from fastapi import FastAPI
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shared import fold, letters, relay, views
from shared.beside import AlreadyRebuilding, Tell
from shared.fold import TopicIncomplete
from shared.health import Health
from shared.service import Wire, Wiring, serve, wired
from shared.settings import Settings, settings_of

Work: TypeAlias = Callable[[Wiring], Awaitable[None]]
Do: TypeAlias = Callable[[Work], None]

_SHOWN = 100
_OUT = Console()
_ERR = Console(stderr=True)
_SENTENCES: dict[type[Exception], str] = {
    AlreadyRebuilding: "Another process rebuilds these tables already.",
    TopicIncomplete: "A topic holds less than was applied from it: republish from 0 at its publisher, then rebuild.",
    asyncpg.PostgresError: "The database refuses.",
    OSError: "The database or Kafka does not answer.",
}


def console(name: str, application: Callable[[Settings], FastAPI], wire: Wire) -> typer.Typer:
    """Serve, and everything ops do to the service `name`."""
    app = typer.Typer(add_completion=False, invoke_without_command=True, help=f"The {name} service.")

    @app.callback()
    def main(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            settings = _settings(name)
            serve(name, settings, application(settings))

    @app.command("serve")
    def serve_it() -> None:
        """Serve until SIGTERM; what happens without a command too."""
        settings = _settings(name)
        serve(name, settings, application(settings))

    def do(work: Work) -> None:
        _run(_with_parts(_settings(name), wire, work))

    _rebuild(app, do)
    app.add_typer(_letters(do), name="letters")
    app.add_typer(_relay(do), name="relay")
    app.add_typer(_people(do), name="people")
    return app


def _rebuild(app: typer.Typer, do: Do) -> None:
    @app.command()
    def rebuild() -> None:
        """Build views and folded tables again beside the live ones, and swap; the service goes on meanwhile."""
        do(_build_again)


async def _build_again(parts: Wiring) -> None:
    if parts.store and parts.views:
        with _progress("views") as tell:
            await views.rebuild(parts.store, parts.url, parts.views, tell)
    if parts.fold:
        with _progress(parts.fold.consumer) as tell:
            servers = parts.settings.kafka_bootstrap_servers
            await fold.rebuild(parts.pool, parts.url, servers, parts.fold, tell)
    if not (parts.views or parts.fold):
        _fail("This service has nothing to rebuild.")


def _letters(do: Do) -> typer.Typer:
    app = typer.Typer(help="Messages that could not be applied, and those that wait behind them.")

    @app.command("list")
    def list_letters() -> None:
        """The open dead letters, the oldest first, without their content."""
        do(_list_letters)

    @app.command("replay")
    def replay_letters(
        key: Annotated[str | None, typer.Option(help="Only this key; without it, every key.")] = None,
    ) -> None:
        """Apply open dead letters again, in order per key, up to the first that still fails."""
        do(lambda parts: _replay(parts, key))

    return app


async def _list_letters(parts: Wiring) -> None:
    table = Table("id", "topic", "partition", "offset", "key", "reason", "key waits", "attempts", "since")
    async with parts.pool.acquire() as connection:
        for inbox in parts.inboxes:
            for each in await letters.open_letters(connection, inbox, _SHOWN):
                since, waits = each.at.isoformat(timespec="seconds"), "yes" if each.waits else "no"
                row = (each.id, each.topic, each.partition, each.record_at, each.key, each.reason, waits, each.attempts)
                table.add_row(*map(str, row), since)
        counted = await letters.piles(connection)
    _OUT.print(table)
    for pile in counted:
        _OUT.print(f"{pile.letters} {pile.reason} on {pile.topic}")


async def _replay(parts: Wiring, key: str | None) -> None:
    table = Table("topic", "key", "applied", "still open")
    async with parts.pool.acquire() as connection:
        for inbox in parts.inboxes:
            for each in await letters.open_keys(connection, inbox):
                if key is None or each == key.encode():
                    async with connection.transaction():
                        applied = await letters.replay(connection, inbox, each)
                    left = await letters.left(connection, inbox, each)
                    table.add_row(inbox.topic.name, each.decode(errors="replace"), str(applied), str(left))
    parts.ring()
    _OUT.print(table)


def _relay(do: Do) -> typer.Typer:
    app = typer.Typer(help="What sends this service's facts to Kafka.")

    @app.command()
    def status() -> None:
        """How far it has come, and how old the oldest fact is that waits."""
        do(_relay_status)

    @app.command()
    def republish(
        position: Annotated[int, typer.Option("--from", min=0, help="Send every fact after this position again.")],
    ) -> None:
        """Send facts again, for a broker that lost them; those who have them drop them."""
        do(lambda parts: _republish(parts, position))

    return app


async def _relay_status(parts: Wiring) -> None:
    follower = _publisher(parts)
    behind, oldest = await relay.backlog(follower.store, follower.name)
    table = Table("position", "not yet published", "oldest waits", "a leader")
    led = "yes" if await relay.led(follower.store) else "no"
    table.add_row(str(await relay.position(follower.store, follower.name)), str(behind), f"{oldest:.0f} s", led)
    _OUT.print(table)


async def _republish(parts: Wiring, position: int) -> None:
    follower = _publisher(parts)
    await relay.republish(follower.store, position, follower.name)
    behind, _ = await relay.backlog(follower.store, follower.name)
    _OUT.print(f"{behind} positions after {position} will be sent again; `relay status` shows how far it is.")


def _publisher(parts: Wiring) -> relay.Relay:
    return parts.relay or _fail("This service publishes nothing.")


def _people(do: Do) -> typer.Typer:
    app = typer.Typer(help="Sealed names, none of which is read or shown here.")

    @app.command()
    def reseal() -> None:
        """Seal every name with the newest key of PEOPLE_KEYS_FILE; the older keys can go then."""
        do(_reseal)

    @app.command()
    def due() -> None:
        """The pseudonymous ids kept longer than PEOPLE_KEEP_DAYS: somebody must decide on them."""
        do(_due)

    return app


async def _reseal(parts: Wiring) -> None:
    register = parts.register or _fail("This service seals no names.")
    async with parts.pool.acquire() as connection, connection.transaction():
        _OUT.print(f"{await register.reseal(connection)} sealed with the newest key.")


async def _due(parts: Wiring) -> None:
    register = parts.register or _fail("This service seals no names.")
    days = parts.settings.people_keep_days
    async with parts.pool.acquire() as connection:
        ids = await register.due(connection, days)
    _OUT.print(f"{len(ids)} kept longer than {days} days", *ids, sep="\n")


@contextmanager
def _progress(what: str) -> Iterator[Tell]:
    with Progress(console=_OUT) as progress:
        bar = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)
    _OUT.print(f"{what}: built and in place.")


def _settings(name: str) -> Settings:
    try:
        return settings_of(name)
    except ValidationError as error:
        _fail("; ".join(f"{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors()))


async def _with_parts(settings: Settings, wire: Wire, work: Work) -> None:
    async with asyncpg.create_pool(settings.database_url.get_secret_value(), min_size=1, max_size=5) as pool:
        await work(await wired(Wiring(settings, pool, FastAPI(), Health()), wire))


def _run(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(work)
    except tuple(_SENTENCES) as error:
        _fail(next(sentence for kind, sentence in _SENTENCES.items() if isinstance(error, kind)))


def _fail(sentence: str) -> NoReturn:
    _ERR.print(sentence)
    raise typer.Exit(1)
