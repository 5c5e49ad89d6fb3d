"""The states of long streams, kept in memory: a command on one reads what was added since, not the whole stream."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any, Generic, TypeVar

from shared.domain.messages import Recorded
from shared.eventstore.event_store import Connection, EventStore

S = TypeVar("S")

MOST_STREAMS = 64
LONG = 50  # events: a shorter stream is folded again
_PAGE = 500


@dataclass(frozen=True, slots=True)
class _Known(Generic[S]):
    version: int
    position: int
    at: datetime
    state: S


@dataclass(slots=True)
class Folded(Generic[S]):
    """States by stream, of one database: of those asked for last, up to `MOST_STREAMS`.

    Events never change, so a state stays right; the last event it was folded from is read again each time, and when
    the database holds another one (it was restored) the stream is folded whole.
    What a transaction sees before it commits is never kept.
    """

    _known: OrderedDict[str, _Known[S]] = field(default_factory=OrderedDict)

    async def read(
        self, connection: Connection, store: EventStore, stream: str, initial: S, evolve: Callable[[S, Any], S]
    ) -> tuple[int, S]:
        """The version and the state of a stream; a long one is folded a page at a time, others go on in between."""
        known = self._known.get(stream)
        if known and not await _goes_on(connection, store, stream, known):
            del self._known[stream]
            known = None
        version, state = (known.version, known.state) if known else (0, initial)
        last: Recorded[Any] | None = None
        while page := await store.read(connection, stream, version, _PAGE):
            state = reduce(evolve, (fact.event for fact in page), state)
            version, last = version + len(page), page[-1]
            if len(page) < _PAGE:
                break
        if last and version >= LONG and not connection.is_in_transaction():
            self._keep(stream, _Known(version, last.position, last.at, state))
        return version, state

    def _keep(self, stream: str, known: _Known[S]) -> None:
        self._known[stream] = known
        self._known.move_to_end(stream)
        if len(self._known) > MOST_STREAMS:
            self._known.popitem(last=False)


async def _goes_on(connection: Connection, store: EventStore, stream: str, known: _Known[Any]) -> bool:
    """Whether the last event that is known is the one that the database holds."""
    found = await store.read(connection, stream, known.version - 1, 1)
    return [(each.position, each.at) for each in found] == [(known.position, known.at)]
