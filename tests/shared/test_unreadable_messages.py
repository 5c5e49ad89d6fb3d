"""What a release cannot read, while histories begin and everything is sent again, is applied once by the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import AfterValidator

from shared.eventstore.event_store import Connection
from shared.eventstore.pool import open_pool
from shared.messaging import dead_letters, inbox
from shared.messaging.inbox import Inbox
from shared.service.wiring import create_tables
from tests.chance import examples
from tests.conftest import empty_database
from tests.shared.counting import CountPublished
from tests.shared.test_dead_letters import Memory
from tests.shared.test_sequencing import TOPIC, Sent, sent

KEYS = ("a", "b")


def _known(n: int) -> int:
    if n % 3 == 2:
        raise ValueError("not-known")
    return n


class Narrow(CountPublished):
    """The message as a release knows it that cannot read all of them."""

    n: Annotated[int, AfterValidator(_known)]

    @classmethod
    def type_name(cls) -> str:
        return CountPublished.type_name()


class Publisher:
    """One partition: its events are the numbers from 1 on, of two keys by turns."""

    def __init__(self) -> None:
        self.last, self.offset = 0, 0
        self.forks: tuple[int, ...] = ()

    def more(self, number: int) -> list[Sent]:
        self.last += number
        return self._told(self.last - number, self.last)

    def again(self) -> list[Sent]:
        return self._told(0, self.last)

    def begin_epoch(self) -> list[Sent]:
        self.forks = (*self.forks, self.last)
        return self.again()

    def copies(self, number: int) -> list[Sent]:
        """What somebody else sends before it: the same place and event, a value that nobody can read."""
        return [replace(each, value=b"{copied") for each in self._told(self.last, self.last + number)]

    def forged(self) -> list[Sent]:
        """What nobody can read at the next place of all, at the highest, and at one that is taken."""
        last = APART * self.last
        places = [(last + 1, last), (2**60, 2**60 - 1), (last, max(0, last - 1))]
        return [self._record(*place, KEYS[0], b"{forged") for place in places if place[0]]

    def _told(self, after: int, until: int) -> list[Sent]:
        return [self._record(APART * n, APART * (n - 1), KEYS[n % 2]) for n in range(after + 1, until + 1)]

    def _record(self, sequence: int, previous: int, key: str, value: bytes | None = None) -> Sent:
        self.offset += 1
        forks = tuple(APART * each for each in self.forks)
        number = b'{"n": %d}' % (sequence // APART)
        record = sent(sequence, previous, key=key, value=value or number, epoch=len(forks) + 1, forks=forks)
        return replace(record, offset=self.offset)


APART = 3  # positions of other streams and partitions lie between
NUMBERS = st.integers(1, 5)
STEPS = st.one_of(
    st.tuples(st.just("more"), NUMBERS),
    st.tuples(st.just("copies"), NUMBERS),
    st.tuples(st.just("lost"), NUMBERS),
    st.tuples(st.just("late"), NUMBERS),
    st.tuples(st.sampled_from(["again", "epoch", "narrow", "whole", "forged"]), st.just(0)),
)


async def _applied(steps: Sequence[tuple[str, int]], cut: int) -> tuple[list[int], list[str]]:
    """What was applied in the end, in order, and the reasons of open letters of what the publisher sent."""
    memory, publisher = Memory(), Publisher()
    late: list[Sent] = []
    whole = Inbox("one", TOPIC, memory.apply)
    narrow = Inbox("one", replace(TOPIC, messages=(Narrow,)), memory.apply)
    reading = whole
    async with empty_database() as url, open_pool(url, 2) as pool, pool.acquire() as connection:
        await create_tables(pool, [inbox.SCHEMA])
        for what, number in (*steps, ("whole", 0), ("more", 1), ("again", 0), ("more", 1)):
            match what:
                case "narrow":
                    reading = narrow
                case "whole":
                    reading = whole
                    await _mended(connection, whole)
                case "more":
                    await _received(connection, reading, publisher.more(number), cut)
                case "copies":
                    await _received(connection, reading, publisher.copies(number), cut)
                case "lost":  # never received
                    publisher.more(number)
                case "late":  # received when the next epoch has begun
                    late += publisher.more(number)
                case "forged":
                    await _received(connection, reading, publisher.forged(), cut)
                case "again":
                    await _received(connection, reading, publisher.again(), cut)
                case _:
                    await _received(connection, reading, [*publisher.begin_epoch(), *late], cut)
                    late = []
        await _mended(connection, whole)
        await _received(connection, whole, publisher.again(), cut)
        assert sorted(memory.applied) == list(range(1, publisher.last + 1))
        rows = await connection.fetch("select reason, value from dead_letters where resolved_at is null")
        return memory.applied, [row["reason"] for row in rows if not row["value"].startswith((b"{copied", b"{forged"))]


async def _received(connection: Connection, reading: Inbox, records: Sequence[Sent], cut: int) -> None:
    for at in range(0, len(records), cut):
        await reading.receive(connection, records[at : at + cut])


async def _mended(connection: Connection, reading: Inbox) -> None:
    """`dead-letters replay`."""
    async with connection.transaction():
        await dead_letters.reread(connection, reading)
    for key in await dead_letters.open_keys(connection, reading):
        async with connection.transaction():
            await dead_letters.replay(connection, reading, key)


@given(st.lists(STEPS, max_size=8), st.integers(1, 6))
@example([("more", 5), ("narrow", 0), ("epoch", 0), ("more", 5)], 10)
@example([("narrow", 0), ("more", 2), ("more", 3), ("whole", 0)], 1)
@example([("narrow", 0), ("copies", 3), ("more", 5)], 4)
@example([("more", 1), ("narrow", 0), ("more", 1), ("copies", 1), ("more", 3)], 1)
@example([("copies", 1), ("lost", 1)], 1)
@example([("narrow", 0), ("lost", 5), ("more", 2), ("again", 0)], 5)
@example([("lost", 4), ("more", 1), ("narrow", 0), ("again", 0)], 5)
@example([("narrow", 0), ("more", 2), ("again", 0), ("whole", 0)], 1)
@example([("copies", 2), ("lost", 2), ("more", 1), ("narrow", 0), ("epoch", 0)], 3)
@example([("lost", 1), ("narrow", 0), ("more", 5), ("epoch", 0)], 3)
@example([("more", 2), ("late", 3), ("epoch", 0)], 3)
@example([("narrow", 0), ("late", 5), ("epoch", 0)], 3)
@examples(20)
async def test_each_is_applied_once_and_each_key_in_order(steps: list[tuple[str, int]], cut: int) -> None:
    applied, left = await _applied(steps, cut)
    for key in range(2):
        of_key = [n for n in applied if n % 2 == key]
        assert of_key == sorted(of_key)
    assert left == []
