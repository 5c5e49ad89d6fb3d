"""Only what is named as infrastructure is waited out; whatever else goes wrong is one message's dead letter."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import asyncpg
import asyncpg.exceptions
import pytest
from aiokafka.errors import KafkaConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection, VersionConflict
from shared.eventstore.outages import is_infrastructure
from shared.messaging import inbox
from shared.messaging.cloudevents import Position, headers
from shared.messaging.dead_letters import open_keys, replay, reread
from shared.messaging.inbox import AllDead, Inbox, ReceivedMessage
from shared.service.wiring import create_tables
from tests.shared.counting import CountPublished, Ledger, topic

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOPIC = topic()


@dataclass(frozen=True)
class Sent:
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    offset: int
    partition: int = 0
    topic: str = TOPIC.name


def sent(sequence: int, key: str = "", value: bytes | None = None) -> Sent:
    key = key or f"stream-{sequence % 7}"
    message = CountPublished(n=sequence)
    head = headers(TOPIC, message, key, Position(sequence, sequence - 1), NOW)
    return Sent(key.encode(), value or message.model_dump_json().encode(), head, sequence - 1)


class Failing(Ledger):
    """A ledger in which some numbers raise."""

    def __init__(self, errors: dict[int, Exception]) -> None:
        super().__init__()
        self.errors = errors

    async def apply(self, connection: Connection, received: Sequence[ReceivedMessage]) -> None:
        for each in received:
            assert isinstance(each.message, CountPublished)
            if each.message.n in self.errors:
                raise self.errors[each.message.n]
        await super().apply(connection, received)


def unknown_code() -> Exception:
    try:
        TypeAdapter(int).validate_python("x")
    except ValueError as error:
        return error
    raise AssertionError


MESSAGES = {
    "value-unknown": unknown_code(),
    "not-this-one": Refused("not-this-one"),
    "fault-KeyError": KeyError("x"),
    "fault-ZeroDivisionError": ZeroDivisionError(),
    "fault-CharacterNotInRepertoireError": asyncpg.CharacterNotInRepertoireError("NUL"),
    "fault-NumericValueOutOfRangeError": asyncpg.NumericValueOutOfRangeError("9e99"),
    "fault-DatetimeFieldOverflowError": asyncpg.DatetimeFieldOverflowError("year 1"),
    "fault-DataError": asyncpg.exceptions._base.DataError("bytes expected"),
    "fault-UndefinedColumnError": asyncpg.UndefinedColumnError("x"),
    "fault-CheckViolationError": asyncpg.CheckViolationError("x"),
}
AWAY = [
    ConnectionResetError(),
    TimeoutError(),
    KafkaConnectionError(),
    VersionConflict("s"),
    asyncpg.ConnectionDoesNotExistError("x"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("cut"),
    asyncpg.SerializationError("x"),
    asyncpg.DeadlockDetectedError("x"),
    asyncpg.DiskFullError("x"),
    asyncpg.TooManyConnectionsError("x"),
    asyncpg.AdminShutdownError("x"),
    asyncpg.QueryCanceledError("x"),
    asyncpg.LockNotAvailableError("x"),
    asyncpg.ReadOnlySQLTransactionError("x"),
]


@pytest.fixture
async def connection(pool: asyncpg.Pool[asyncpg.Record]) -> Any:
    await create_tables(pool, [inbox.SCHEMA])
    async with pool.acquire() as one:
        await Ledger().create(one)
        yield one


async def applied(connection: Connection) -> list[int]:
    return sorted(row["n"] for row in await connection.fetch("select n from ledger"))


async def letters(connection: Connection) -> list[tuple[str, bytes]]:
    rows = await connection.fetch("select reason, key from dead_letters where resolved_at is null order by sequence")
    return [(row["reason"], row["key"]) for row in rows]


@pytest.mark.parametrize("reason", MESSAGES)
async def test_a_fault_of_one_message_is_its_dead_letter(connection: Connection, reason: str) -> None:
    own_inbox = Inbox("c", TOPIC, Failing({5: MESSAGES[reason]}).apply)
    await own_inbox.receive(connection, [sent(n) for n in range(1, 14)])
    assert await letters(connection) == [(reason, b"stream-5"), ("parked", b"stream-5")]
    assert await applied(connection) == [n for n in range(1, 14) if n not in {5, 12}]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
async def test_what_is_away_is_waited_for_and_nothing_is_lost(connection: Connection, error: Exception) -> None:
    own_inbox = Inbox("c", TOPIC, Failing({5: error}).apply)
    with pytest.raises(type(error)):
        await own_inbox.receive(connection, [sent(n) for n in range(1, 14)])
    assert await applied(connection) == []
    assert await letters(connection) == []
    own_inbox.apply = Ledger().apply
    await own_inbox.receive(connection, [sent(n) for n in range(1, 14)])
    assert await applied(connection) == list(range(1, 14))


def test_every_error_of_the_database_is_of_one_kind_and_those_of_a_value_are_never_waited_out() -> None:
    kinds = [
        each for each in vars(asyncpg.exceptions).values() if isinstance(each, type) and issubclass(each, Exception)
    ]
    values = [each for each in kinds if issubclass(each, asyncpg.DataError | asyncpg.IntegrityConstraintViolationError)]
    assert len(values) > 30
    assert not any(is_infrastructure(each("x")) for each in values)
    assert not any(is_infrastructure(each("x")) for each in kinds if issubclass(each, asyncpg.SyntaxOrAccessError))


@pytest.mark.parametrize("failing", [4, 5])
async def test_what_nobody_can_read_parks_nothing_that_came_before_it(connection: Connection, failing: int) -> None:
    """Also when something else in the batch fails, so that it is applied in halves."""
    own_inbox = Inbox("c", TOPIC, Failing({failing: Refused("not-this-one")}).apply)
    batch = [
        sent(1, "k"),
        sent(2, "k", b'{"m": 2}'),
        sent(3, "other"),
        sent(4, "third"),
        sent(5, "fourth"),
        sent(6, "k"),
    ]
    await own_inbox.receive(connection, batch)
    assert await applied(connection) == [n for n in (1, 3, 4, 5) if n != failing]
    assert (await letters(connection))[0] == ("schema", b"k")
    assert (await letters(connection))[-1] == ("parked", b"k")


@given(st.sets(st.integers(1, 40)), st.lists(st.integers(1, 40), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
async def test_any_messages_may_fail_and_in_batches_of_any_size(failing: set[int], cuts: list[int]) -> None:
    """Those that fail and those behind them by key are dead letters; all others are applied once, in order."""
    order: list[int] = []

    class Memory(Failing):
        async def apply(self, _: Connection, received: Sequence[ReceivedMessage]) -> None:
            ns = [each.message.n for each in received if isinstance(each.message, CountPublished)]
            if set(ns) & failing:
                raise Refused("not-this-one")
            order.extend(ns)

    one = await asyncpg.connect(os.environ["REFERRAL_DATABASE_URL"])
    try:
        async with one.transaction():
            await one.execute("create schema halves; set local search_path = halves")
            await one.execute(inbox.SCHEMA)
            own_inbox = Inbox("c", TOPIC, Memory({}).apply)
            edges = sorted({0, *cuts, 40})
            for begin, end in pairwise(edges):
                if begin < end:
                    await own_inbox.receive(one, [sent(n) for n in range(begin + 1, end + 1)])
            first = {key: min([n for n in failing if n % 7 == key], default=99) for key in range(7)}
            assert order == [n for n in range(1, 41) if n < first[n % 7]]
            assert await one.fetchval("select count(*) from dead_letters") == 40 - len(order)
            await one.execute("drop schema halves cascade")
    finally:
        await one.close()


async def test_when_nothing_of_a_whole_window_can_be_applied_the_consumer_stops(connection: Connection) -> None:
    broken: dict[int, Exception] = dict.fromkeys(range(1, 5001), KeyError("a bad deploy"))
    own_inbox = Inbox("c", TOPIC, Failing(broken).apply)

    async def consume_all() -> None:
        for begin in range(0, 5000, 500):
            await own_inbox.receive(connection, [sent(n, f"key-{n % 500}") for n in range(begin + 1, begin + 501)])

    with pytest.raises(AllDead):
        await consume_all()
    kept = await connection.fetchval("select count(*) from dead_letters")
    assert kept <= 1500
    good = Inbox("c", TOPIC, Ledger().apply)
    await good.receive(connection, [sent(n, f"fresh-{n}") for n in range(kept + 1, kept + 11)])
    assert len(await applied(connection)) == 10


async def test_a_publisher_that_was_deployed_first_stops_nobody_and_is_replayed_after_the_deploy(
    connection: Connection,
) -> None:
    """A value that this version cannot read, also as the newest message of its partition."""
    newer = [sent(n, value=b'{"n": "new"}' if n in {4, 9} else None) for n in range(1, 10)]
    own_inbox = Inbox("c", TOPIC, Ledger().apply)
    await own_inbox.receive(connection, newer)
    assert await letters(connection) == [("schema", b"stream-4"), ("schema", b"stream-2")]
    assert await applied(connection) == [1, 2, 3, 5, 6, 7, 8]
    await connection.execute("update dead_letters set value = '{\"n\": 4}' where key = 'stream-4'")
    await connection.execute("update dead_letters set value = '{\"n\": 9}' where key = 'stream-2'")
    async with connection.transaction():
        assert await reread(connection, own_inbox) == 1
    for key in await open_keys(connection, own_inbox):
        async with connection.transaction():
            assert await replay(connection, own_inbox, key) == 1
    assert await applied(connection) == list(range(1, 10))
    await own_inbox.receive(connection, [sent(10)])
    assert await applied(connection) == list(range(1, 11))


async def test_a_replay_and_a_live_consumer_do_not_pass_each_other(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    """A message that comes while its key is replayed is applied behind it, not parked behind what is resolved."""
    await create_tables(pool, [inbox.SCHEMA])
    refusing = Failing({1: Refused("not-this-one")})
    own_inbox = Inbox("c", TOPIC, refusing.apply)
    async with pool.acquire() as live, pool.acquire() as other:
        await refusing.create(live)
        await own_inbox.receive(live, [sent(1, "k"), sent(2, "k")])
        refusing.errors = {}
        async with other.transaction():
            assert await replay(other, own_inbox, b"k") == 2
            receiving = asyncio.create_task(own_inbox.receive(live, [sent(3, "k")]))
            await asyncio.sleep(0.3)
            assert not receiving.done()
        await receiving
        assert await applied(other) == [1, 2, 3]
        assert await letters(other) == []
