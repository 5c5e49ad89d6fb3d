"""A service's own views, built again from its facts: beside the live ones, and swapped in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import asyncpg
import structlog

from shared.beside import PATIENCE, AlreadyRebuilding, Beside, Tell, beside, built_version, note_built, tell_nobody
from shared.event_store import Connection, EventStore
from shared.messages import Recorded

log = structlog.get_logger(__name__)

_WHAT = "views"
_PAGE = 1000


class View(Protocol):
    """One file of `views/`: a question, its tables, and how facts answer it.

    A new VERSION says that the same facts give other rows, or the tables another shape.
    """

    __name__: str
    VERSION: int
    SCHEMA: str

    async def apply(self, connection: Connection, facts: Sequence[Recorded[Any]], /) -> None:
        """Apply facts, in order; applying them twice is applying them once."""


def version_of(views: Sequence[View]) -> str:
    """The declared versions of the views, as the database remembers them."""
    return " ".join(sorted(f"{view.__name__.rpartition('.')[2]}:{view.VERSION}" for view in views))


async def outdated(connection: Connection, views: Sequence[View]) -> bool:
    """Whether the live views were built at other versions; those of a store without facts are noted as built."""
    known, declared = await built_version(connection, _WHAT), version_of(views)
    if known is None and not await connection.fetchval("select exists (select from events)"):
        await note_built(connection, _WHAT, declared)
        return False
    return known != declared


async def build_outdated(store: EventStore, url: str, views: Sequence[View]) -> None:
    """Before a service answers: build views of other versions again; one process does it while others wait."""
    while views:
        async with store.pool.acquire() as connection:
            if not await outdated(connection, views):
                return
        try:
            await rebuild(store, url, views, _log_progress)
        except AlreadyRebuilding:
            await asyncio.sleep(1)


def _log_progress(done: int, total: int) -> None:
    log.info("views are built again", done=done, total=total)


async def rebuild(store: EventStore, url: str, views: Sequence[View], tell: Tell = tell_nobody) -> None:
    """Apply every fact again beside the live views, then swap; appends wait for the last facts and the swap only.

    `tell` hears how far of how many positions the facts were read. Raises AlreadyRebuilding.
    """
    async with beside(url, _WHAT, [view.SCHEMA for view in views]) as new:
        position = await _follow(store, new, views, 0, tell)
        while not await _swapped(store, new, views, position):
            position = await _follow(store, new, views, position, tell)
            log.info("rebuild waits for a reader", what=_WHAT)


async def _follow(store: EventStore, new: Beside, views: Sequence[View], position: int, tell: Tell) -> int:
    """Apply what stands after `position` until nothing does; returns the last position."""
    last: int = await new.connection.fetchval("select coalesce(max(position), 0) from events")
    while facts := await store.after(new.connection, position, _PAGE):
        async with new.connection.transaction():
            for view in views:
                await view.apply(new.connection, facts)
        position = facts[-1].position
        tell(position, max(last, position))
    return position


async def _swapped(store: EventStore, new: Beside, views: Sequence[View], position: int) -> bool:
    """Hold the appends, apply the last facts, and swap; False when a reader of the views held on."""
    try:
        async with store.pool.acquire() as live, live.transaction():
            await live.execute(PATIENCE)
            await live.execute("select hold_appends()")
            await _follow(store, new, views, position, tell_nobody)
            await new.put_in_place(live, version_of(views))
    except asyncpg.LockNotAvailableError:
        return False
    return True
