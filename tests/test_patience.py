"""A test waits for an effect, however busy the machine: what it gives up after is never short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
LEAST = 60  # seconds
WAITS = {"timeout", "wait_for", "join", "wait", "communicate"}


def short(text: str) -> Iterator[tuple[int, float]]:
    """Line and seconds of every wait that gives up before a minute: `asyncio.timeout(5)`, `join(timeout=5)`.

    Zero is not a wait: it asks whether something is so now.
    """
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WAITS):
            continue
        given = [each.value for each in node.keywords if each.arg == "timeout"]
        given += (
            node.args[:1] if node.func.attr == "timeout" else node.args[1:2] if node.func.attr == "wait_for" else []
        )
        for each in given:
            if isinstance(each, ast.Constant) and isinstance(each.value, int | float) and 0 < each.value < LEAST:
                yield node.lineno, each.value


def test_no_test_gives_up_before_a_minute() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} gives up after {seconds} s"
        for path in sorted(ROOT.rglob("*.py"))
        if path.parent.name != "chaos"  # it kills what does not answer, and says so
        for line, seconds in short(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("asyncio.timeout(5)", [5]),
        ("asyncio.wait_for(bell.wait(), 0.5)", [0.5]),
        ("thread.join(timeout=30)", [30]),
        ("asyncio.timeout(60)", []),
        ("asyncio.timeout(0)", []),
        ("asyncio.sleep(0.1)", []),
    ],
)
def test_a_short_wait_is_seen(text: str, seconds: list[float]) -> None:
    assert [found for _, found in short(text)] == seconds
