"""The audit trail: whether it is as it was written."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from shared.audit import chain
from shared.service.cli.parts import OUT, do, fail
from shared.service.wiring import Wiring

AUDIT = typer.Typer(help="The audit trail, whose entries are linked by digests.")


@AUDIT.callback()
def of_the_trail() -> None:
    """The audit trail, whose entries are linked by digests."""


@AUDIT.command("verify")
def verify(
    context: typer.Context,
    place: Annotated[int | None, typer.Option(help="A place whose digest was noted before.")] = None,
    digest: Annotated[str, typer.Option(help="That digest.")] = "",
) -> None:
    """Follow the chain from its beginning, and say where it breaks."""
    do(context, partial(_verify, place, digest))


async def _verify(place: int | None, digest: str, parts: Wiring) -> None:
    verdict = await chain.verify(parts.pool)
    if verdict.broken_at is not None:
        fail(f"The chain breaks at place {verdict.broken_at}: {verdict.why}.")
    if place is not None:
        async with parts.pool.acquire() as connection:
            if await chain.digest_at(connection, place) != digest:
                fail(f"The chain was made anew: place {place} had another digest.")
    OUT.print(f"{verdict.linked} entries are as they were written; {verdict.unlinked} are not linked yet.")
    OUT.print(f"Head: place {verdict.linked}, digest {verdict.head}", soft_wrap=True)
