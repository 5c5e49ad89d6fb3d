"""Hostile requests to every service as a real process: none is our fault, and honest ones are answered.

`make hostile` asks more of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.requests import ask
from tests.hostile.served import SERVICES

MANY = 480
GROWTH = 48_000_000  # bytes: so few do not warm a process up


@pytest.mark.parametrize("name", SERVICES)
async def test_whatever_is_sent_the_service_answers_and_goes_on(name: str, tmp_path: Path) -> None:
    found = await ask(name, MANY, 12, tmp_path)
    assert (found.stopped, found.lost) == (0, 0)
    assert {status for status in found.counted if status[0] == "5"} <= {"503"}, found.examples[:3]
    assert found.memory[-1] - found.memory[0] < GROWTH
    assert found.counted.keys() & {"200", "201", "401", "403", "404", "422"}
