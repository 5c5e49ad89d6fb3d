"""Take each protection out of a copy of the tree once, and ask that a run with faults notices: `make bite`."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, Field

ROOT = Path(__file__).resolve().parents[2]
_COPIED = ("shared", "tests", "deploy", "services")
_SECONDS = 1200
_END_SECONDS = 60
_END = re.compile(r"commands=\d+ faults=\d+ lost=\d+ doubled=\d+ reordered=\d+")
_CONTROL = "nothing is taken out"


class Edit(BaseModel):
    """Lines of one file, and what takes their place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    old: str = Field(min_length=1)
    new: str

    def matches(self, root: Path) -> int:
        """How often the old text stands in its file."""
        return (root / self.file).read_text(encoding="utf-8").count(self.old)

    def apply(self, root: Path) -> None:
        """Make it in the tree of `root`."""
        if self.matches(root) != 1:
            raise ValueError(f"{self.file} has {self.matches(root)} times: {self.old.strip()}")
        path = root / self.file
        path.write_text(path.read_text(encoding="utf-8").replace(self.old, self.new), encoding="utf-8")


class Protection(BaseModel):
    """What is taken out, and the faults that need it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    faults: list[str] = Field(min_length=1)
    edits: list[Edit] = []


@dataclass(frozen=True)
class Bite:
    """What became of a run: its exit, and what it said last."""

    protection: Protection
    exit: int
    last: str

    @property
    def right(self) -> bool:
        """Whether the run came to its end, and failed exactly when something was taken out."""
        return bool(_END.fullmatch(self.last)) and self.exit == int(bool(self.protection.edits))

    @property
    def line(self) -> str:
        """One line for people."""
        edit = "; ".join(f"{each.file}: {each.old.split()[0]} ..." for each in self.protection.edits) or "-"
        return (
            f"{self.protection.name} | {edit} | {self.exit} | {self.last}{'' if self.right else '  NOT AS IT MUST BE'}"
        )


def protections() -> list[Protection]:
    """All of them."""
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return [Protection.model_validate(each) for each in told["protection"]]


def main(
    only: Annotated[list[str] | None, typer.Option(help="Those whose name has this in it (may be repeated).")] = None,
    commands: Annotated[int, typer.Option(help="How many commands a run.")] = 600,
    seed: Annotated[int, typer.Option(help="Of every run.")] = 1,
    at_once: Annotated[int, typer.Option(help="How many runs at once.")] = 2,
    *,
    control: Annotated[bool, typer.Option(help="Whether to run with nothing taken out, too.")] = True,
) -> None:
    """Print a line a protection; exit 1 where one is taken out and nothing is noticed, or where the control fails."""
    chosen = [each for each in protections() if not only or any(part in each.name for part in only)]
    if unfit := [edit for each in chosen for edit in each.edits if edit.matches(ROOT) != 1]:
        raise typer.BadParameter(f"correct tests/chaos/protections.toml: {unfit[0]}")
    if control:
        chosen.insert(0, Protection(name=_CONTROL, faults=sorted({fault for each in chosen for fault in each.faults})))
    typer.echo("protection | edit | exit | last line")
    right = True
    with ThreadPoolExecutor(at_once) as pool:
        runs = [pool.submit(_bitten, each, commands, seed) for each in chosen]
        for run in as_completed(runs):
            typer.echo(run.result().line)
            right &= run.result().right
    sys.exit(not right)


def _bitten(protection: Protection, commands: int, seed: int) -> Bite:
    with tempfile.TemporaryDirectory(prefix="bite-") as home:
        tree = Path(home)
        for folder in _COPIED:
            shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
        (tree / ".local").mkdir()
        (tree / ".local" / "jars").symlink_to(ROOT / ".local" / "jars")
        for edit in protection.edits:
            edit.apply(tree)
        return _run(protection, tree, ["--commands", str(commands), "--seed", str(seed), "--quiet", "20"])


def _run(protection: Protection, tree: Path, options: Sequence[str]) -> Bite:
    faults = [part for fault in protection.faults for part in ("--only", fault)]
    command = [sys.executable, "-m", "tests.chaos", *options, *faults]
    with subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:  # noqa: S603
        try:
            told, wrong = run.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGINT)  # it ends what it started
            run.communicate(timeout=_END_SECONDS)
            return Bite(protection, -1, f"no end within {_SECONDS} s")
    said = (told.splitlines() or [""])[-1]
    return Bite(protection, run.returncode, said if _END.fullmatch(said) else wrong.strip()[-300:])


if __name__ == "__main__":
    typer.run(main)
