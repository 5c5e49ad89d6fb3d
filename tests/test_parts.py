"""Tests run in parts: whichever part comes first runs a file, and nothing is run twice or left out."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


async def part(tests: Path, claims: Path) -> int:
    """How many tests a part of the run ran."""
    plugins = ["-p", "tests.parts.claiming", "-p", "no:cacheprovider", "--claims", str(claims)]
    command = [sys.executable, "-m", "pytest", *plugins, "--rootdir", str(tests), str(tests)]
    run = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE)
    told, _ = await run.communicate()
    assert run.returncode == 0
    counted = re.search(rb"(\d+) passed", told)
    return int(counted[1]) if counted else 0


async def test_each_file_is_run_by_exactly_one_part(tmp_path: Path) -> None:
    tests, claims = tmp_path / "some", tmp_path / "claims"
    tests.mkdir()
    claims.mkdir()
    (tests / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for nth in range(6):
        (tests / f"test_{nth}.py").write_text("def test_a(): pass\ndef test_b(): pass\n", encoding="utf-8")
    ran = await asyncio.gather(*(part(tests, claims) for _ in range(3)))
    assert sum(ran) == 12
    assert all(number % 2 == 0 for number in ran)
