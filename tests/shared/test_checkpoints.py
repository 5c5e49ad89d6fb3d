"""The checkpoints and dead letters of one consumer, in a real database, apart from those of others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, TypeAlias

import asyncpg
import pytest

from shared.eventstore.event_store import Connection
from shared.messaging import inbox
from shared.messaging.checkpoints import Checkpoint, Claim, Confirmed, ConsumerCheckpoints, DeadRecord, Pending
from shared.messaging.dead_letters import discard
from shared.service.wiring import create_tables
from tests.shared.counting import topic
from tests.shared.test_sequencing import Sent

TOPIC, ELSEWHERE = topic(), topic()
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
ROWS = ConsumerCheckpoints("one", TOPIC)
OTHERS = [ConsumerCheckpoints("other", TOPIC), ConsumerCheckpoints("one", ELSEWHERE)]
FULL = Checkpoint(2, 9, 4, next_offset=7, overtaken=True, recent={8: b"8" * 8, 9: b"9" * 8}, forks=(4, 9))
RECORD = Sent(b"k", b"v", (("name", b"value"), ("none", b"")), offset=5)


@pytest.fixture
async def connection(pool: Pool) -> AsyncIterator[Any]:
    await create_tables(pool, [inbox.SCHEMA])
    async with pool.acquire() as one:
        yield one


def dead(
    reason: str, *, sequence: int = 5, key: bytes | None = b"k", blocks: bool = True, partition: int = 0
) -> DeadRecord:
    record = Sent(key, b"v", (), offset=sequence, partition=partition)
    return DeadRecord(record, f"{reason}-{sequence}", reason, blocks, Claim(1, sequence, sequence - 1))


async def known(connection: Connection, reached: int, *identities: str, keys: tuple[bytes, ...] = ()) -> Any:
    return await ROWS.dead_letter_state(
        connection, {0: Checkpoint(sequence=reached), 1: Checkpoint()}, identities, keys
    )


async def test_what_is_kept_of_a_partition_is_found_again_and_of_no_other(connection: Connection) -> None:
    async with connection.transaction():
        assert await ROWS.lock(connection, {0, 1}) == {0: Checkpoint(), 1: Checkpoint()}
        await ROWS.advance(connection, {0: FULL})
        for each in OTHERS:
            assert await each.lock(connection, {0}) == {0: Checkpoint()}
    async with connection.transaction():
        assert await ROWS.lock(connection, {0, 1, 2}) == {0: FULL, 1: Checkpoint(), 2: Checkpoint()}
        assert await ROWS.lock(connection, {1}) == {1: Checkpoint()}
    assert await ROWS.offsets(connection) == {0: 7, 1: 0, 2: 0}
    assert [await each.offsets(connection) for each in OTHERS] == [{0: 0}, {0: 0}]


async def test_of_many_messages_the_last_sixty_four_are_kept(connection: Connection) -> None:
    long = Checkpoint(sequence=100, recent={n: n.to_bytes(8) for n in range(1, 101)})
    await ROWS.lock(connection, {0})
    await ROWS.advance(connection, {0: long})
    found = (await ROWS.lock(connection, {0}))[0]
    assert found.recent == {n: n.to_bytes(8) for n in range(37, 101)}


async def test_a_message_that_nobody_could_read_is_remembered_without_a_digest_and_those_beside_it_with_theirs(
    connection: Connection,
) -> None:
    await ROWS.lock(connection, {0})
    await ROWS.advance(connection, {0: Checkpoint(sequence=9, recent={7: b"7" * 8, 8: b"", 9: b"9" * 8})})
    assert (await ROWS.lock(connection, {0}))[0].recent == {7: b"7" * 8, 8: bytes(8), 9: b"9" * 8}


@pytest.mark.parametrize("odd", [b"7" * 8, b"7" * 16, (8).to_bytes(8) * 2 + (9).to_bytes(8) + b"9" * 8 + bytes(8)])
async def test_what_an_earlier_release_kept_out_of_step_is_not_remembered(connection: Connection, odd: bytes) -> None:
    await ROWS.lock(connection, {0})
    await connection.execute("update consumer_checkpoints set sequence = 9, recent = $1", odd)
    assert (await ROWS.lock(connection, {0}))[0].recent == {}


async def test_who_comes_second_waits_and_then_finds_everything_applied(pool: Pool, connection: Connection) -> None:
    await ROWS.lock(connection, {0})
    entered = asyncio.Event()

    async def second() -> int:
        async with pool.acquire() as other, other.transaction():
            entered.set()
            return (await ROWS.lock(other, {0}))[0].sequence

    async with connection.transaction():
        await ROWS.lock(connection, {0})
        waiting = asyncio.create_task(second())
        await entered.wait()
        async with asyncio.timeout(60):
            while not await pool.fetchval("select exists (select from pg_locks where not granted)"):
                await asyncio.sleep(0.02)
        await ROWS.advance(connection, {0: FULL})
    assert await waiting == 9


async def test_a_dead_letter_is_kept_as_it_came(connection: Connection) -> None:
    await ROWS.store(
        connection,
        [DeadRecord(RECORD, "a", "why", blocks=True, claim=Claim(2, 9, 8)), DeadRecord(RECORD, "b", "x", blocks=False)],
    )
    await ROWS.store(connection, [DeadRecord(RECORD, "a", "another reason", blocks=False)])
    rows = await connection.fetch("select * from dead_letters order by identity")
    kept = ("consumer", "topic", "partition", "record_at", "identity", "key", "headers", "value", "reason", "blocks")
    assert [row[name] for name in kept for row in rows[:1]] == [
        *("one", TOPIC.name, 0, 5, "a", b"k", '[["name", "dmFsdWU="], ["none", ""]]', b"v", "why", True)
    ]
    assert [(row["epoch"], row["sequence"], row["previous"], row["blocks"]) for row in rows] == [
        (2, 9, 8, True),
        (None, None, None, False),
    ]


async def test_of_a_batch_its_identities_keys_and_gaps_are_known(connection: Connection) -> None:
    letters = [dead("held"), dead("gap", sequence=6, blocks=False), dead("unread", sequence=9, blocks=False)]
    await ROWS.store(
        connection, [*letters, dead("far", key=b"else", partition=1), dead("past", sequence=2, blocks=False)]
    )
    for each in OTHERS:
        await each.store(connection, [dead("theirs"), dead("gap", blocks=False, partition=1)])
    found = await known(connection, 7, keys=(b"k",))
    assert found.keys == {(0, b"k"), (1, b"else")}
    assert found.gaps == {0}
    assert found.identities == {(0, "held-5"), (0, "unread-9"), (0, "past-2"), (1, "far-5")}
    assert found.confirmed == {(0, "held-5"), (1, "far-5")}
    assert found.pending == {0: {9: [Pending("unread-9", Claim(1, 9, 8), b"k", open=True)]}}


async def test_what_is_settled_holds_up_nothing_and_is_still_known_by_its_identity(connection: Connection) -> None:
    await ROWS.store(connection, [dead("held"), dead("gap", blocks=False), dead("unread", sequence=9, blocks=False)])
    await connection.execute("update dead_letters set resolved_at = now()")
    found = await known(connection, 7, "held-5", keys=(b"k",))
    assert (found.keys, found.gaps, found.identities) == (set(), set(), {(0, "held-5"), (0, "unread-9")})
    assert found.pending[0][9][0].open is False
    assert (await known(connection, 7, keys=(b"k",))).identities == {(0, "unread-9")}


async def test_a_dead_letter_without_a_key_blocks_nothing(connection: Connection) -> None:
    await ROWS.store(connection, [dead("held", key=None)])
    assert (await known(connection, 7, "held-5")).keys == set()


async def test_a_place_that_is_confirmed_holds_up_its_key_from_now_on(connection: Connection) -> None:
    letters = [dead("unread", sequence=n, key=key, blocks=False) for n, key in ((8, b"k"), (9, None), (10, b"k"))]
    for each in (ROWS, *OTHERS):
        await each.store(connection, letters)
    told = [Pending(f"unread-{n}", Claim(1, n, n - 1), None) for n in (8, 9)]
    await ROWS.confirm(connection, [Confirmed(0, each, applied_before=False) for each in told])
    rows = await connection.fetch("select consumer, topic, identity from dead_letters where blocks")
    assert sorted(map(tuple, rows)) == [("one", TOPIC.name, f"unread-{n}") for n in (8, 9)]
    elsewhere = Confirmed(3, Pending("unread-10", Claim(1, 10, 9), b"k"), applied_before=False)
    await ROWS.confirm(connection, [elsewhere])
    assert await connection.fetchval("select count(*) from dead_letters where blocks") == 2
    assert await connection.fetchval("select count(*) from dead_letters where resolved_at is not null") == 0
    await ROWS.confirm(connection, [Confirmed(0, Pending("unread-10", Claim(1, 10, 9), b"k"), applied_before=True)])
    rows = await connection.fetch("select identity from dead_letters where resolved_at is not null")
    assert [tuple(row) for row in rows] == [("unread-10",)]


@pytest.mark.parametrize(("epoch", "sequence", "closed"), [(1, 4, True), (1, 3, False), (2, 0, True), (1, 9, True)])
async def test_a_gap_is_closed_once_what_was_missing_is_applied(
    connection: Connection, epoch: int, sequence: int, *, closed: bool
) -> None:
    for each in (ROWS, *OTHERS):
        await each.store(connection, [dead("gap", blocks=False), dead("else", sequence=3, blocks=False)])
    await ROWS.close_gaps(connection, {1: Checkpoint(sequence=99)})
    await ROWS.close_gaps(connection, {0: Checkpoint(epoch=epoch, sequence=sequence)})
    rows = await connection.fetch("select consumer, topic, reason from dead_letters where resolved_at is not null")
    assert [tuple(row) for row in rows] == [("one", TOPIC.name, "gap")] * closed


@pytest.mark.parametrize(
    ("reason", "over", "unread"),
    [("schema", False, True), ("empty", False, True), ("parked", False, False), ("schema", True, False)],
)
async def test_a_position_at_which_nobody_could_read_anything_is_unread_until_one_of_its_letters_was_applied(
    connection: Connection, reason: str, *, over: bool, unread: bool
) -> None:
    letters = [replace(dead("one", sequence=4), reason=reason), replace(dead("other", sequence=4), reason="parked")]
    await ROWS.store(connection, letters)
    if over:
        await connection.execute("update dead_letters set resolved_at = now()")
    found = await ROWS.dead_letter_state(connection, {0: Checkpoint(sequence=7)}, [], [], [4])
    assert found.unread == ({(0, 4)} if unread else set())


async def test_what_somebody_discarded_was_not_applied(connection: Connection) -> None:
    await ROWS.store(connection, [replace(dead("one", sequence=4), reason="schema")])
    letter = await connection.fetchval("select id from dead_letters")
    async with connection.transaction():
        assert await discard(connection, ["one"], letter, "tester", "forged")
    found = await ROWS.dead_letter_state(connection, {0: Checkpoint(sequence=7)}, [], [], [4])
    assert found.unread == {(0, 4)}
