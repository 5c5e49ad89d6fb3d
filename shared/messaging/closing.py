"""Ends what a silent broker could hold for ever: it is waited for a while, and then left to end by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

_ENDING: set[asyncio.Task[None]] = set()


async def let_end(end: Coroutine[Any, Any, None], seconds: float) -> None:
    """Wait for `end` at most that long; whatever becomes of it, nothing is raised."""
    ending = asyncio.create_task(end)
    _ENDING.add(ending)
    ending.add_done_callback(_ended)
    await asyncio.wait({ending}, timeout=seconds)


def _ended(ending: asyncio.Task[None]) -> None:
    _ENDING.discard(ending)
    if not ending.cancelled():
        ending.exception()
