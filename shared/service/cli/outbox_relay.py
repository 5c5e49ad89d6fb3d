"""What sends this service's facts to Kafka: how far it is, and sending again."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer
from rich.table import Table

from shared.messaging import outbox_relay
from shared.messaging.unpublishable import how_many_wait, waiting
from shared.service.cli.output import OUT, fail
from shared.service.cli.parts import Do
from shared.service.wiring import Wiring

_SHOWN = 100


def outbox_commands(do: Do) -> typer.Typer:
    """The commands `outbox ...`."""
    app = typer.Typer(help="What sends this service's facts to Kafka.")

    @app.command()
    def status() -> None:
        """How far it has come, and how old the oldest fact is that waits."""
        do(_relay_status)

    @app.command()
    def unpublishable() -> None:
        """The events that no public message can be made of, and those behind them; a release that can tells them."""
        do(_list_unpublishable)

    @app.command()
    def republish(
        position: Annotated[int, typer.Option("--from", min=0, help="Send every fact after this position again.")],
    ) -> None:
        """Send facts again, for a broker that lost them; those who have them drop them."""
        do(lambda parts: _republish(parts, position))

    @app.command("new-epoch")
    def new_epoch(
        by: Annotated[str, typer.Option(help="Who decides; no name of a person of the programme.")],
    ) -> None:
        """Confirm that the database was put back to an earlier state: publish all of it as another history."""
        do(lambda parts: _new_epoch(parts, by.strip()))

    return app


async def _new_epoch(parts: Wiring, by: str) -> None:
    if not by:
        fail("Say who decides: --by.")
    epoch, found = await _publisher(parts).new_epoch(by)
    table = Table("topic", "key", "told and lost")
    for (topic, key, kind), number in Counter((each.topic, each.key, each.type) for each in found.lost).items():
        table.add_row(topic, key, f"{number} {kind}")
    OUT.print(table)
    OUT.print(f"Epoch {epoch} begins; {len(found.lost)} messages were told that this database does not know any more.")


async def _relay_status(parts: Wiring) -> None:
    follower = _publisher(parts)
    behind, oldest = await outbox_relay.backlog(follower.store, follower.name)
    table = Table("position", "not yet published", "oldest waits", "cannot be published", "a leader")
    led = "yes" if await outbox_relay.led(follower.store) else "no"
    at, cannot = await outbox_relay.position(follower.store, follower.name), await how_many_wait(follower.store)
    table.add_row(str(at), str(behind), f"{oldest:.0f} s", str(cannot), led)
    OUT.print(table)


async def _list_unpublishable(parts: Wiring) -> None:
    table = Table("position", "stream", "event", "why", "since")
    async with _publisher(parts).store.pool.acquire() as connection:
        for each in await waiting(connection, _SHOWN):
            table.add_row(str(each.position), each.stream, each.type, each.code, each.at.isoformat(timespec="seconds"))
    OUT.print(table)


async def _republish(parts: Wiring, position: int) -> None:
    follower = _publisher(parts)
    await follower.republish(position)
    behind, _ = await outbox_relay.backlog(follower.store, follower.name)
    OUT.print(f"{behind} positions after {position} will be sent again; `outbox status` shows how far it is.")


def _publisher(parts: Wiring) -> outbox_relay.OutboxRelay:
    return parts.relay or fail("This service publishes nothing.")
