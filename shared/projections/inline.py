"""Inline projections: applied in the transaction of the append, only to tables of their own version."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import asyncpg
import structlog

from shared.domain.aggregate import AnyAggregate, AnyChange, by_prefix
from shared.domain.messages import AnyRecorded, Event
from shared.eventstore.event_store import Connection, EventStore, VersionConflict, event_types, recorded
from shared.eventstore.projection_versions import built_version, note_built
from shared.eventstore.state_cache import KnownState, StateCache
from shared.projections.shadow_schema import PATIENCE, ProgressCallback, ShadowSchema, no_progress, shadow_schema

log = structlog.get_logger(__name__)

WHAT = "views"  # the name that the table `built` has them under
_PAGE = 1000
_AT_ONCE = 500
_STATES = 10_000


@dataclass(frozen=True, slots=True)
class Projection:
    """One read model: its tables, and how changes of aggregates are applied to them.

    With a new `version` the same events give other rows, or the tables have another shape: a column, an index.
    `apply` is called with one change after another, in the order of their events; the same one twice is as once. With
    `apply_many`, the changes of one aggregate that one command led to are passed together, to save statements.
    """

    name: str
    version: int
    schema: str
    apply: Callable[[Connection, AnyChange], Awaitable[None]]
    apply_many: Callable[[Connection, Sequence[AnyChange]], Awaitable[None]] | None = None


@dataclass(slots=True)
class InlineProjections:
    """The projections of a process: an EventStore passes the changes of each command to `apply`.

    While tables of another version are live, nothing is written to them: the events are noted as missed, and a process
    of the live version applies them, before any later event. So during a rolling update every event reaches the live
    projections once and in the order of cause and effect, whichever process appended it.
    """

    projections: Sequence[Projection]
    aggregates: Sequence[AnyAggregate]
    types: Mapping[str, type[Event]] = field(init=False)

    def __post_init__(self) -> None:
        self.types = event_types(*(event for each in self.aggregates for event in each.events))

    @property
    def version(self) -> str:
        """The version of all of them together: they read each other's tables, so they are swapped together."""
        return " ".join(sorted(f"{each.name}:{each.version}" for each in self.projections))

    @property
    def schemas(self) -> list[str]:
        """The tables of each."""
        return [each.schema for each in self.projections]

    async def prepare(self, connection: Connection) -> None:
        """Create the tables of a store that has no events yet; any others are built in a shadow schema."""
        if await built_version(connection, WHAT) is not None:
            return
        if not await connection.fetchval("select exists (select from events)"):
            for schema in self.schemas:
                await connection.execute(schema)
            await note_built(connection, WHAT, self.version)

    async def apply(self, connection: Connection, changes: Sequence[AnyChange]) -> None:
        """Apply what was just appended, in its transaction, in order. Raises VersionConflict: decide again."""
        try:
            row = await connection.fetchrow("select live, behind from stands_live($1)", self.version)
            if row is None or not row["live"] or (row["behind"] and not await self._caught_up(connection)):
                await _note_missed(connection, changes)
            else:
                await self._apply(connection, changes)
        except asyncpg.DeadlockDetectedError as error:
            raise VersionConflict(changes[0].stream) from error

    async def catch_up(self, connection: Connection) -> bool:
        """Apply up to 500 events that were missed, in the caller's transaction; whether none is left.

        Their rows are locked: another process that finds the same ones waits, and then finds none. Only for the live
        version.
        """
        rows = await connection.fetch(
            "select events.* from missed join events using (position) order by position limit $1 for update of missed",
            _AT_ONCE,
        )
        if rows:
            await self.apply_all(connection, [recorded(row, self.types) for row in rows], StateCache(_STATES))
            positions = [row["position"] for row in rows]
            await connection.execute("delete from missed where position = any($1)", positions)
        return len(rows) < _AT_ONCE

    async def apply_all(self, connection: Connection, events: Sequence[AnyRecorded], states: StateCache) -> None:
        """Apply events of any streams, in their order; `states` remembers the states between two calls."""
        async for change in self._changes(connection, events, states):
            await self._apply(connection, [change])

    async def _changes(
        self, connection: Connection, events: Sequence[AnyRecorded], states: StateCache
    ) -> AsyncIterator[AnyChange]:
        aggregates = by_prefix(self.aggregates)
        for stream, group in groupby(events, key=lambda each: each.stream):
            new, aggregate = list(group), aggregates[stream.partition("-")[0]]
            known = states.get(stream)
            if known is None or known.version != new[0].version - 1:
                before = await self._state_before(connection, aggregate, new[0])
            else:
                before = known.state
            state = aggregate.fold((each.event for each in new), before)
            states.keep(stream, KnownState(new[-1], state))
            yield aggregate.change(new, state)

    async def _state_before(self, connection: Connection, aggregate: AnyAggregate, first: AnyRecorded) -> object:
        if first.version == 1:
            return aggregate.initial
        rows = await connection.fetch(
            "select * from events where stream = $1 and version < $2 order by version", first.stream, first.version
        )
        return aggregate.fold(recorded(row, self.types).event for row in rows)

    async def _caught_up(self, connection: Connection) -> bool:
        """Whether nothing is missed any more; an event that cannot be applied delays no command."""
        try:
            async with connection.transaction():
                return await self.catch_up(connection)
        except asyncpg.DeadlockDetectedError:
            raise
        except Exception as error:  # noqa: BLE001 - a projection's fault, or the connection's, which is raised again
            log.warning("missed events wait", cause=type(error).__name__)
            return False

    async def _apply(self, connection: Connection, changes: Sequence[AnyChange]) -> None:
        """Each aggregate's changes that follow one another, to one projection after the other."""
        for _, group in groupby(changes, key=lambda each: each.aggregate.prefix):
            together = list(group)
            for projection in self.projections:
                if projection.apply_many:
                    await projection.apply_many(connection, together)
                else:
                    for change in together:
                        await projection.apply(connection, change)


