"""Change the code a little, run the tests, and say which changes nobody noticed: `make mutants`."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import typer

from tests.mutants.areas import Area, accepted, areas
from tests.mutants.mutmut import Mutant, MutmutFailed, copy_for, sampled


@dataclass(frozen=True)
class Score:
    """What became of the mutants of an area that were run."""

    area: str
    aim: float
    run: int
    killed: int
    accepted: int
    survived: tuple[str, ...]

    @property
    def percent(self) -> float:
        """Killed of those that may not live, as a percentage."""
        asked = self.run - self.accepted
        return 100 * self.killed / asked if asked else 100.0

    @property
    def line(self) -> str:
        """One line for people."""
        short = "" if self.percent >= self.aim else f"  BELOW {self.aim:.0f} %"
        counted = f"{self.killed:5d} killed {self.accepted:3d} accepted {len(self.survived):4d} survived"
        return f"{self.area:16s} {self.run:5d} run {counted}  {self.percent:5.1f} %{short}"


def main(
    area: Annotated[list[str] | None, typer.Option(help="Only this area (may be repeated).")] = None,
    sample: Annotated[int, typer.Option(help="How many mutants an area; 0 is all of them.")] = 60,
    seed: Annotated[str, typer.Option(help="Which are drawn; a fresh one is printed.")] = "",
) -> None:
    """Print each area's survivors and score; exit 1 where a score is below its aim."""
    seed = seed or str(secrets.randbelow(10**9))
    typer.echo(f"mutants: --sample {sample} --seed {seed}" if sample else "mutants: all")
    scores = [_score(name, each, sample, seed) for name, each in _chosen(area)]
    for score in scores:
        typer.echo(score.line)
    sys.exit(any(score.percent < score.aim for score in scores))


def _chosen(wanted: list[str] | None) -> Iterable[tuple[str, Area]]:
    known = areas()
    if unknown := set(wanted or ()) - set(known):
        raise typer.BadParameter(f"no such area: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    for name, each in known.items():
        if wanted and name not in wanted:
            continue
        if each.servers and "KAFKA_BOOTSTRAP_SERVERS" not in os.environ:
            typer.echo(f"{name}: left out, it needs PostgreSQL and Kafka (python -m deploy.local run --)")
        else:
            yield name, each


def _score(name: str, area: Area, sample: int, seed: str) -> Score:
    copy = copy_for(name, area)
    try:
        ran = sampled(copy, sample, seed) if sample else copy.run()
        alive = [(each, copy.change(each)) for each in ran if not each.dead]
    except MutmutFailed as failed:
        typer.echo(f"{name}: mutmut did not run\n{failed}")
        return Score(name, area.aim, 1, 0, 0, (name,))
    return _counted(name, area, len(ran), alive)


def _counted(name: str, area: Area, ran: int, alive: list[tuple[Mutant, tuple[str, str]]]) -> Score:
    lawful = {each.change for each in accepted()}
    survived = [
        (each, change) for each, change in alive if lawful.isdisjoint({(each.function, *change), ("*", *change)})
    ]
    for each, (before, after) in survived:
        typer.echo(f"  {each.name} ({each.status})\n    - {before}\n    + {after}")
    names = tuple(each.name for each, _ in survived)
    return Score(name, area.aim, ran, ran - len(alive), len(alive) - len(survived), names)


if __name__ == "__main__":
    typer.run(main)
