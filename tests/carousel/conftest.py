"""The carousel with an offer, and people of every role in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.carousel.desk import Desk, opened


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """The service over an empty database, with the six modules."""
    async with opened(database_url, tmp_path) as desk:
        await desk.offer()
        yield desk
