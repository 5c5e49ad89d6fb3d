"""The outbox relay: its position, and publishing again."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Annotated

import typer
from rich.table import Table

from shared.messaging import outbox_relay
from shared.messaging.unpublishable import how_many_wait, waiting
from shared.service.cli.parts import OUT, do, fail
from shared.service.wiring import Wiring

_SHOWN = 100
OUTBOX = typer.Typer(help="What publishes this service's events on Kafka.")


@OUTBOX.command()
def status(context: typer.Context) -> None:
    """Its position, and the age of the oldest event that waits."""
    do(context, _status)


@OUTBOX.command()
def unpublishable(context: typer.Context) -> None:
    """The events that no public message can be made of, and those that wait behind them."""
    do(context, _list_unpublishable)


@OUTBOX.command()
def republish(
    context: typer.Context,
    position: Annotated[int, typer.Option("--from", min=0, help="Publish every event after this position again.")],
) -> None:
    """Publish events again, for a broker that lost them; consumers that have them drop them."""
    do(context, partial(_republish, position))


@OUTBOX.command("new-epoch")
def new_epoch(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="Who decides; no name of a person of the programme.")],
) -> None:
    """Confirm that the database was restored to an earlier state: publish all of it as another epoch."""
    do(context, partial(_new_epoch, by.strip()))


async def _new_epoch(by: str, parts: Wiring) -> None:
    if not by:
        fail("Say who decides: --by.")
    epoch, found = await _publisher(parts).new_epoch(by)
    table = Table("topic", "key", "published and lost")
    for (topic, key, kind), number in Counter((each.topic, each.key, each.type) for each in found.lost).items():
        table.add_row(topic, key, f"{number} {kind}")
    OUT.print(table)
    OUT.print(
        f"Epoch {epoch} begins; {len(found.lost)} messages were published that this database does not know any more."
    )


async def _status(parts: Wiring) -> None:
    relay = _publisher(parts)
    behind, oldest = await outbox_relay.backlog(relay.store, relay.name)
    table = Table("position", "not yet published", "oldest waits", "cannot be published", "a leader")
    led = "yes" if await outbox_relay.led(relay.store) else "no"
    at, cannot = await outbox_relay.position(relay.store, relay.name), await how_many_wait(relay.store)
    table.add_row(str(at), str(behind), f"{oldest:.0f} s", str(cannot), led)
    OUT.print(table)


async def _list_unpublishable(parts: Wiring) -> None:
    table = Table("position", "stream", "event", "why", "since")
    async with _publisher(parts).store.pool.acquire() as connection:
        for each in await waiting(connection, _SHOWN):
            table.add_row(str(each.position), each.stream, each.type, each.code, each.at.isoformat(timespec="seconds"))
    OUT.print(table)


async def _republish(position: int, parts: Wiring) -> None:
    relay = _publisher(parts)
    await relay.republish(position)
    behind, _ = await outbox_relay.backlog(relay.store, relay.name)
    OUT.print(f"{behind} positions after {position} will be sent again; `outbox status` shows how far it is.")


def _publisher(parts: Wiring) -> outbox_relay.OutboxRelay:
    return parts.relay or fail("This service publishes nothing.")
