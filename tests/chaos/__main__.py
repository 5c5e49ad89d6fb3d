"""Faults at random over many commands, then an independent recount.

`python -m tests.chaos --commands 20000 --faults 14` prints its seed and what it did, and ends with
`commands=N faults=N lost=N doubled=N reordered=N`; exit 1 unless the last three are 0.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.domain.aggregate import Aggregate
from shared.domain.messages import Command, Meta
from shared.eventstore.command_handler import handle
from shared.eventstore.outages import is_infrastructure
from shared.projections.shadow_schema import AlreadyRebuilding
from shared.projections.topic import TopicIncomplete
from tests.chaos.town import WORKERS, Town
from tests.shared.counting import Counted

STREAMS = 40
SETTLED_SECONDS = 240.0
META = Meta(by="chaos", correlation_id="chaos")


class Count(Command):
    """Say the next number."""

    n: int


def _decide(state: int, command: Count) -> list[Counted]:
    return [Counted(n=command.n)] if command.n == state else []


def _evolve(state: int, _: Counted) -> int:
    return state + 1


COUNTING = Aggregate("stream", (Counted,), 0, _decide, _evolve)


class Chaos:
    """Writers that go on whatever happens, faults one after another, and what should stand in the ledger."""

    def __init__(self, town: Town, commands: int, faults: int, seed: int) -> None:
        self.town, self.commands, self.faults = town, commands, faults
        self.chance = random.Random(seed)
        self.done = 0
        self.allowed = 0
        self.clock = timedelta()
        self.pause = asyncio.Event()
        self.pause.set()
        self.quiet: set[int] = set()
        self.told: dict[int, int] = dict.fromkeys(range(STREAMS), 0)
        self.happened: Counter[str] = Counter()
        self.began = time.monotonic()
        self.kept = Path()

    def say(self, line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self.began:6.1f} s  {line}\n")
        sys.stdout.flush()

    async def write(self, stream: int) -> None:
        """One command after another on one stream; each again until it is answered."""
        while self.done < self.commands:
            self.quiet.add(stream)
            await self.pause.wait()
            while self.done >= self.allowed and self.done < self.commands:
                await asyncio.sleep(0.05)
            self.quiet.discard(stream)
            if not self.pause.is_set():
                continue
            n = self.told[stream]
            command = Count(at=datetime.now(UTC) + self.clock, by="chaos", n=n)
            try:
                await handle(self.town.store, COUNTING, str(stream), command, META)
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                await asyncio.sleep(0.1)
                continue
            self.told[stream] = n + 1
            self.done += 1
        self.quiet.add(stream)

    async def silence(self) -> None:
        """No command under way."""
        self.pause.clear()
        while len(self.quiet) < STREAMS:
            await asyncio.sleep(0.01)

    async def run(self) -> None:
        writers = [asyncio.create_task(self.write(stream)) for stream in range(STREAMS)]
        kinds = self.kinds()
        for nth in range(self.faults):
            self.allowed = self.commands * (nth + 1) // (self.faults + 1)
            name = list(kinds)[nth % len(kinds)] if nth < len(kinds) else self.chance.choice(list(kinds))
            await asyncio.sleep(self.chance.random())
            self.say(f"{name} (after {self.done} commands)")
            await kinds[name]()
            self.happened[name] += 1
            await asyncio.sleep(self.chance.random() * 2)
        self.allowed = self.commands
        await asyncio.gather(*writers)

    def kinds(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Every fault by its name, in an order that is drawn."""
        kinds = {
            "a relay is killed": lambda: self._killed(self.chance.choice(WORKERS[:2])),
            "a consumer is killed": lambda: self._killed(self.chance.choice(WORKERS[2:])),
            "the broker is killed": lambda: self._killed("kafka"),
            "the publisher's database is killed": lambda: self._killed("publisher"),
            "the consumer's database is killed": lambda: self._killed("reader"),
            "the broker loses all it holds": self.town.lose_broker,
            "the publisher's database is put back": self._publisher_put_back,
            "the consumer's database is put back": self._reader_put_back,
            "everything is published again": self._republished,
            "the tables are built again": self._rebuilt,
            "a newer version comes beside the old one": self._upgraded,
            "a part stands still": self._stopped,
            "the writers' clock jumps": self._clock,
        }
        if self.town.small_disk:
            kinds["the consumer's disk is full"] = lambda: self.town.fill_disk(4)
        names = list(kinds)
        self.chance.shuffle(names)
        return {name: kinds[name] for name in names}

    async def _killed(self, part: str) -> None:
        await self.town.kill(part)
        await asyncio.sleep(self.chance.random() * 2)
        await self.town.restart(part)

    async def _publisher_put_back(self) -> None:
        """What was answered after the backup is lost, as with every backup; all else is not."""
        await self.silence()
        kept = await self.town.backup("publisher")
        told = dict(self.told)
        self.pause.set()
        self.allowed += self.commands // 50
        await asyncio.sleep(3)
        await self.silence()
        await self.town.put_back("publisher", kept)
        self.done -= sum(self.told.values()) - sum(told.values())
        self.told = told
        self.pause.set()
        await self._confirmed()

    async def _confirmed(self) -> None:
        """The runbook: the relay says that it publishes nothing, and somebody begins another epoch."""
        await asyncio.sleep(2)
        for _ in range(60):
            try:
                await self.town.relay().new_epoch("chaos")
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                await asyncio.sleep(0.5)
            else:
                return

    async def _reader_put_back(self) -> None:
        kept = await self.town.backup("reader")
        await asyncio.sleep(3)
        await self.town.put_back("reader", kept)

    async def _republished(self) -> None:
        last = await self.town.pools["publisher"].fetchval("select coalesce(max(position), 0) from events")
        await self.town.relay().republish(self.chance.choice([0, self.chance.randint(0, last)]))

    async def _rebuilt(self) -> None:
        for _ in range(20):
            try:
                return await self.town.rebuild()
            except (TopicIncomplete, AlreadyRebuilding):
                await asyncio.sleep(1)
        return None

    async def _upgraded(self) -> None:
        """One consumer of the next version joins one of the old; later the old one follows."""
        version = str(int(self.town.versions["consumer-2"]) + 1)
        for part in ("consumer-2", "consumer-1"):
            self.town.versions[part] = version
            await self._killed(part)
            await asyncio.sleep(3)

    async def _stopped(self) -> None:
        part = self.chance.choice([*WORKERS, "kafka", "publisher", "reader"])
        await self.town.stop_for(part, 2 + self.chance.random() * 6)

    async def _clock(self) -> None:
        self.clock = timedelta(hours=self.chance.uniform(-48, 48))

    async def recount(self) -> tuple[int, int, int]:
        """What is lost, doubled and out of order, once everything had its time; counted from the commands alone."""
        deadline = time.monotonic() + SETTLED_SECONDS
        while True:
            rows = await self.town.pools["reader"].fetch("select stream, n from ledger order by nth")
            found: dict[str, list[int]] = {}
            for row in rows:
                found.setdefault(row["stream"], []).append(row["n"])
            result = self.compared(found)
            if not any(result) or time.monotonic() > deadline:
                return result
            await asyncio.sleep(1)

    def compared(self, found: dict[str, list[int]]) -> tuple[int, int, int]:
        """The ledger against what was answered."""
        lost = doubled = reordered = 0
        for stream, last in self.told.items():
            numbers = found.get(f"stream-{stream}", [])
            times = Counter(numbers)
            lost += sum(n not in times for n in range(last))
            doubled += sum(each - 1 for each in times.values()) + sum(n >= last for n in times)
            reordered += numbers != sorted(numbers)
        return lost, doubled, reordered


async def main() -> int:
    """Run, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=20_000)
    parser.add_argument("--faults", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as home:
        town = Town(Path(home))
        chaos = Chaos(town, asked.commands, asked.faults, asked.seed)
        chaos.say(f"seed {asked.seed}{'' if town.small_disk else '; no disk is filled: that needs root'}")
        try:
            await town.begin()
            await chaos.run()
            lost, doubled, reordered = await chaos.recount()
            dead = await town.pools["reader"].fetch(
                "select reason, count(*) from dead_letters where resolved_at is null group by reason"
            )
        finally:
            await town.end()
    for row in dead:
        chaos.say(f"{row['count']} dead letters: {row['reason']}")
    faults = sum(chaos.happened.values())
    sys.stdout.write(f"commands={chaos.done} faults={faults} lost={lost} doubled={doubled} reordered={reordered}\n")
    return int(bool(lost or doubled or reordered))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
