"""A service's own views: applied in the transaction of the append, only ever to tables of their own version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import asyncpg
import structlog

from shared.domain.messages import Event, Recorded
from shared.eventstore.event_store import Connection, EventStore, VersionConflict, recorded
from shared.projections.shadow_schema import PATIENCE, Beside, Tell, beside, built_version, note_built, tell_nobody

log = structlog.get_logger(__name__)

WHAT = "views"
SCHEMA = """
-- Events that a process of another version appended: the views that stand live do not hold them yet.
create table if not exists missed (
    position bigint primary key
);

-- Whether the live views are of that version, until the end of the transaction, and whether they miss any event.
create or replace function stands_live(wanted text, out live boolean, out behind boolean) language plpgsql as $$
begin
    live := coalesce(lock_version('views') = wanted, false);
    behind := exists (select from missed);
end $$;
"""
_PAGE = 1000
_AT_ONCE = 500


class View(Protocol):
    """One file of `views/`: a question, its tables, and how facts answer it.

    A new VERSION says that the same facts give other rows, or the tables another shape: a column, an index.
    """

    __name__: str
    VERSION: int
    SCHEMA: str

    async def apply(self, connection: Connection, facts: Sequence[Recorded[Any]], /) -> None:
        """Apply facts, in order; applying them twice is applying them once."""


def version_of(views: Sequence[View]) -> str:
    """The declared versions of the views, as the database remembers them."""
    return " ".join(sorted(f"{view.__name__.rpartition('.')[2]}:{view.VERSION}" for view in views))


@dataclass(slots=True)
class InlineViews:
    """The views of a process: an EventStore applies them with `apply`.

    While other versions stand live, nothing is written to them: the facts are noted as missed, and whoever is of the
    live version applies them, before any later fact. So during a rolling update every fact reaches the live views once
    and in the order of cause and effect, whichever process appended it.
    """

    views: Sequence[View]
    types: Mapping[str, type[Event]]

    @property
    def version(self) -> str:
        """Of all of them together: they read each other's tables, so that they are swapped together."""
        return version_of(self.views)

    async def prepare(self, connection: Connection) -> None:
        """Create the tables of a store that has no facts yet; those of any other store are built beside."""
        if await built_version(connection, WHAT) is not None:
            return
        if not await connection.fetchval("select exists (select from events)"):
            for view in self.views:
                await connection.execute(view.SCHEMA)
            await note_built(connection, WHAT, self.version)

    async def apply(self, connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
        """Apply what was just appended, in its transaction. Raises VersionConflict: decide again."""
        if not facts:
            return
        try:
            row = await connection.fetchrow("select live, behind from stands_live($1)", self.version)
            if row is None or not row["live"] or (row["behind"] and not await self._caught_up(connection)):
                await _note_missed(connection, facts)
            else:
                await self._apply(connection, facts)
        except asyncpg.DeadlockDetectedError as error:
            raise VersionConflict(facts[0].stream) from error

    async def catch_up(self, connection: Connection) -> bool:
        """Apply up to 500 facts that were missed, in the caller's transaction; whether none is left.

        Their rows are locked: whoever finds the same ones waits, and then finds none. Only for the live version.
        """
        rows = await connection.fetch(
            "select events.* from missed join events using (position) order by position limit $1 for update of missed",
            _AT_ONCE,
        )
        if rows:
            await self._apply(connection, [recorded(row, self.types) for row in rows])
            positions = [row["position"] for row in rows]
            await connection.execute("delete from missed where position = any($1)", positions)
        return len(rows) < _AT_ONCE

    async def _caught_up(self, connection: Connection) -> bool:
        """Whether nothing is missed any more; what cannot be applied holds nobody's command up."""
        try:
            async with connection.transaction():
                return await self.catch_up(connection)
        except asyncpg.DeadlockDetectedError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of a view, or the connection, which the next statement meets
            log.warning("what the views missed waits", cause=type(error).__name__)
            return False

    async def _apply(self, connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
        for view in self.views:
            await view.apply(connection, facts)


async def _note_missed(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    await connection.execute("insert into missed select unnest($1::bigint[])", [fact.position for fact in facts])


async def rebuild(store: EventStore, url: str, views: Sequence[View], tell: Tell = tell_nobody) -> None:
    """Apply every fact again beside the live views, then swap; appends wait for the last facts and the swap only.

    `tell` hears how far of how many positions the facts were read. Raises AlreadyRebuilding.
    """
    async with beside(url, WHAT, [view.SCHEMA for view in views]) as new:
        position = await _follow(store, new, views, 0, tell)
        while not await _swapped(store, new, views, position):
            position = await _follow(store, new, views, position, tell)
            log.info("rebuild waits for a reader", what=WHAT)


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
            await live.execute("delete from missed")
    except asyncpg.LockNotAvailableError:
        return False
    return True
