"""What is mutated exists: an area whose files moved would be measured as if nothing survived."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AREAS = tomllib.loads(Path(__file__).with_name("areas.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("area", AREAS)
def test_every_file_and_test_of_an_area_exists(area: str) -> None:
    named = [*AREAS[area]["mutate"], *AREAS[area]["tests"]]
    assert [each for each in named if not list(ROOT.glob(each.partition("::")[0]))] == []
