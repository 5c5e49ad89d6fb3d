"""Open dead letters are listed, applied again in order, and discarded: those of one inbox, in a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeAlias

import asyncpg
import pytest

from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.messaging import dead_letters, inbox
from shared.messaging.dead_letters import DeadLetterCount
from shared.messaging.inbox import Inbox, ReceivedMessage
from shared.service.wiring import create_tables
from tests.shared.counting import CountPublished
from tests.shared.test_sequencing import TOPIC, Sent, sent

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


class Memory:
    """What was applied; what is in `refuse` raises."""

    def __init__(self) -> None:
        self.applied: list[int] = []
        self.refuse: dict[int, Exception] = {}

    async def apply(self, _: Connection, received: Sequence[ReceivedMessage]) -> None:
        for each in received:
            assert isinstance(each.message, CountPublished)
            if error := self.refuse.get(each.message.n):
                raise error
        self.applied += [each.message.n for each in received if isinstance(each.message, CountPublished)]


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def one(memory: Memory) -> Inbox:
    return Inbox("one", TOPIC, memory.apply)


@pytest.fixture
def other(memory: Memory) -> Inbox:
    return Inbox("other", TOPIC, memory.apply)


@pytest.fixture
async def connection(pool: Pool) -> AsyncIterator[Any]:
    await create_tables(pool, [inbox.SCHEMA])
    async with pool.acquire() as opened:
        yield opened


def records() -> list[Sent]:
    """Two keys by turns: 1, 3, 5 of `a` and 2, 4, 6 of `b`; and one that says nothing."""
    good = [sent(n, n - 1, key="a" if n % 2 else "b") for n in range(1, 7)]
    return [*good, Sent(None, b"?", (), offset=6)]


@pytest.fixture
async def refused(connection: Connection, one: Inbox, other: Inbox, memory: Memory) -> Memory:
    """Of both consumers: 3 was refused and holds up 5; 2 was refused and holds up 4 and 6."""
    memory.refuse = {3: Refused("not-three"), 2: KeyError("two")}
    for each in (one, other):
        await each.receive(connection, records())
    memory.applied.clear()
    memory.refuse.clear()
    return memory


async def test_they_are_listed_oldest_first_and_counted_by_reason(
    connection: Connection, one: Inbox, refused: Memory
) -> None:
    listed = await dead_letters.open_letters(connection, one, 10)
    assert sorted((each.key, each.reason, each.waits) for each in listed) == [
        ("", "header-missing", False),
        ("a", "not-three", True),
        ("a", "parked", True),
        ("b", "fault-KeyError", True),
        ("b", "parked", True),
        ("b", "parked", True),
    ]
    assert [each.id for each in listed] == sorted(each.id for each in listed)
    assert await dead_letters.open_letters(connection, one, 2) == listed[:2]
    counted = [("fault-KeyError", 1), ("header-missing", 1), ("not-three", 1), ("parked", 3)]
    assert await dead_letters.dead_letter_counts(connection) == [
        DeadLetterCount(consumer=name, topic=TOPIC.name, reason=reason, letters=number)
        for name in ("one", "other")
        for reason, number in counted
    ]
    assert sorted(await dead_letters.open_keys(connection, one)) == [b"a", b"b"]
    assert [await dead_letters.left(connection, one, key) for key in (b"a", b"b", b"c")] == [2, 3, 0]
    assert refused.applied == []


async def test_a_key_is_applied_again_in_its_order_and_no_other(
    connection: Connection, one: Inbox, other: Inbox, refused: Memory
) -> None:
    async with connection.transaction():
        assert await dead_letters.replay(connection, one, b"b") == 3
    assert refused.applied == [2, 4, 6]
    assert await dead_letters.open_keys(connection, one) == [b"a"]
    assert [await dead_letters.left(connection, each, b"b") for each in (one, other)] == [0, 3]
    async with connection.transaction():
        assert await dead_letters.replay(connection, one, b"b") == 0
    assert refused.applied == [2, 4, 6]


async def test_a_replay_ends_at_the_first_that_still_fails_and_counts_the_attempt(
    connection: Connection, one: Inbox, refused: Memory
) -> None:
    refused.refuse = {4: Refused("not-four")}
    for again in (1, 0, 0):
        async with connection.transaction():
            assert await dead_letters.replay(connection, one, b"b") == again
    assert refused.applied == [2]
    attempts = await connection.fetch(
        "select attempts from dead_letters where consumer = 'one' and key = 'b' order by sequence"
    )
    assert [row["attempts"] for row in attempts] == [1, 4, 1]


async def test_what_is_away_ends_a_replay_without_an_attempt(
    connection: Connection, one: Inbox, refused: Memory
) -> None:
    refused.refuse = {4: ConnectionResetError("away")}
    with pytest.raises(ConnectionResetError):
        async with connection.transaction():
            await dead_letters.replay(connection, one, b"b")
    assert await dead_letters.left(connection, one, b"b") == 3
    assert await connection.fetchval("select max(attempts) from dead_letters") == 1


async def test_a_discarded_dead_letter_blocks_its_key_no_longer_and_records_who_decided(
    connection: Connection, one: Inbox, refused: Memory
) -> None:
    ids = {each.reason: each.id for each in await dead_letters.open_letters(connection, one, 10)}
    first = ids["not-three"]
    assert not await dead_letters.discard(connection, ["other"], first, "ops-1", "typed by hand")
    assert not await dead_letters.discard(connection, ["one"], first + 1000, "ops-1", "typed by hand")
    assert await dead_letters.discard(connection, ["one"], first, "ops-1", "typed by hand")
    assert not await dead_letters.discard(connection, ["one"], first, "ops-2", "again")
    assert await dead_letters.discard(connection, ["other", "one"], ids["header-missing"], "ops-2", "nobody said it")
    told = await dead_letters.discarded(connection, 10)
    assert [(each.reason, each.key, each.by, each.why) for each in told] == [
        ("header-missing", "", "ops-2", "nobody said it"),
        ("not-three", "a", "ops-1", "typed by hand"),
    ]
    assert await dead_letters.discarded(connection, 1) == told[:1]
    async with connection.transaction():
        assert await dead_letters.replay(connection, one, b"a") == 1
    assert refused.applied == [5]


async def test_what_a_newer_version_can_read_is_read_again_in_its_place(
    connection: Connection, one: Inbox, other: Inbox, memory: Memory
) -> None:
    """Stored unreadable, mended as a deploy would: the newest of its partition, confirmed by no later message."""
    for each in (one, other):
        await each.receive(connection, [sent(1, 0), sent(2, 1, value=b"{}")])
    assert await dead_letters.reread(connection, one) == 0
    await connection.execute("""update dead_letters set value = '{"n": 2}' where sequence = 2""")
    memory.applied.clear()
    assert await dead_letters.reread(connection, one) == 1
    assert memory.applied == [2]
    assert [row["consumer"] for row in await connection.fetch("select consumer from dead_letters")] == ["other"]
    assert await connection.fetchval("select sequence from consumer_checkpoints where consumer = 'one'") == 2
    assert await dead_letters.reread(connection, one) == 0
