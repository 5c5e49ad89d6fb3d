"""mutmut over one area, in a copy of the code of its own."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.areas import ROOT, Area

_COPIED = ("services", "shared", "tests", "deploy", "docs", "requirements", "bench")
_FILES = ("pyproject.toml", "Makefile", "README.md", "CONTRIBUTING.md", "docker-compose.yml")
_DEAD = {"killed", "timeout", "segfault", "caught by type check"}


class MutmutFailed(Exception):  # noqa: N818 - said to whoever started it
    """mutmut did not run: what it said last."""


@dataclass(frozen=True)
class Mutant:
    """One change and what became of it."""

    name: str
    status: str

    @property
    def dead(self) -> bool:
        """Whether a test noticed."""
        return self.status in _DEAD

    @property
    def function(self) -> str:
        """Where it is, without its number."""
        return re.sub(r"__mutmut_\d+$", "", self.name)


@dataclass(frozen=True)
class Copy:
    """A copy of the code in `home`, set up for one area."""

    home: Path

    def run(self, names: Sequence[str] = ()) -> list[Mutant]:
        """Run the mutants of these names (patterns), or all; returns those that were run. Raises MutmutFailed."""
        self._mutmut("run", "--max-children", "2", *names)
        return [each for each in self.known() if each.status != "not checked"]

    def known(self) -> list[Mutant]:
        """Every mutant there is, run or not."""
        lines = self._mutmut("results", "--all", "true").splitlines()
        return [Mutant(*line.strip().rsplit(": ", 1)) for line in lines if "__mutmut_" in line]

    def change(self, mutant: Mutant) -> tuple[str, str]:
        """The line before and after."""
        told = [line for line in self._mutmut("show", mutant.name).splitlines() if line[:1] in {"-", "+"}]
        lines = [line for line in told if not line.startswith(("---", "+++"))]
        return _joined(lines, "-"), _joined(lines, "+")

    def _mutmut(self, *words: str) -> str:
        command = [str(Path(sys.executable).parent / "mutmut"), *words]
        done = subprocess.run(  # noqa: S603 - a locked package of ours
            command, cwd=self.home, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise MutmutFailed((done.stdout + done.stderr)[-3000:])
        return done.stdout


def _joined(lines: Iterable[str], sign: str) -> str:
    return " ".join(line[1:].strip() for line in lines if line.startswith(sign))


def copy_for(name: str, area: Area) -> Copy:
    """A fresh copy of the code under .local/mutants."""
    home = ROOT / ".local" / "mutants" / name
    shutil.rmtree(home, ignore_errors=True)
    for folder in _COPIED:
        shutil.copytree(ROOT / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in _FILES:
        shutil.copy(ROOT / file, home / file)
    with (home / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write(_settings(area))
    return Copy(home)


def _settings(area: Area) -> str:
    tests = [path for path in area.tests if (ROOT / path).exists()]
    return "\n".join(
        (
            "\n[tool.mutmut]",
            'source_paths = ["services", "shared"]',
            f"also_copy = {json.dumps([*_COPIED[3:], *_FILES])}",
            f"only_mutate = {json.dumps(area.mutate)}",
            f"pytest_add_cli_args_test_selection = {json.dumps(tests)}",
            'pytest_add_cli_args = ["--hypothesis-profile=mutants"]',
            "",
        )
    )


def sampled(copy: Copy, number: int, seed: str) -> list[Mutant]:
    """The first mutant of every function, and others drawn by the seed until there are `number`."""
    copy.run(["*__mutmut_1"])
    known = copy.known()
    rest = sorted(each.name for each in known if each.status == "not checked")
    more = max(0, number - (len(known) - len(rest)))
    drawn = random.Random(seed).sample(rest, min(more, len(rest)))
    if drawn:
        copy.run(drawn)
    return [each for each in copy.known() if each.status != "not checked"]
