"""Loads the state of an aggregate from its stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from shared.domain.aggregate import Aggregate, AnyAggregate
from shared.domain.messages import AnyRecorded, Command, Event
from shared.eventstore.event_store import Connection, EventStore
from shared.eventstore.state_cache import KnownState

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)

LONG = 50  # events: a shorter stream is folded again
_PAGE = 500


async def load(
    connection: Connection, store: EventStore, aggregate: Aggregate[S, C, E], aggregate_id: str
) -> tuple[int, S]:
    """The version and the state of an aggregate: 0 and the initial state of one that does not exist.

    Events never change, so a state that was kept stays right; the last event it was folded from is read again each
    time, and when the database holds another one (it was restored) the stream is folded whole. A long stream is folded
    a page at a time, and others go on in between. What a transaction sees before it commits is never kept.
    """
    stream = aggregate.stream(aggregate_id)
    if not aggregate.long:
        past = await store.read(connection, stream)
        return len(past), aggregate.fold(each.event for each in past)
    known = await _known(connection, store, stream)
    version, state = (known.version, known.state) if known else (0, aggregate.initial)
    last: AnyRecorded | None = None
    while page := await store.read(connection, stream, version, _PAGE):
        state = aggregate.fold((each.event for each in page), state)
        version, last = version + len(page), page[-1]
        if len(page) < _PAGE:
            break
    if last and version >= LONG and not connection.is_in_transaction():
        store.states.keep(stream, KnownState(last, state))
    return version, state


async def load_all(
    connection: Connection, store: EventStore, wanted: Iterable[tuple[AnyAggregate, str]]
) -> Mapping[str, tuple[int, Any]]:  # the state of whichever aggregate
    """The versions and states of several aggregates, by stream; short streams are read in one statement."""
    aggregates = {aggregate.stream(aggregate_id): (aggregate, aggregate_id) for aggregate, aggregate_id in wanted}
    short = [stream for stream, (aggregate, _) in aggregates.items() if not aggregate.long]
    past = await store.read_all(connection, short) if short else {}
    found = {stream: (len(past[stream]), aggregates[stream][0].fold(e.event for e in past[stream])) for stream in short}
    for stream in aggregates.keys() - found.keys():
        found[stream] = await load(connection, store, *aggregates[stream])
    return found


async def _known(connection: Connection, store: EventStore, stream: str) -> KnownState | None:
    """What is kept of a stream, when the last event of it is the one that the database holds."""
    known = store.states.get(stream)
    if known is None:
        return None
    found = await store.read(connection, stream, known.version - 1, 1)
    if [(each.position, each.at) for each in found] == [(known.last.position, known.last.at)]:
        return known
    store.states.forget(stream)
    return None
