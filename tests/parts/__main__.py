"""Every test, in parts that run side by side, each on a PostgreSQL and a Kafka of its own: `make test`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parents[2]


def main(
    arguments: Annotated[list[str] | None, typer.Argument(metavar="-- PYTEST", help="What pytest is given.")] = None,
    parts: Annotated[int, typer.Option(min=1, max=16, help="How many run side by side.")] = 2,
) -> None:
    """Run them; what the first says is seen at once, what the others say when they have ended. Exit 1 if one failed."""
    with tempfile.TemporaryDirectory(prefix="parts-") as folder:
        claims = Path(folder, "claims")
        claims.mkdir()
        told = [Path(folder, f"part-{nth + 1}") for nth in range(1, parts)]
        others = [_start(claims, arguments or [], output) for output in told]
        codes = [_start(claims, arguments or [], None).wait(), *(each.wait() for each in others)]
        for output in told:
            typer.echo(output.read_text(encoding="utf-8", errors="replace"))
    typer.echo("".join(f"part {nth}: exit {code}\n" for nth, code in enumerate(codes, 1)))
    sys.exit(1 if any(codes) else 0)


def _start(claims: Path, arguments: list[str], output: Path | None) -> subprocess.Popen[bytes]:
    run = [sys.executable, "-m", "deploy.local", "run", "--"]
    tests = [sys.executable, "-m", "pytest", "-p", "tests.parts.claiming", "--claims", str(claims), *arguments]
    if output is None:
        return subprocess.Popen([*run, *tests], cwd=ROOT)  # noqa: S603 - our own tests
    with output.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - our own tests
            [*run, *tests], cwd=ROOT, stdout=file, stderr=subprocess.STDOUT
        )


if __name__ == "__main__":
    typer.run(main)
