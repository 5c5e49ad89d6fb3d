"""`make bench`: every benchmark in turns, then the memory of the stack; one table, ratios from this run."""

from __future__ import annotations

import asyncio
import json
import os
import platform
from asyncio.subprocess import PIPE
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from bench import table
from bench.load import OtherLoad
from bench.memory import AIM_MB, ROOT
from bench.rounds import benchmarks, measure
from deploy.local.ports import free_port
from deploy.services import SERVICES

SIZES = {"append": 1000, "relay": 4000, "projection": 8000, "freshness": 200}
HEAD = ("benchmark", "peer", "unit", "median", "rounds", "ratio", "aim", "what it does")
MEMORY_HEAD = ("process", "idle RSS", "idle PSS", "load RSS", "load PSS", "aim")
_PEOPLE = 300


def main(
    rounds: Annotated[int, typer.Option(help="How often every peer has its turn.")] = 5,
    only: Annotated[list[str] | None, typer.Option(help="Of append, relay, projection, freshness, memory.")] = None,
    referrals: Annotated[int, typer.Option(help="How many in a turn; 0 is each benchmark's own number.")] = 0,
    plain: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,  # noqa: FBT002 - typer's flag
) -> None:
    """Ratios hold within this run only: never compare a number with one of another run."""
    other, screen = OtherLoad(), Console(width=None if plain else 200)
    lines: list[tuple[str, ...]] = []
    for benchmark in benchmarks():
        if only is None or benchmark.name in only:
            asyncio.run(measure(benchmark, referrals or SIZES[benchmark.name], rounds, other.look))
            lines += table.rows(benchmark)
    _show(screen, "Speed", HEAD, lines, plain=plain)
    if only is None or "memory" in only:
        _show(screen, "Memory, MB", MEMORY_HEAD, memory(asyncio.run(_measured())), plain=plain)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    screen.print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}; {rounds} rounds in turns.", soft_wrap=True)
    if other.seen:
        screen.print(other.sentence(), soft_wrap=True)


def memory(found: dict[str, Any]) -> list[tuple[str, ...]]:
    """A row a process; the aim is for services."""
    return [
        (
            name,
            *(f"{value:.0f}" for kind in ("idle", "load") for value in each[kind]),
            "" if name in ("postgres", "kafka") else f"< {AIM_MB}",
        )
        for name, each in found.items()
    ]


async def _measured() -> dict[str, Any]:
    """The services run from the product's own environment, on the stores of this run."""
    own, bench = str(ROOT / ".venv/bin/python"), str(ROOT / ".venv-bench/bin/python")
    command = [own, "-m", "deploy.local", "run", "--services", "--", bench, "-m", "bench.memory", str(_PEOPLE)]
    free = {f"{name.upper()}_PORT": str(free_port()) for name in SERVICES}
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, env={**os.environ, **free})
    out, _ = await process.communicate()
    answer: dict[str, Any] = json.loads(out.decode().strip().splitlines()[-1])
    return answer


def _show(screen: Console, title: str, head: tuple[str, ...], lines: list[tuple[str, ...]], *, plain: bool) -> None:
    screen.print(table.markdown(head, lines) if plain else table.shown(title, head, lines), soft_wrap=plain)


if __name__ == "__main__":
    typer.run(main)
