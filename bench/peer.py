"""One peer in a process of its own: `python -m bench.peer bench.append.bare 500` prints what it measured as JSON."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Annotated, Any

import typer
import uvloop

from bench.place import place
from shared.observability import logs

NOT_INSTALLED = 3


def main(
    function: str,
    referrals: int,
    topic: Annotated[str | None, typer.Option(help="A topic that exists; without it, a new one.")] = None,
) -> None:
    """Run one function of a benchmark, on the event loop that the services run on; exit 3 when it is not installed."""
    module, name = function.rsplit(".", 1)
    try:
        measured = getattr(import_module(module), name)
    except ModuleNotFoundError:
        raise typer.Exit(NOT_INSTALLED) from None
    logs.configure("bench")
    typer.echo(json.dumps({"measured": uvloop.run(_measure(measured, referrals, topic))}))


async def _measure(measured: Any, referrals: int, topic: str | None) -> Any:
    async with place(referrals, topic) as prepared:
        return await measured(prepared)


if __name__ == "__main__":
    typer.run(main)
