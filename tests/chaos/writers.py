"""Commands that go on whatever happens, and what was answered: all that should stand in the ledger."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from shared.domain.aggregate import Aggregate, Issued
from shared.domain.messages import Command, Meta
from shared.eventstore.command_handler import handle, issue
from shared.eventstore.event_store import EventStore
from shared.eventstore.outages import is_infrastructure
from tests.shared.counting import Counted

STREAMS = 40
_SLOW = STREAMS  # one stream more, whose commands take their time
_META = Meta(by="chaos", correlation_id="chaos")


class Count(Command):
    """Say the next number."""

    n: int


def _decide(state: int, command: Count) -> list[Counted]:
    return [Counted(n=command.n)] if command.n == state else []


def _evolve(state: int, _: Counted) -> int:
    return state + 1


COUNTING: Aggregate[int, Count, Counted] = Aggregate("stream", (Counted,), 0, _decide, _evolve, long=True)


class Writers:
    """One writer a stream, each with one command after another, each command again until it is answered.

    `told` is how many were answered, by stream; they go on until `allowed` were.
    """

    def __init__(self) -> None:
        self.told: dict[int, int] = dict.fromkeys(range(STREAMS + 1), 0)
        self.allowed = 0
        self.clock = timedelta()
        self._pause = asyncio.Event()
        self._quiet: set[int] = set()

    @property
    def done(self) -> int:
        return sum(self.told.values())

    async def run(self, store: EventStore) -> None:
        self._pause.set()
        await asyncio.gather(*(self._write(store, stream) for stream in range(STREAMS)))

    async def _write(self, store: EventStore, stream: int) -> None:
        while True:
            self._quiet.add(stream)
            while self.done >= self.allowed or not self._pause.is_set():
                await asyncio.sleep(0.02)
            self._quiet.discard(stream)
            n = self.told[stream]
            try:
                await handle(store, COUNTING, str(stream), self._command(n), _META)
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                await asyncio.sleep(0.1)
            else:
                self.told[stream] = n + 1

    def _command(self, n: int) -> Count:
        return Count(at=datetime.now(UTC) + self.clock, by="chaos", n=n)

    async def slowly(self, store: EventStore, seconds: float) -> None:
        """One command whose transaction stays open that long after it appended, while others commit behind it."""
        command = self._command(self.told[_SLOW])
        async with store.transaction() as connection:
            await issue(connection, store, Issued(COUNTING, str(_SLOW), command), _META)
            await asyncio.sleep(seconds)
        self.told[_SLOW] += 1

    async def silence(self) -> None:
        """No command under way, and none until `resume`."""
        self._pause.clear()
        while len(self._quiet) < STREAMS:
            await asyncio.sleep(0.01)

    def resume(self) -> None:
        self._pause.set()

    async def reach(self, commands: int) -> None:
        """Return once so many are answered."""
        while self.done < commands:
            await asyncio.sleep(0.02)

    async def more(self, commands: int) -> None:
        """So many more now; return once they are answered."""
        wanted = self.done + commands
        self.allowed = max(self.allowed, wanted)
        await self.reach(wanted)

    async def each_once_more(self) -> None:
        """At least one more on every stream, so that whatever is missing has something behind it."""
        before = dict(self.told)
        while any(self.told[stream] <= before[stream] for stream in range(STREAMS)):
            await self.more(STREAMS)
