"""Rows are read whatever version stored them, and what is stored changes only with a higher version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.reporting import figures
from services.reporting.rows import GRAINS
from tests.reporting import stored
from tests.reporting.shelf import Shelf

OLD = sorted(stored.GOLDEN.glob("rows.v*.json"))
AGAIN = (
    "the same messages give something else: raise VERSION (or that of the catalogue), then -m tests.reporting.stored"
)


def test_the_same_messages_give_the_same_rows_and_figures_or_the_version_is_a_higher_one() -> None:
    folded = stored.shelf()
    assert stored.in_json(stored.rows(folded)) == stored.ROWS.read_text(encoding="utf-8"), AGAIN
    assert stored.in_json(stored.counted(folded)) == stored.FIGURES.read_text(encoding="utf-8"), AGAIN
    assert all(stored.rows(folded).values())


@pytest.mark.parametrize("file", OLD, ids=lambda file: file.stem)
def test_rows_of_every_version_are_read_and_go_on(file: Path) -> None:
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    shelf = Shelf()
    for grain in GRAINS:
        shelf.rows[grain.table] = figures.read(grain, json.dumps(known.get(grain.table, {})))
    assert sum(map(len, shelf.rows.values())) == sum(map(len, known.values()))
    shelf.hear(stored.everything())
    assert {table: set(rows) - shelf.rows[table].keys() for table, rows in known.items()} == {
        table: set() for table in known
    }


def test_rows_of_a_later_version_are_read_after_a_way_back() -> None:
    known = stored.rows(stored.shelf())
    for grain in GRAINS:
        for row in known[grain.table].values():
            row["added_later"] = 1
            for nested in (row.get("held"), row.get("evaluated")):
                if nested:
                    nested["added_later"] = {"n": 1}
        assert figures.read(grain, json.dumps(known[grain.table])) == stored.shelf().rows[grain.table]
