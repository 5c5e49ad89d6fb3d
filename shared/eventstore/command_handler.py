"""The command handler: read the stream, fold, decide, append, project; again on conflict."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeAlias, TypeVar

from structlog.contextvars import bound_contextvars

from shared.domain.aggregate import Aggregate, AnyChange, AnyIssued
from shared.domain.messages import Command, Event, Meta
from shared.eventstore.event_store import Connection, EventStore, VersionConflict
from shared.eventstore.loading import load, load_all

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)

TransactionHook: TypeAlias = "Callable[[Connection, Outcome], Awaitable[None]]"
"""Writes in the transaction of the events."""
AccessCheck: TypeAlias = "Callable[[S], None]"
"""KeyedRequest of the very state that is decided on; raises NotVisible when the caller may not act on it."""
IssuedCheck: TypeAlias = "Callable[[AnyIssued], AccessCheck[Any] | None]"  # of the state of whichever aggregate
"""The access check of a command that a policy issues on behalf of the caller, or None where none is needed."""
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a command: the stream's version after it, and the events it added (none when repeated)."""

    version: int
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Handling(Generic[S, C, E]):
    """One command to one aggregate, with its checks and hooks.

    The policies of the store issue further commands from its events, in the same transaction: all of it holds, or none.
    A command that comes from another service's message has no `check_access` and no `check_issued`.
    """

    store: EventStore
    aggregate: Aggregate[S, C, E]
    aggregate_id: str
    command: C
    meta: Meta
    hooks: Sequence[TransactionHook] = ()
    check_access: AccessCheck[S] | None = None
    check_issued: IssuedCheck | None = None

    @property
    def stream(self) -> str:
        """The stream that is decided on."""
        return self.aggregate.stream(self.aggregate_id)

    def followed_by(self, hook: TransactionHook) -> Handling[S, C, E]:
        """The same, with one more hook, after the others."""
        return replace(self, hooks=[*self.hooks, hook])

    async def run(self) -> Outcome:
        """Decide and append, again after each conflict.

        After a conflict it waits for the locks of the streams in conflict, so that many writers of one stream go one by
        one. Raises Refused, what the checks raise, and VersionConflict after twenty conflicts in a row.
        """
        conflicts: set[str] = set()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                if not conflicts:
                    return await self._optimistic()
                async with self.store.transaction() as connection:
                    await self.store.lock_streams(connection, conflicts)
                    return await self.within(connection)
            except VersionConflict as conflict:
                conflicts.add(conflict.stream)
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError

    async def within(self, connection: Connection) -> Outcome:
        """One attempt inside the caller's transaction (a consumer's, with its checkpoint)."""
        with bound_contextvars(correlation_id=self.meta.correlation_id):
            version, state, events = await self._decide(connection)
            return await self._write(connection, version, state, events)

    async def _optimistic(self) -> Outcome:
        """Read and decide before the transaction: the expected version reveals a conflict."""
        store = self.store
        with bound_contextvars(correlation_id=self.meta.correlation_id):
            async with store.pool.acquire() as connection:
                version, state, events = await self._decide(connection)
                if not events and not self.hooks:
                    return Outcome(version, events)
                alone = not (store.project or store.policies or self.hooks)
                async with contextlib.nullcontext() if alone else connection.transaction():
                    outcome = await self._write(connection, version, state, events)
        store.on_commit()
        return outcome

    async def _decide(self, connection: Connection) -> tuple[int, S, list[E]]:
        version, state = await load(connection, self.store, self.aggregate, self.aggregate_id)
        if self.check_access:
            self.check_access(state)
        return version, state, self.aggregate.decide(state, self.command)

    async def _write(self, connection: Connection, version: int, state: S, events: Sequence[E]) -> Outcome:
        if events:
            writing = _Writing(connection, self.store, self.meta, self.check_issued)
            await writing.append(self.aggregate, self.aggregate_id, (version, state), self.command, events)
            if self.store.project:
                await self.store.project(connection, writing.changes)
        outcome = Outcome(version + len(events), events)
        for hook in self.hooks:
            await hook(connection, outcome)
        return outcome


@dataclass(frozen=True, slots=True)
class _Writing:
    """What one command appends in its transaction, with the commands that policies issue from it, depth first.

    The projections are passed all of it at the end. No stream is read twice: those of the commands that the events of
    one command lead to are read together.
    """

    connection: Connection
    store: EventStore
    meta: Meta
    check_issued: IssuedCheck | None
    known: dict[str, tuple[int, Any]] = field(default_factory=dict)  # versions and states of any aggregate, by stream
    changes: list[AnyChange] = field(default_factory=list)

    async def append(
        self, aggregate: Aggregate[S, C, E], aggregate_id: str, known: tuple[int, S], command: C, events: Sequence[E]
    ) -> None:
        """Append the events of one command, and decide the commands that policies issue."""
        (version, state), stream = known, aggregate.stream(aggregate_id)
        recorded = await self.store.append(self.connection, stream, version, events, self.meta, command.at)
        self.changes.append(change := aggregate.change(recorded, aggregate.fold(events, state)))
        self.known[stream] = version + len(events), change.state
        issued = [each for event in events for policy in self.store.policies for each in policy(event, command)]
        unknown = [(each.aggregate, each.aggregate_id) for each in issued if each.stream not in self.known]
        self.known.update(await load_all(self.connection, self.store, unknown))
        for each in issued:
            await self._decide(each)

    async def _decide(self, issued: AnyIssued) -> None:
        version, state = self.known[issued.stream]
        if self.check_issued and (check := self.check_issued(issued)):
            check(state)
        if events := issued.aggregate.decide(state, issued.command):
            await self.append(issued.aggregate, issued.aggregate_id, (version, state), issued.command, events)


async def handle(
    store: EventStore,
    aggregate: Aggregate[S, C, E],
    aggregate_id: str,
    command: C,
    meta: Meta,
    hooks: Sequence[TransactionHook] = (),
    check_access: AccessCheck[S] | None = None,
) -> Outcome:
    """Decide `command` on an aggregate, and append what it comes to. Raises as `Handling.run`."""
    return await Handling(store, aggregate, aggregate_id, command, meta, hooks, check_access).run()


async def issue(connection: Connection, store: EventStore, issued: AnyIssued, meta: Meta) -> Outcome:
    """Decide a command that another service's message led to, in the caller's transaction."""
    return await Handling(store, issued.aggregate, issued.aggregate_id, issued.command, meta).within(connection)
