"""The states of long streams, kept in memory: a command on one reads what was added since, not the whole stream."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any, Generic, TypeVar

from shared.event_store import Connection, EventStore
from shared.messages import Recorded

S = TypeVar("S")

MOST_STREAMS = 64
LONG = 50  # events: a shorter stream is folded again


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
        """The version and the state of a stream."""
        known = self._known.get(stream)
        past = await store.read(connection, stream, known.version - 1 if known else 0)
        if known and not _goes_on(known, past):
            del self._known[stream]
            known, past = None, await store.read(connection, stream)
        new = past[1:] if known else past
        state = reduce(evolve, (fact.event for fact in new), known.state if known else initial)
        version = (known.version if known else 0) + len(new)
        if version >= LONG and not connection.is_in_transaction():
            self._keep(stream, _Known(version, past[-1].position, past[-1].at, state))
        return version, state

    def _keep(self, stream: str, known: _Known[S]) -> None:
        self._known[stream] = known
        self._known.move_to_end(stream)
        if len(self._known) > MOST_STREAMS:
            self._known.popitem(last=False)


def _goes_on(known: _Known[Any], past: Sequence[Recorded[Any]]) -> bool:
    """Whether what was read begins with the last event that is known."""
    return bool(past) and (past[0].position, past[0].at) == (known.position, known.at)
