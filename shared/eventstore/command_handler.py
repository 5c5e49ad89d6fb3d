"""The way of a command, written once: read the stream, fold, decide, append, project; again on conflict."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeAlias, TypeVar

from structlog.contextvars import bound_contextvars

from shared.domain.aggregate import Aggregate, AnyIssued
from shared.domain.messages import Command, Event, Meta
from shared.eventstore.event_store import Connection, EventStore, VersionConflict
from shared.eventstore.loading import load

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)

TransactionHook: TypeAlias = "Callable[[Connection, Outcome], Awaitable[None]]"
"""Writes in the transaction of the events what must not be apart from them."""
AccessCheck: TypeAlias = "Callable[[S], None]"
"""Asked of the very state that is decided on; raises NotVisible when the caller may not act on it."""
IssuedCheck: TypeAlias = "Callable[[AnyIssued], AccessCheck[Any] | None]"
"""The access check of a command that a policy issues on behalf of the caller, or None where none is needed."""
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to: the stream's version after it, and the events it added (none when asked twice)."""

    version: int
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Handling(Generic[S, C, E]):
    """One command to one aggregate, with all that is done about it.

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
        """Decide and append, again as long as others come first.

        Who came second waits for the locks of the streams that he lost, so that a crowd on one stream is served one by
        one. Raises Refused, what the checks raise, and VersionConflict when twenty other writers came first in a row.
        """
        lost: set[str] = set()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                if not lost:
                    return await self._optimistic()
                async with self.store.transaction() as connection:
                    await self.store.lock_streams(connection, lost)
                    return await self.within(connection)
            except VersionConflict as conflict:
                lost.add(conflict.stream)
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError

    async def within(self, connection: Connection) -> Outcome:
        """One attempt inside the caller's transaction (a consumer's, with its checkpoint)."""
        with bound_contextvars(correlation_id=self.meta.correlation_id):
            version, state, events = await self._decide(connection)
            return await self._write(connection, version, state, events)

    async def _optimistic(self) -> Outcome:
        """Read and decide before the transaction: the expected version tells whether somebody came between."""
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
            recorded = await self.store.append(connection, self.stream, version, events, self.meta, self.command.at)
            version += len(events)
            if self.store.project:
                await self.store.project(
                    connection, self.aggregate.change(recorded, self.aggregate.fold(events, state))
                )
            await self._issue(connection, events)
        outcome = Outcome(version, events)
        for hook in self.hooks:
            await hook(connection, outcome)
        return outcome

    async def _issue(self, connection: Connection, events: Sequence[E]) -> None:
        for event in events:
            for policy in self.store.policies:
                for issued in policy(event, self.command):
                    check = self.check_issued(issued) if self.check_issued else None
                    await issue(connection, self.store, issued, self.meta, check, self.check_issued)


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


async def issue(
    connection: Connection,
    store: EventStore,
    issued: AnyIssued,
    meta: Meta,
    check_access: AccessCheck[Any] | None = None,
    check_issued: IssuedCheck | None = None,
) -> Outcome:
    """Decide a command that a policy issued, in the caller's transaction."""
    return await Handling(
        store,
        issued.aggregate,
        issued.aggregate_id,
        issued.command,
        meta,
        check_access=check_access,
        check_issued=check_issued,
    ).within(connection)
