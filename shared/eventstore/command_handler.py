"""The road of a command, written once: read the stream, fold, decide, append; again on conflict."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Generic, TypeAlias, TypeVar

from structlog.contextvars import bound_contextvars

from shared.domain.messages import Command, Event, Meta
from shared.eventstore.event_store import Connection, EventStore, VersionConflict
from shared.eventstore.state_cache import Folded

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)

Beside: TypeAlias = "Callable[[Connection, Outcome], Awaitable[None]]"
Permit: TypeAlias = "Callable[[S], None]"
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Decider(Generic[S, C, E]):
    """The rules of one kind of stream: pure functions of (state, command) and (state, event).

    `folded` keeps the states of its long streams, of one database, so that they are not folded whole each time.
    """

    initial: S
    decide: Callable[[S, C], list[E]]
    evolve: Callable[[S, E], S]
    folded: Folded[S] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to: the stream's version after it, and the facts it added (none when asked twice)."""

    version: int
    events: Sequence[Event]


async def handle(
    store: EventStore,
    stream: str,
    decider: Decider[S, C, E],
    command: C,
    meta: Meta,
    beside: Sequence[Beside] = (),
    permit: Permit[S] | None = None,
) -> Outcome:
    """Decide `command` on `stream`; `beside` writes, in the same transaction, what must not be apart from the facts.

    `permit` is asked of the very state that is decided on, and raises NotVisible when the caller may not act on it.
    Who came second waits in line for the streams he lost, so that a crowd on one stream is served one by one.
    Raises Refused as the rules say, and VersionConflict when twenty other writers came first in a row.
    """
    lost: set[str] = set()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            if not lost:
                return await _at_once(store, stream, decider, command, meta, beside, permit)
            async with store.transaction() as connection:
                await store.line_up(connection, lost)
                return await within(connection, store, stream, decider, command, meta, beside, permit)
        except VersionConflict as conflict:
            lost.add(conflict.stream)
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError


async def within(
    connection: Connection,
    store: EventStore,
    stream: str,
    decider: Decider[S, C, E],
    command: C,
    meta: Meta,
    beside: Sequence[Beside] = (),
    permit: Permit[S] | None = None,
) -> Outcome:
    """One attempt inside the caller's transaction (a subscriber's, with its sequence row)."""
    with bound_contextvars(correlation_id=meta.correlation_id):
        version, events = await _decided(connection, store, stream, decider, command, permit)
        return await _written(connection, store, stream, version, events, meta, command.at, beside)


async def _at_once(
    store: EventStore,
    stream: str,
    decider: Decider[S, C, E],
    command: C,
    meta: Meta,
    beside: Sequence[Beside],
    permit: Permit[S] | None,
) -> Outcome:
    """Read and decide before the transaction: the expected version tells whether somebody came between."""
    with bound_contextvars(correlation_id=meta.correlation_id):
        async with store.pool.acquire() as connection:
            version, events = await _decided(connection, store, stream, decider, command, permit)
            if not events and not beside:
                return Outcome(version, events)
            async with connection.transaction() if store.views or beside else contextlib.nullcontext():
                outcome = await _written(connection, store, stream, version, events, meta, command.at, beside)
    store.rang()
    return outcome


async def _decided(
    connection: Connection,
    store: EventStore,
    stream: str,
    decider: Decider[S, C, E],
    command: C,
    permit: Permit[S] | None,
) -> tuple[int, list[E]]:
    if decider.folded:
        version, state = await decider.folded.read(connection, store, stream, decider.initial, decider.evolve)
    else:
        past = await store.read(connection, stream)
        version, state = len(past), reduce(decider.evolve, (fact.event for fact in past), decider.initial)
    if permit:
        permit(state)
    return version, decider.decide(state, command)


async def _written(
    connection: Connection,
    store: EventStore,
    stream: str,
    version: int,
    events: Sequence[Event],
    meta: Meta,
    at: datetime,
    beside: Sequence[Beside],
) -> Outcome:
    if events:
        version = await store.append(connection, stream, version, events, meta, at)
    outcome = Outcome(version, events)
    for write in beside:
        await write(connection, outcome)
    return outcome
