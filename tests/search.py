"""Look for failures with fresh seeds until the time is over: `make search`."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from typing import Annotated

import typer


def main(
    seconds: Annotated[int, typer.Option(help="No round starts after this long.")] = 300,
    seed: Annotated[int, typer.Option(help="One round with this seed; 0 draws a fresh one a round.")] = 0,
    tests: Annotated[str, typer.Option(help="Where to look.")] = "tests",
) -> None:
    """Every test that draws its examples, in rounds; says each round's seed, and stops at the first failure."""
    until = time.monotonic() + seconds
    while True:
        drawn = seed or secrets.randbelow(2**31) + 1
        typer.echo(f"search: seed {drawn}; the same round again: make search SEED={drawn} TESTS={tests}")
        if code := _round(drawn, tests):
            typer.echo(f"search: failed with --hypothesis-seed={drawn} --seed={drawn}; pin what it found with @example")
            sys.exit(code)
        if seed or time.monotonic() > until:
            return


def _round(seed: int, tests: str) -> int:
    chance = ["--hypothesis-profile=search", f"--hypothesis-seed={seed}", f"--seed={seed}"]
    command = [sys.executable, "-m", "pytest", "-m", "hypothesis and not chaos", *chance, tests]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own tests


if __name__ == "__main__":
    typer.run(main)
