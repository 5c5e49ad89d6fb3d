"""Each import contract is seen to fail, by the very line that CONTRIBUTING names, and no service escapes them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS: dict[str, dict[str, Any]] = {
    each["name"]: each
    for each in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
}
BREAKING = {
    contract: (line, file)
    for contract, line, file in re.findall(
        r"^\| (.+?) \| `(import .+?)` in `(.+?)` \|$",
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}
SERVICES = {each.parent.name for each in (ROOT / "services").glob("*/__init__.py")}


def lint(where: Path) -> tuple[int, set[str]]:
    """The exit code, and the names of the contracts that are broken."""
    tool = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([tool, "--no-cache"], cwd=where, capture_output=True, text=True, check=False)  # noqa: S603
    return run.returncode, set(re.findall(r"^(.+) BROKEN$", run.stdout, re.MULTILINE))


def lint_with(where: Path, line: str, file: str) -> tuple[int, set[str]]:
    """The same with one more line in a file, for this once."""
    whole = (where / file).read_text(encoding="utf-8")
    (where / file).write_text(f"{whole}\n{line}\n", encoding="utf-8")
    try:
        return lint(where)
    finally:
        (where / file).write_text(whole, encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("repository")
    for package in ("services", "shared"):
        shutil.copytree(ROOT / package, where / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", where)
    return where


def test_the_contracts_hold(copy: Path) -> None:
    assert lint(copy) == (0, set())


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_is_broken_by_the_line_that_contributing_names(copy: Path, contract: str) -> None:
    code, broken = lint_with(copy, *BREAKING[contract])
    assert code == 1
    assert contract in broken


@pytest.mark.parametrize("library", ["asyncpg", "aiokafka", "httpx", "random", "time", "uuid"])
def test_rules_ask_no_server_no_clock_and_no_chance(copy: Path, library: str) -> None:
    rules = "services/referral/referrals/guards.py"
    assert lint_with(copy, f"import {library}", rules) == (1, {"Rules do no I/O"})


def listed(contract: str, field: str) -> set[str]:
    """The services of which something stands in a field of a contract."""
    return {each.split(".")[1] for each in CONTRACTS[contract][field]}


def test_every_service_is_kept_apart_and_all_that_decide_are_kept_pure_and_everything_in_one_direction() -> None:
    folders = {name: ROOT / "services" / name for name in SERVICES}
    deciding = {name for name, at in folders.items() if (at / "domain").exists() or any(at.rglob("rules.py"))}
    layered = {
        container.split(".")[1]
        for contract in CONTRACTS.values()
        if contract["type"] == "layers"
        for container in contract["containers"]
        if container.startswith("services.")
    }
    assert listed("Services never import each other", "modules") == SERVICES
    assert listed("Rules do no I/O", "source_modules") == deciding
    assert layered == SERVICES
