"""Somebody who does what docs/operations.md says, when a process says so of itself, and nothing else."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from shared.eventstore.outages import is_infrastructure
from shared.messaging import dead_letters
from shared.messaging.dead_letters import discard, open_keys, reread
from shared.messaging.inbox import AnotherVersionLive
from shared.projections.shadow_schema import AlreadyRebuilding
from shared.projections.topic_rebuild import TopicIncomplete
from tests.chaos.forging import is_forged
from tests.chaos.town import CONSUMERS, RELAYS, Town, until
from tests.chaos.worker import GOOD, fold_of
from tests.chaos.writers import Writers

_LOOK_SECONDS = 0.3
_STALE_SECONDS = 20.0
_GAPS = re.compile(r"(\d+) after \d+ up to (\d+)")


@dataclass
class Operator:
    """Begins an epoch where a relay says `another-history`, sends again where a consumer says `gap`, mends letters.

    Each gap is answered once: were it still there after that, nothing more would be done about it. A decision on
    another history is taken when `decides_at` commands were answered.
    """

    town: Town
    writers: Writers
    say: Callable[[str], None]
    decides_at: int = 0
    answered: set[tuple[str, str]] = field(default_factory=set)
    _deaf_until: float = 0.0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self._look()
            except Exception as error:
                if not is_infrastructure(error):
                    raise

    async def _look(self) -> None:
        if any(self._code(part) == "another-history" for part in RELAYS) and time.monotonic() > self._deaf_until:
            await self.begin_epoch()
        new = {gap for part in CONSUMERS for gap in self._gaps(part)} - self.answered
        if new:
            self.answered |= new
            await self._send_again()
        elif set(self.town.releases.values()) == {GOOD}:
            await self._mend_letters()

    def _code(self, part: str) -> str:
        said = self.town.said(part)
        return said.code if said else ""

    def _gaps(self, part: str) -> set[tuple[str, str]]:
        said = self.town.said(part)
        return set(_GAPS.findall(said.sentence)) if said and said.code == "gap" else set()

    async def begin_epoch(self) -> None:
        """`outbox new-epoch`, once that was thought about."""
        await asyncio.wait({asyncio.create_task(self.writers.reach(self.decides_at))}, timeout=20)
        for _ in range(60):
            try:
                epoch, found = await self.town.relay().new_epoch("chaos")
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                await asyncio.sleep(0.5)
            else:
                self._deaf_until = time.monotonic() + _STALE_SECONDS
                self.say(f"    epoch {epoch} is begun, {len(found.lost)} messages were told and are lost")
                return

    async def _send_again(self) -> None:
        """`outbox republish --from 0`, as it happens while the relay waits for a broker that stands still."""
        self.say("    a gap: everything is sent again")
        async with self.town.standing_still("kafka"):
            await asyncio.wait({asyncio.create_task(self.writers.more(60))}, timeout=5)
            await asyncio.sleep(0.3)
            await self.town.relay().republish(0)
        await until(self.town.published, 60)
        await asyncio.sleep(3)

    async def _mend_letters(self) -> None:
        """`dead-letters replay` of what held up its key; a message that nobody of ours sent is discarded."""
        async with self.town.pools["reader"].acquire() as connection:
            rows = await connection.fetch(
                "select id, reason, blocks, value from dead_letters where consumer = 'ledger' and resolved_at is null"
            )
            for row in rows:
                if row["reason"] == "gap" and is_forged(row["value"]):
                    async with connection.transaction():
                        await discard(connection, ["ledger"], row["id"], "chaos", "somebody else wrote it")
        if any(row["blocks"] for row in rows):
            await self.replay()

    async def replay(self) -> None:
        """`dead-letters replay`; a release whose version does not stand yet says so."""
        with suppress(AnotherVersionLive):
            await self._replay()

    async def _replay(self) -> None:
        inbox = fold_of(self.town.topic, self.town.versions["consumer-2"]).live[0]
        async with self.town.pools["reader"].acquire() as connection:
            async with connection.transaction():
                await reread(connection, inbox)
            for key in await open_keys(connection, inbox):
                async with connection.transaction():
                    await dead_letters.replay(connection, inbox, key)

    async def rebuild(self) -> bool:
        """`rebuild`, as often as it takes while something is away; False when it says that the topic is incomplete."""
        for _ in range(60):
            try:
                await self.town.rebuild()
            except TopicIncomplete as missing:
                self.say(f"    the topic is incomplete: {missing}")
                return False
            except Exception as error:
                if not isinstance(error, AlreadyRebuilding) and not is_infrastructure(error):
                    raise
                await asyncio.sleep(1)
            else:
                return True
        raise RuntimeError("the tables cannot be built")

    async def rebuild_whatever_it_takes(self) -> None:
        """`rebuild`; what it says is missing is published again first."""
        if not await self.rebuild():
            await self._send_again()
            await until(self.town.caught_up, 60)
            await self.rebuild()
