"""Dead letters: list, replay, discard."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer
from rich.table import Table

from shared.messaging import dead_letters
from shared.service.cli.parts import OUT, do, fail
from shared.service.wiring import Wiring

_SHOWN = 100
DEAD_LETTERS = typer.Typer(help="Messages that could not be applied, and those parked behind them.")


@DEAD_LETTERS.command("list")
def list_letters(context: typer.Context) -> None:
    """The open dead letters, the oldest first, without their content."""
    do(context, _list_letters)


@DEAD_LETTERS.command("replay")
def replay_letters(
    context: typer.Context,
    key: Annotated[str | None, typer.Option(help="Only this key; without it, every key.")] = None,
) -> None:
    """Apply open dead letters again, in order per key, up to the first that still fails."""
    do(context, partial(_replay, key))


@DEAD_LETTERS.command("discard")
def discard_letter(
    context: typer.Context,
    letter: Annotated[int, typer.Argument(help="The id that `dead-letters list` shows.")],
    reason: Annotated[str, typer.Option(help="Why it may stay unapplied for good; no name of anybody.")],
    by: Annotated[str, typer.Option(help="Who decides.")],
) -> None:
    """Never apply one open dead letter: it is kept, with who decided, when and why; its key may go on by replay."""
    do(context, partial(_discard, letter, by.strip(), reason.strip()))


@DEAD_LETTERS.command("discarded")
def list_discarded(context: typer.Context) -> None:
    """What was discarded, by whom, when and why, the latest first."""
    do(context, _list_discarded)


async def _list_letters(parts: Wiring) -> None:
    table = Table("id", "topic", "partition", "offset", "key", "reason", "key waits", "attempts", "since")
    async with parts.pool.acquire() as connection:
        for inbox in parts.inboxes:
            for each in await dead_letters.open_letters(connection, inbox, _SHOWN):
                since, waits = each.at.isoformat(timespec="seconds"), "yes" if each.waits else "no"
                row = (each.id, each.topic, each.partition, each.record_at, each.key, each.reason, waits, each.attempts)
                table.add_row(*map(str, row), since)
        counted = await dead_letters.dead_letter_counts(connection)
    OUT.print(table)
    for count in counted:
        OUT.print(f"{count.letters} {count.reason} on {count.topic}")


async def _replay(key: str | None, parts: Wiring) -> None:
    table = Table("topic", "key", "applied", "still open")
    async with parts.pool.acquire() as connection:
        for inbox in parts.inboxes:
            if key is None:
                async with connection.transaction():
                    again = await dead_letters.reread(connection, inbox)
                if again:
                    table.add_row(inbox.topic.name, "(the newest)", str(again), "0")
            for each in await dead_letters.open_keys(connection, inbox):
                if key is None or each == key.encode():
                    async with connection.transaction():
                        applied = await dead_letters.replay(connection, inbox, each)
                    left = await dead_letters.left(connection, inbox, each)
                    table.add_row(inbox.topic.name, each.decode(errors="replace"), str(applied), str(left))
    parts.wake_relay()
    OUT.print(table)


async def _discard(letter: int, by: str, why: str, parts: Wiring) -> None:
    if not (by and why):
        fail("Say who decides and why: --by and --reason.")
    async with parts.pool.acquire() as connection, connection.transaction():
        if not await dead_letters.discard(connection, [inbox.consumer for inbox in parts.inboxes], letter, by, why):
            fail(f"There is no open dead letter {letter} here.")
    OUT.print(f"{letter} is discarded; `dead-letters replay` applies what waits behind it.")


async def _list_discarded(parts: Wiring) -> None:
    table = Table("id", "topic", "key", "could not be applied", "discarded by", "why", "at")
    async with parts.pool.acquire() as connection:
        for each in await dead_letters.discarded(connection, _SHOWN):
            row = (each.id, each.topic, each.key, each.reason, each.by, each.why)
            table.add_row(*map(str, row), each.at.isoformat(timespec="seconds"))
    OUT.print(table)
