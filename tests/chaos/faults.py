"""Every fault by its name, what it does, and how it is over."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.chaos import broker, forging
from tests.chaos.runbooks import Operator
from tests.chaos.town import CONSUMERS, RELAYS, WORKERS, Town, until
from tests.chaos.worker import CANNOT_READ, GOOD, REFUSES
from tests.chaos.writers import Writers

_SESSION_SECONDS = 13.0  # longer than a group waits for a member that says nothing
_FEW = 200
_MANY = 600


@dataclass
class Backup:
    """The files of a database at some moment, and what had been answered by then."""

    files: Path
    told: dict[int, int]


@dataclass
class Faults:
    """What befalls a town while its writers go on."""

    town: Town
    writers: Writers
    operator: Operator
    chance: random.Random
    backups: dict[str, Backup] = field(default_factory=dict)
    _decided: int = 0

    def kinds(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """All of them, in an order that is drawn."""
        kinds = {
            "a relay is killed": lambda: self._killed(self.chance.choice(RELAYS)),
            "a consumer is killed": lambda: self._killed(self.chance.choice(CONSUMERS)),
            "the broker is killed": lambda: self._killed("kafka"),
            "the publisher's database is killed": lambda: self._killed("publisher"),
            "the consumer's database is killed": lambda: self._killed("reader"),
            "a part stands still": self._stopped,
            "a consumer stands still in the middle of a batch": self._stopped_in_a_batch,
            "a consumer is killed in the middle of a batch": self._killed_in_a_batch,
            "the broker loses all it holds": self._broker_emptied,
            "the topic is deleted and made anew": self._topic_made_anew,
            "messages are deleted that no consumer has read": self._deleted_unread,
            "messages are deleted, and the tables are built again": self._deleted_and_rebuilt,
            "somebody else copies what comes": self._copied,
            "somebody else writes at the ends": self._forged,
            "the publisher's database is put back": self._publisher_put_back,
            "the consumer's database is put back": self._reader_put_back,
            "everything is published again": self._republished,
            "an epoch is begun for nothing": self.operator.begin_epoch,
            "the tables are built again": self.operator.rebuild_whatever_it_takes,
            "a newer version comes beside the old one": self._upgraded,
            "a release refuses some messages": lambda: self._deployed(REFUSES),
            "a release cannot read some messages": lambda: self._deployed(CANNOT_READ),
            "commands are slow to commit": self._slow,
            "the writers' clock jumps": self._clock,
        }
        if self.town.small_disk:
            kinds["the consumer's disk is full"] = lambda: self.town.fill_disk(4)
        names = list(kinds)
        self.chance.shuffle(names)
        return {name: kinds[name] for name in names}

    async def _killed(self, *parts: str) -> None:
        for part in parts:
            await self.town.kill(part)
        await asyncio.sleep(self.chance.random() * 2)
        for part in parts:
            await self.town.restart(part)

    async def _stopped(self) -> None:
        part = self.chance.choice([*WORKERS, "kafka", "publisher", "reader"])
        async with self.town.standing_still(part):
            await asyncio.sleep(2 + self.chance.random() * 6)

    async def _stopped_in_a_batch(self) -> None:
        """Its group gives its partitions away, and then it goes on where it stood."""
        part = self.chance.choice(CONSUMERS)
        more = await self._into_a_batch()
        async with self.town.standing_still("reader"):
            await asyncio.sleep(0.3)
            standing = self.town.standing_still(part)
            await standing.__aenter__()
        await asyncio.sleep(_SESSION_SECONDS)
        await standing.__aexit__(None, None, None)
        await more

    async def _killed_in_a_batch(self) -> None:
        more = asyncio.create_task(self.writers.more(_MANY))
        for part in await self.town.die_in_a_batch(CONSUMERS, 30):
            await self.town.restart(part)
        await more

    async def _into_a_batch(self) -> asyncio.Task[None]:
        """Return when consumers are at work on the first of many batches."""
        before = await self.town.read()
        more = asyncio.create_task(self.writers.more(_MANY))
        while await self.town.read() == before and not more.done():
            await asyncio.sleep(0.01)
        await asyncio.sleep(self.chance.random() / 10)
        return more

    async def _broker_emptied(self) -> None:
        await self.town.lose_broker()
        await self.writers.each_once_more()

    async def _topic_made_anew(self) -> None:
        """Between two sends: no relay begins a term meanwhile."""
        await self._all_published()
        await broker.make_anew(self.town.broker, self.town.topic)
        self.writers.resume()
        await self.writers.each_once_more()

    async def _all_published(self) -> None:
        """No command under way, and none that waits to be published."""
        await self.writers.silence()
        await until(self.town.published, 30)

    async def _deleted_unread(self) -> None:
        for part in CONSUMERS:
            await self.town.kill(part)
        await self.writers.more(_FEW)
        await self.writers.each_once_more()
        await self._all_published()
        await broker.delete_messages(self.town.broker, self.town.topic)
        self.writers.resume()
        for part in CONSUMERS:
            await self.town.restart(part)
        await self.writers.each_once_more()

    async def _deleted_and_rebuilt(self) -> None:
        await self.writers.silence()
        await until(self.town.caught_up, 60)
        await broker.delete_messages(self.town.broker, self.town.topic)
        self.writers.resume()
        await self.operator.rebuild_whatever_it_takes()

    async def _copied(self) -> None:
        """Before the relay sends it: the same place and event, and a value that nobody can read."""
        for part in RELAYS:
            await self.town.kill(part)
        await self.writers.each_once_more()
        await forging.send(self.town.broker, await forging.copies_of_coming(self.town.store, self.town.topic))
        for part in RELAYS:
            await self.town.restart(part)

    async def _forged(self) -> None:
        await self._all_published()
        records = await forging.at_the_ends(self.town.store, self.town.topic, self.chance)
        await forging.send(self.town.broker, records)
        self.writers.resume()
        await self.writers.each_once_more()

    async def back_up(self, server: str) -> Backup:
        """Keep the files of a database; of the publisher's when no command is under way."""
        await self.writers.silence()
        kept = Backup(await self.town.backup(server, "backup"), dict(self.writers.told))
        self.writers.resume()
        self.backups[server] = kept
        return kept

    async def _publisher_put_back(self) -> None:
        """What was answered after the backup is lost, as with every backup; all else is not.

        Every other time somebody decides only when more was answered anew than was lost.
        """
        kept = self.backups.get("publisher") or await self.back_up("publisher")
        await self.writers.more(_FEW)
        await self._all_published()
        lost = self.writers.done - sum(kept.told.values())
        await self.town.put_back("publisher", kept.files)
        self.town.forget_said()
        self.writers.told = dict(kept.told)
        if self._decided % 2 == 0:
            self.operator.decides_at = self.writers.done + min(lost, 2 * _MANY) + _FEW
            self.writers.allowed = max(self.writers.allowed, self.operator.decides_at)
        self._decided += 1
        self.writers.resume()
        await until(self._led, 90)

    async def _led(self) -> bool:
        return any(said.works for part in RELAYS if (said := self.town.said(part)))

    async def _reader_put_back(self) -> None:
        kept = self.backups.get("reader") or await self.back_up("reader")
        await self.writers.more(_FEW)
        await until(self.town.caught_up, 10)
        await self.town.put_back("reader", kept.files)

    async def _republished(self) -> None:
        last = await self.town.pools["publisher"].fetchval("select coalesce(max(position), 0) from events")
        await self.town.relay().republish(self.chance.choice([0, self.chance.randint(0, last)]))

    async def _upgraded(self) -> None:
        """One consumer of the next version joins one of the old; later the old one follows."""
        version = str(int(self.town.versions["consumer-2"]) + 1)
        self.town.versions["consumer-2"] = version
        await self._killed("consumer-2")
        await until(lambda: self._stands(version), 30)
        await self.writers.more(_MANY)
        await asyncio.sleep(2)
        self.town.versions["consumer-1"] = version
        await self._killed("consumer-1")

    async def _stands(self, version: str) -> bool:
        query = "select version from built where what = 'ledger'"
        return bool(await self.town.pools["reader"].fetchval(query) == version)

    async def _deployed(self, release: str) -> None:
        """A bad release, and after a while the good one again; what it could not do is then replayed."""
        await self._released(release)
        await self.writers.more(_FEW)
        await until(self._has_letters, 30)
        await self.writers.more(_FEW)
        await until(self.town.read_to_the_end, 30)
        await self._released(GOOD)

    async def _released(self, release: str) -> None:
        for part in CONSUMERS:
            self.town.releases[part] = release
            await self._killed(part)

    async def _has_letters(self) -> bool:
        query = "select exists (select from dead_letters where blocks and resolved_at is null)"
        return bool(await self.town.pools["reader"].fetchval(query))

    async def _slow(self) -> None:
        more = asyncio.create_task(self.writers.more(_MANY))
        for _ in range(2):
            await self.writers.slowly(self.town.store, 1.5)
        await more

    async def _clock(self) -> None:
        self.writers.clock = timedelta(hours=self.chance.uniform(-48, 48))
