"""A cache of the states of long streams: a command reads the events since, not the whole stream."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from shared.domain.messages import AnyRecorded

MOST_STREAMS = 64


@dataclass(frozen=True, slots=True)
class KnownState:
    """The state of a stream after `last`, the event that it was folded from last."""

    last: AnyRecorded
    state: Any  # of the aggregate whose stream it is

    @property
    def version(self) -> int:
        """The version of the stream at that state."""
        return self.last.version


@dataclass(slots=True)
class StateCache:
    """States by stream, of one database: of those used last, up to `most`."""

    most: int = MOST_STREAMS
    _known: OrderedDict[str, KnownState] = field(default_factory=OrderedDict)

    def get(self, stream: str) -> KnownState | None:
        """The cached state of a stream, or None."""
        return self._known.get(stream)

    def forget(self, stream: str) -> None:
        """Remove a stream."""
        self._known.pop(stream, None)

    def keep(self, stream: str, known: KnownState) -> None:
        """Store it, instead of the least recently stored one."""
        self._known[stream] = known
        self._known.move_to_end(stream)
        if len(self._known) > self.most:
            self._known.popitem(last=False)
