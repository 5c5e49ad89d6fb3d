"""The list of protections fits the source as it is: each edit matches once, and each fault is one that there is."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.chaos.faults import Faults
from tests.chaos.forging import is_forged
from tests.chaos.protections import ROOT, Bite, Protection, protections
from tests.chaos.recount import Count, compared

ALL = protections()


@pytest.mark.parametrize("protection", ALL, ids=lambda each: each.name)
def test_what_is_taken_out_stands_once_in_its_file(protection: Protection, tmp_path: Path) -> None:
    for edit in protection.edits:
        assert edit.matches(ROOT) == 1, edit
        copy = tmp_path / edit.file
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists():
            copy.write_text((ROOT / edit.file).read_text(encoding="utf-8"), encoding="utf-8")
        edit.apply(tmp_path)
        compile(copy.read_text(encoding="utf-8"), edit.file, "exec")
    assert protection.edits


def test_no_two_are_the_same() -> None:
    assert len({each.name for each in ALL}) == len(ALL)
    assert len({str(each.edits) for each in ALL}) == len(ALL)


def test_each_fault_is_one_that_there_is() -> None:
    nobody: Any = SimpleNamespace(small_disk=True, begin_epoch=None, rebuild_whatever_it_takes=None)
    known = Faults(nobody, nobody, nobody, random.Random(1)).kinds()
    assert {fault for each in ALL for fault in each.faults} <= known.keys()


@pytest.mark.parametrize(
    ("taken_out", "code", "last", "right"),
    [
        (True, 1, "commands=9 faults=1 lost=2 doubled=0 reordered=0", True),
        (True, 0, "commands=9 faults=1 lost=0 doubled=0 reordered=0", False),
        (True, 1, "ModuleNotFoundError: No module named 'shared.inboks'", False),
        (True, -1, "no end within 600 s", False),
        (False, 0, "commands=9 faults=1 lost=0 doubled=0 reordered=0", True),
        (False, 1, "commands=9 faults=1 lost=2 doubled=0 reordered=0", False),
    ],
)
def test_a_run_must_end_and_fail_exactly_where_something_is_taken_out(
    taken_out: bool, code: int, last: str, right: bool
) -> None:
    protection = ALL[0] if taken_out else Protection(name="nothing", faults=["any"])
    assert Bite(protection, code, last).right is right


@pytest.mark.parametrize(
    ("ledger", "count"),
    [
        ([0, 1, 2], Count()),
        ([0, 2], Count(lost=1)),
        ([], Count(lost=3)),
        ([0, 1, 1, 2], Count(doubled=1)),
        ([0, 1, 2, 3], Count(doubled=1)),
        ([0, 2, 1], Count(reordered=1)),
        ([2, 0, 0], Count(lost=1, doubled=1, reordered=1)),
    ],
)
def test_the_recount_tells_what_is_lost_doubled_and_reordered(ledger: list[int], count: Count) -> None:
    assert compared({0: 3}, {"stream-0": ledger}) == count


@pytest.mark.parametrize(
    ("value", "forged"),
    [(None, True), (b"forged", True), (b'{"n": "forged 3"}', True), (b'{"n":1000000007}', True), (b'{"n":7}', False)],
)
def test_what_somebody_else_wrote_is_known_by_its_value(value: bytes | None, forged: bool) -> None:
    assert is_forged(value) is forged
