"""Stops clients of a broker that may not answer: waits for a while, then leaves them to end by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

_ENDING: set[asyncio.Task[None]] = set()


async def stop_within(seconds: float, stop: Coroutine[object, object, None]) -> None:
    """Wait for `stop` at most that long; whatever it raises is ignored."""
    ending = asyncio.create_task(stop)
    _ENDING.add(ending)
    ending.add_done_callback(_ended)
    await asyncio.wait({ending}, timeout=seconds)


def _ended(ending: asyncio.Task[None]) -> None:
    _ENDING.discard(ending)
    if not ending.cancelled():
        ending.exception()
