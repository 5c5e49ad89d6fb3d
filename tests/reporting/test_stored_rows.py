"""Rows are read whatever version stored them, and what is stored changes only with a higher version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.reporting.projections import PROJECTIONS
from tests.reporting import stored
from tests.reporting.in_memory import InMemory

OLD = sorted(stored.GOLDEN.glob("rows.v*.json"))
AGAIN = (
    "the same messages give something else: raise VERSION (or that of the catalogue), then -m tests.reporting.stored"
)


def test_the_same_messages_give_the_same_rows_and_figures_or_the_version_is_a_higher_one() -> None:
    projected = stored.in_memory()
    assert stored.in_json(stored.rows(projected)) == stored.ROWS.read_text(encoding="utf-8"), AGAIN
    assert stored.in_json(stored.counted(projected)) == stored.FIGURES.read_text(encoding="utf-8"), AGAIN
    assert all(stored.rows(projected).values())


@pytest.mark.parametrize("file", OLD, ids=lambda file: file.stem)
def test_rows_of_every_version_are_read_and_go_on(file: Path) -> None:
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    in_memory = InMemory()
    for projection in PROJECTIONS:
        in_memory.rows[projection.table] = projection.from_json(json.dumps(known.get(projection.table, {})))
    assert sum(map(len, in_memory.rows.values())) == sum(map(len, known.values()))
    in_memory.receive(stored.everything())
    assert {table: set(rows) - in_memory.rows[table].keys() for table, rows in known.items()} == {
        table: set() for table in known
    }


def test_rows_of_a_later_version_are_read_after_a_way_back() -> None:
    known = stored.rows(stored.in_memory())
    for projection in PROJECTIONS:
        for row in known[projection.table].values():
            row["added_later"] = 1
            for nested in (row.get("held"), row.get("evaluated")):
                if nested:
                    nested["added_later"] = {"n": 1}
        assert projection.from_json(json.dumps(known[projection.table])) == stored.in_memory().rows[projection.table]
