"""Encrypted names: their keys, and which are kept too long; none is read or shown here."""

from __future__ import annotations

import typer

from shared.service.cli.parts import OUT, do, fail
from shared.service.wiring import Wiring

PERSONAL_DATA = typer.Typer(help="Encrypted names, none of which is read or shown here.")


@PERSONAL_DATA.command("rotate-keys")
def rotate_keys(context: typer.Context) -> None:
    """Encrypt every name with the newest key of PEOPLE_KEYS_FILE; the older keys can be removed then."""
    do(context, _rotate_keys)


@PERSONAL_DATA.command("due")
def due(context: typer.Context) -> None:
    """The pseudonymous ids kept longer than PEOPLE_KEEP_DAYS: somebody must decide on them."""
    do(context, _due)


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
