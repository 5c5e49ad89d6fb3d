"""Faults at random over many commands, then two independent recounts.

`python -m tests.chaos --commands 20000 --faults 14` prints its seed and what it did, and ends with
`commands=N faults=N lost=N doubled=N reordered=N`; exit 1 unless the last three are 0.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from pathlib import Path

import structlog

from tests.chaos.faults import Faults
from tests.chaos.recount import Count, Recount
from tests.chaos.runbooks import Operator
from tests.chaos.town import Town, until
from tests.chaos.writers import Writers

_BACKUP_EVERY = 4  # faults: what is put back is several faults old


class Chaos:
    """One run: writers, somebody who follows the runbooks, faults one after another, and the recount."""

    def __init__(self, town: Town, asked: argparse.Namespace) -> None:
        self.town = town
        self.commands: int = asked.commands
        self.chance = random.Random(asked.seed)
        self.began = time.monotonic()
        self.writers = Writers()
        self.operator = Operator(town, self.writers, self.say)
        self.faults = Faults(town, self.writers, self.operator, self.chance)
        self.calm = bool(asked.only)  # chosen faults begin when all that was answered is received
        self.names = asked.only or self._drawn(asked.faults)
        self.recount = Recount(town, self.writers, self.operator, self.say, asked.quiet)

    def _drawn(self, number: int) -> list[str]:
        """Each kind once, and then any."""
        names = list(self.faults.kinds())
        return names[:number] + self.chance.choices(names, k=max(0, number - len(names)))

    def say(self, line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self.began:6.1f} s  {line}\n")
        sys.stdout.flush()

    async def run(self) -> Count:
        """All faults, each after its share of the commands; the last one when every command is answered."""
        roles = self.writers.run(self.town.store), self.operator.run()
        going_on = [asyncio.create_task(each) for each in roles]
        faults = asyncio.create_task(self._faults())
        try:
            await asyncio.wait([faults, *going_on], return_when=asyncio.FIRST_COMPLETED)
            for each in going_on:
                if each.done():
                    each.result()
            return await faults
        finally:
            for task in (faults, *going_on):
                task.cancel()

    async def _faults(self) -> Count:
        kinds, share = self.faults.kinds(), self.commands / max(1, len(self.names))
        for nth, name in enumerate(self.names, 1):
            self.writers.allowed = max(self.writers.allowed, int(min(nth + 1, len(self.names)) * share))
            await self.writers.reach(int(nth * share))
            if nth % _BACKUP_EVERY == 2:
                for server in self.town.servers:
                    await self.faults.back_up(server)
            if nth == 1 or self.calm:
                await until(self.town.caught_up, 60)
            self.say(f"{name} (after {self.writers.done} commands)")
            self.operator.answered.clear()
            await kinds[name]()
            await asyncio.sleep(self.chance.random() * 2)
        return await self._counted()

    async def _counted(self) -> Count:
        self.writers.allowed = max(self.writers.allowed, self.commands)
        await self.writers.reach(self.commands)
        live = await self.recount.live()
        self.say(f"live: {live}")
        rebuilt = Count()
        if live == Count():
            rebuilt = await self.recount.rebuilt()
            self.say(f"built again from the topic: {rebuilt}")
        await self.recount.tell_letters()
        return live + rebuilt


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=20_000)
    parser.add_argument("--faults", type=int, default=14)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--only", action="append", help="this fault, by its name; may be repeated")
    parser.add_argument("--quiet", type=float, default=60.0, help="seconds without change before it counts as settled")
    parser.add_argument("--logs", type=Path, help="where to keep the logs of what ran")
    return parser.parse_args()


async def main() -> int:
    """Run, and say what came of it."""
    asked = _asked()
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as home:
        town = Town(Path(home), asked.logs)
        chaos = Chaos(town, asked)
        chaos.say(f"seed {asked.seed}{'' if town.small_disk else '; no disk is filled: that needs root'}")
        try:
            await town.begin()
            count = await chaos.run()
        finally:
            await town.end()
    sys.stdout.write(f"commands={chaos.writers.done} faults={len(chaos.names)} {count}\n")
    return int(count != Count())


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
