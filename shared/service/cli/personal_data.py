"""Sealed names: their keys, and who is kept too long; none of them is read or shown here."""

from __future__ import annotations

import typer

from shared.service.cli.output import OUT, fail
from shared.service.cli.parts import Do
from shared.service.wiring import Wiring


def people_commands(do: Do) -> typer.Typer:
    """The commands `people ...`."""
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
    register = parts.register or fail("This service seals no names.")
    async with parts.pool.acquire() as connection, connection.transaction():
        OUT.print(f"{await register.reseal(connection)} sealed with the newest key.")


async def _due(parts: Wiring) -> None:
    register = parts.register or fail("This service seals no names.")
    days = parts.settings.people_keep_days
    async with parts.pool.acquire() as connection:
        ids = await register.due(connection, days)
    OUT.print(f"{len(ids)} kept longer than {days} days", *ids, sep="\n")
