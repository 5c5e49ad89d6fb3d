"""`make attack`: releases of invented people, attacked by everybody; says the seed and what was found."""

from __future__ import annotations

import sys
from random import Random
from time import monotonic, time
from typing import Annotated

import typer

from tests.reporting.releases.test_attackers import found_by_anybody, released

SIZES = (23, 40, 60, 92, 130, 180)


def main(
    histories: Annotated[int, typer.Option(min=1)] = 40, seed: Annotated[int | None, typer.Option()] = None
) -> None:
    """Attack the releases of so many histories; fails at the first small number that somebody computes."""
    chosen = int(time()) if seed is None else seed
    chance, begun, cells = Random(chosen), monotonic(), 0
    sys.stdout.write(f"seed {chosen}\n")
    for nth in range(histories):
        number, own = SIZES[nth % len(SIZES)], chance.randrange(10**9)
        them, documents = released(own, number)
        cells += sum(cell.n is None for each in documents for table in each.tables for cell in table.cells)
        for name, what in found_by_anybody(them, documents):
            sys.stdout.write(f"history {own} of {number}: {name} computes {what}\n")
            raise typer.Exit(1)
        sys.stdout.write(f"{nth + 1} histories, {cells} hidden cells, none computed, {monotonic() - begun:.0f} s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    typer.run(main)
