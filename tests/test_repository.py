"""What may stand nowhere in the repository: paths of one machine, hosts of package indexes, private parts of others."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOME = re.compile(r"(?<![\w.$}/-])/(?:home|Users|work|root|mnt)/[\w.-]+")
INDEX = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|(?<!\w)https?://[^\s/]*(?:pypi|pythonhosted)")
CODE = ("bench", "deploy", "services", "shared")
TOLD = {"noqa: SLF001": 0}  # how often code may say that it looks inside a library: only fewer


def files() -> list[Path]:
    """What git holds."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S607
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def texts(*folders: str) -> Iterator[tuple[Path, str]]:
    """Every text file, or those of these folders."""
    for path in files():
        if folders and path.relative_to(ROOT).parts[0] not in folders:
            continue
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def found(sign: re.Pattern[str], *folders: str) -> list[str]:
    """Where it stands, but for this file, which names it."""
    return [
        f"{path}: {hit[0]}"
        for path, text in texts(*folders)
        if path.name != Path(__file__).name
        for hit in sign.finditer(text)
    ]


def test_no_path_of_one_machine_stands_anywhere() -> None:
    assert found(HOME) == []


def test_no_package_index_is_named_where_packages_are_locked_or_installed() -> None:
    assert found(INDEX, "requirements", "deploy", ".ci") == []
    assert [hit for hit in found(INDEX) if hit.startswith(("Makefile", "pyproject.toml"))] == []


@pytest.mark.parametrize("lock", sorted(path.name for path in (ROOT / "requirements").glob("*.txt")))
def test_every_locked_package_has_its_hash(lock: str) -> None:
    told = (ROOT / "requirements" / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in told.splitlines() if re.match(r"[\w.-]+(\[[\w,]+\])?==", line)]
    assert packages
    assert [line.split()[0] for line in packages if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("sign", sorted(TOLD))
def test_code_looks_no_more_often_inside_a_library_than_it_did(sign: str) -> None:
    assert sum(text.count(sign) for path, text in texts(*CODE) if path.suffix == ".py") <= TOLD[sign]


def private(tree: ast.Module) -> Iterator[str]:
    """Attributes and names with one underscore in front that are taken from something that is not ours."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] not in {*CODE, "tests"}:
            module = node.module or ""
            yield from (f"{module}.{name.name}" for name in node.names if _hidden(name.name) or _any_hidden(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"getattr", "setattr"}:
            named = node.args[1] if len(node.args) > 1 else None
            if isinstance(named, ast.Constant) and isinstance(named.value, str) and _hidden(named.value):
                yield named.value


def _hidden(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _any_hidden(module: str) -> bool:
    return any(_hidden(part) for part in module.split("."))


def test_no_private_name_is_imported_or_fetched_by_a_string() -> None:
    taken = [
        f"{path}: {name}" for path, text in texts(*CODE) if path.suffix == ".py" for name in private(ast.parse(text))
    ]
    assert taken == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("from aiokafka._abc import Secret", ["aiokafka._abc.Secret"]),
        ("from aiokafka import _secret", ["aiokafka._secret"]),
        ("getattr(consumer, '_coordinator')", ["_coordinator"]),
        ("from shared.fold import _window", []),
        ("getattr(consumer, 'assignment')", []),
    ],
)
def test_a_private_name_is_seen(text: str, names: list[str]) -> None:
    assert list(private(ast.parse(text))) == names
