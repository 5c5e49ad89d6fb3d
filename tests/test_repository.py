"""What stands in no file of the repository: paths of a machine, hosts of package indexes, chance without a seed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SELF = Path(__file__).name
_PLACES = ("home", "root", "Users", "work", "workspace", "mnt", "media", "builds", "private")
MACHINE = re.compile(rf"(?<![\w.:/}}-])(?:/(?:{'|'.join(_PLACES)})/[\w.-]|[A-Za-z]:\\(?:Users|work)\\)")
INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|(?:PIP|UV)_(?:EXTRA_)?INDEX|\[\[tool\.uv\.index\]\]"
    r"|https?://[\w.-]*(?:pypi|pythonhosted|artifactory|nexus|devpi|jfrog)[\w.-]*",
    re.IGNORECASE,
)
CHANCE = re.compile(r"(?<![\w.])random\.(?!Random\b|seed\b)[a-z]\w*\(|(?<![\w.])random\.Random\(\)|\bSystemRandom\(")
# How often a rule is set aside, by its code: may go down, and then this goes down with it. It never goes up.
SET_ASIDE = {"SLF001": 0}


def files() -> list[Path]:
    """Every file that is in the repository, or would be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()  # noqa: S603 - fixed
    return [ROOT / name for name in told.split("\0") if name and (ROOT / name).is_file()]


def lines(*, python: bool = False) -> Iterator[tuple[str, str]]:
    """Where it stands and what it says, of every line of text."""
    for path in files():
        if path.name == SELF or (python and path.suffix != ".py"):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a font or a picture
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def found(pattern: re.Pattern[str], *, python: bool = False) -> list[str]:
    return [f"{where} {line.strip()}" for where, line in lines(python=python) if pattern.search(line)]


def test_no_path_of_somebodys_machine() -> None:
    assert found(MACHINE) == []


def test_no_host_and_no_option_of_a_package_index() -> None:
    allowed = "--no-emit-index-url"  # the Makefile's: that locks say none
    assert [each for each in found(INDEX) if not (allowed in each or 'assert "--index-url" not in' in each)] == []


def test_every_package_of_a_lock_has_its_hashes() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        text = lock.read_text(encoding="utf-8").replace("\\\n", "")
        pinned = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
        assert pinned
        odd = [
            line[:60]
            for line in pinned
            if not re.match(r"[a-z0-9][\w.\[\],-]*==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
        ]
        assert odd == [], lock.name


def test_chance_in_tests_has_a_seed() -> None:
    drawn = [each for each in found(CHANCE, python=True) if each.startswith(("tests/", "bench/"))]
    assert [each for each in drawn if '"--seed"' not in each] == []  # what draws a seed says it


@pytest.mark.parametrize("code", SET_ASIDE)
def test_rules_are_set_aside_ever_more_seldom(code: str) -> None:
    times = len(found(re.compile(rf"noqa:[^#]*\b{code}\b"), python=True))
    assert times == SET_ASIDE[code]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MACHINE, 'ROOT = Path("/home/an/carrousel")'),
        (MACHINE, "cd /work/main && make test"),
        (MACHINE, r"C:\Users\an\carrousel"),
        (INDEX, "--extra-index-url https://user@host/simple"),
        (INDEX, "    # from https://pypi.example.org/simple"),
        (INDEX, "url = https://files.pythonhosted.org/packages/x"),
        (CHANCE, "time.sleep(random.random())"),
        (CHANCE, "chance = random.Random()"),
    ],
)
def test_each_would_be_seen(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MACHINE, "https://example.org/home/an"),
        (MACHINE, 'router.get("/home")'),
        (MACHINE, "COPY --chown=app . /app/"),
        (CHANCE, "chance = random.Random(seed)"),
    ],
)
def test_no_other_is_taken_for_one(pattern: re.Pattern[str], line: str) -> None:
    assert not pattern.search(line)
