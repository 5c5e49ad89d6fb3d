"""Encrypted names: their keys, and which are kept too long; none is read or shown here."""

from __future__ import annotations

import typer

from shared.service.cli.output import OUT, fail
from shared.service.cli.parts import Do
from shared.service.wiring import Wiring


def personal_data_commands(do: Do) -> typer.Typer:
    """The commands `personal-data ...`."""
    app = typer.Typer(help="Encrypted names, none of which is read or shown here.")

    @app.command()
    def rotate_keys() -> None:
        """Encrypt every name with the newest key of PEOPLE_KEYS_FILE; the older keys can go then."""
        do(_rotate_keys)

    @app.command()
    def due() -> None:
        """The pseudonymous ids kept longer than PEOPLE_KEEP_DAYS: somebody must decide on them."""
        do(_due)

    return app


async def _rotate_keys(parts: Wiring) -> None:
    personal_data = parts.personal_data or fail("This service keeps no names.")
    async with parts.pool.acquire() as connection, connection.transaction():
        OUT.print(f"{await personal_data.rotate_keys(connection)} encrypted with the newest key.")


async def _due(parts: Wiring) -> None:
    personal_data = parts.personal_data or fail("This service keeps no names.")
    days = parts.settings.people_keep_days
    async with parts.pool.acquire() as connection:
        ids = await personal_data.due(connection, days)
    OUT.print(f"{len(ids)} kept longer than {days} days", *ids, sep="\n")