async def _note_missed(connection: Connection, changes: Sequence[AnyChange]) -> None:
    positions = [each.position for change in changes for each in change.recorded]
    await connection.execute("insert into missed select unnest($1::bigint[])", positions)


async def rebuild(
    store: EventStore, url: str, projections: InlineProjections, progress: ProgressCallback = no_progress
) -> None:
    """Apply every event again in a shadow schema, then swap; appends wait for the last events and the swap only.

    `progress` is called with how far of how many positions the events were read. Raises AlreadyRebuilding.
    """
    async with shadow_schema(url, WHAT, projections.schemas) as shadow:
        rebuilding = _Rebuilding(store, shadow, projections)
        await rebuilding.follow(progress)
        while not await rebuilding.swapped():
            await rebuilding.follow(progress)
            log.info("rebuild waits for a reader", what=WHAT)


@dataclass(slots=True)
class _Rebuilding:
    store: EventStore
    shadow: ShadowSchema
    projections: InlineProjections
    position: int = 0
    states: StateCache = field(default_factory=lambda: StateCache(_STATES))

    async def follow(self, progress: ProgressCallback) -> None:
        """Apply the events after the last position until there are none."""
        connection = self.shadow.connection
        last: int = await connection.fetchval("select coalesce(max(position), 0) from events")
        while events := await self.store.after(connection, self.position, _PAGE):
            async with connection.transaction():
                await self.projections.apply_all(connection, events, self.states)
            self.position = events[-1].position
            progress(self.position, max(last, self.position))

    async def swapped(self) -> bool:
        """Block appends, apply the last events, and swap; False when a reader kept its lock on the tables."""
        try:
            async with self.store.pool.acquire() as live, live.transaction():
                await live.execute(PATIENCE)
                await live.execute("select hold_appends()")
                await self.follow(no_progress)
                await self.shadow.swap(live, self.projections.version)
                await live.execute("delete from missed")
        except asyncpg.LockNotAvailableError:
            return False
        return True
