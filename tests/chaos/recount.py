"""What is lost, doubled and out of order, counted from the commands that were answered alone."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.eventstore.outages import is_infrastructure
from tests.chaos.forging import is_forged
from tests.chaos.runbooks import Operator
from tests.chaos.town import Town, until
from tests.chaos.writers import Writers

SETTLED_SECONDS = 900.0
_STATE = """
select (select count(*) from ledger), (select sum(sequence + next_offset) from consumer_checkpoints),
       (select count(*) from dead_letters where resolved_at is null)
"""


@dataclass(frozen=True)
class Count:
    """How many messages are lost, are there twice, and how many streams are out of order."""

    lost: int = 0
    doubled: int = 0
    reordered: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.lost + other.lost, self.doubled + other.doubled, self.reordered + other.reordered)

    def __str__(self) -> str:
        return f"lost={self.lost} doubled={self.doubled} reordered={self.reordered}"


@dataclass(frozen=True)
class Recount:
    """Of the live ledger, and of the one that is built again from the topic alone.

    It is over when all is right, or when nothing has changed for `quiet` seconds.
    """

    town: Town
    writers: Writers
    operator: Operator
    say: Callable[[str], None]
    quiet: float

    async def live(self) -> Count:
        """The live ledger, once everything had its time; a dead letter that nobody expects is a lost message."""
        deadline, state, since = time.monotonic() + SETTLED_SECONDS, None, time.monotonic()
        while True:
            try:
                found, now = await self._counted(), await self._state()
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                found, now = Count(lost=1), state
            if now != state:
                state, since = now, time.monotonic()
            if (found == Count() and await until(self.town.read_to_the_end, 1)) or time.monotonic() > min(
                deadline, since + self.quiet
            ):
                return found
            await asyncio.sleep(1)

    async def rebuilt(self) -> Count:
        """The ledger after a rebuild by the runbook; a topic that is incomplete has lost something."""
        return await self.live() if await self.operator.rebuild() else Count(lost=1)

    async def _state(self) -> object:
        position = await self.town.pools["publisher"].fetchval("select sum(position) from outbox_checkpoints")
        return position, await self.town.pools["reader"].fetchrow(_STATE)

    async def _counted(self) -> Count:
        rows = await self.town.pools["reader"].fetch(
            "select stream, n from ledger where version = (select version from built where what = 'ledger')"
            " order by nth"
        )
        found: dict[str, list[int]] = {}
        for row in rows:
            found.setdefault(row["stream"], []).append(row["n"])
        other = await self.town.pools["reader"].fetchval("select count(*) from ledger") - len(rows)
        return compared(self.writers.told, found) + Count(lost=await self._unexpected(), doubled=other)

    async def _unexpected(self) -> int:
        rows = await self.town.pools["reader"].fetch(
            "select reason, value from dead_letters where resolved_at is null and consumer = 'ledger'"
        )
        return sum(not is_forged(row["value"]) for row in rows)

    async def tell_letters(self) -> None:
        """Say which dead letters are open, and how many of them somebody else wrote."""
        rows = await self.town.pools["reader"].fetch("select reason, value from dead_letters where resolved_at is null")
        for (reason, forged), number in Counter((row["reason"], is_forged(row["value"])) for row in rows).items():
            self.say(f"{number} dead letters: {reason}{' (forged)' if forged else ''}")


def compared(told: Mapping[int, int], found: Mapping[str, list[int]]) -> Count:
    """The ledger against what was answered."""
    total = Count()
    for stream, last in told.items():
        numbers = found.get(f"stream-{stream}", [])
        times = Counter(numbers)
        total += Count(
            lost=sum(n not in times for n in range(last)),
            doubled=sum(each - 1 for each in times.values()) + sum(n >= last for n in times),
            reordered=int(numbers != sorted(numbers)),
        )
    return total
