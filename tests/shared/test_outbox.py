"""How far a relay has published is moved by compare-and-set, and an epoch of the database is begun once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

import asyncpg
import pytest

from shared.domain.messages import Meta
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore, event_types
from shared.messaging.outbox import History, Outbox, Sent, begin_epoch, current_history
from shared.service.wiring import create_tables
from tests.shared.counting import Counted

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
META = Meta(by="tester", correlation_id="test")


@pytest.fixture(autouse=True)
async def _tables(pool: Pool) -> None:
    await create_tables(pool, [event_store.SCHEMA])


async def test_a_position_is_moved_only_from_where_it_was_read_and_its_partitions_with_it(pool: Pool) -> None:
    one, other, at = Outbox("one"), Outbox("other"), ("t", 3)
    async with pool.acquire() as connection:
        for each in (one, other):
            await each.begin(connection)
        assert await one.advance(connection, 0, 7, {at: Sent(7, 2)})
        await one.begin(connection)  # once more says nothing new
        assert not await one.advance(connection, 0, 9, {at: Sent(9, 3)})
        assert (await one.position(connection), await one.sent(connection)) == (7, {at: Sent(7, 2)})
        assert await one.advance(connection, 7, 9, {})
        assert (await one.position(connection), await one.sent(connection)) == (9, {at: Sent(7, 2)})
        assert (await other.position(connection), await other.sent(connection)) == (0, {})
        assert not await Outbox("nobody").advance(connection, 0, 1, {at: Sent(1, 1)})
        assert await Outbox("nobody").sent(connection) == {}


async def test_what_is_sent_again_is_so_on_the_topics_that_were_named(pool: Pool) -> None:
    one, other = Outbox("one"), Outbox("other")
    async with pool.acquire() as connection:
        for each in (one, other):
            await each.begin(connection)
            await each.advance(connection, 0, 9, {("kept", 0): Sent(8, 4), ("lost", 1): Sent(9, 5)})
        await one.restart(connection, 2, ["lost"], {("lost", 2): Sent(1, 0)})
        assert await one.position(connection) == 2
        assert await one.sent(connection) == {("kept", 0): Sent(8, 4), ("lost", 2): Sent(1, 0)}
        assert await other.position(connection) == 9
        assert await other.sent(connection) == {("kept", 0): Sent(8, 4), ("lost", 1): Sent(9, 5)}
        await Outbox("new").restart(connection, 4, ["lost"], {})
        assert await Outbox("new").position(connection) == 4


async def append(pool: Pool, first: int) -> int:
    """One more event; returns its position."""
    store = EventStore(pool, event_types(Counted))
    async with store.transaction() as connection:
        await store.append(connection, "a", first, [Counted(n=first)], META, datetime(2026, 1, 1, tzinfo=UTC))
        return int(await connection.fetchval("select max(position) from events"))


async def test_a_database_that_was_never_restored_publishes_its_first_epoch(pool: Pool) -> None:
    async with pool.acquire() as connection:
        assert await current_history(connection) == History(1, ())


async def test_each_epoch_is_one_more_and_its_positions_go_on_beyond_all_that_were_published(pool: Pool) -> None:
    assert await append(pool, 0) == 1
    async with pool.acquire() as connection, connection.transaction():
        assert await begin_epoch(connection, (1,), 40, "somebody") == 2
        assert await current_history(connection) == History(2, (1,))
    assert await append(pool, 1) == 41
    async with pool.acquire() as connection, connection.transaction():
        assert await begin_epoch(connection, (1, 41), 7, "another") == 3
        assert await current_history(connection) == History(3, (1, 41))
    assert await append(pool, 2) == 42
    rows = await pool.fetch("select epoch, fork, by from publisher_epochs order by epoch")
    assert [tuple(row) for row in rows] == [(2, 1, "somebody"), (3, 41, "another")]


async def test_a_database_without_an_event_begins_behind_what_the_broker_holds(pool: Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        assert await begin_epoch(connection, (0,), 9, "somebody") == 2
    assert await append(pool, 0) == 10
