"""A small year: what was told in a random order is read as it was true."""

from __future__ import annotations

from pathlib import Path

from tests.year.comparing import live


async def test_a_year_told_in_any_order_is_read_as_it_was_lived(bootstrap_servers: str, tmp_path: Path) -> None:
    outcome = await live(14, 25, bootstrap_servers, tmp_path)
    assert outcome.differences == [], str(outcome)
