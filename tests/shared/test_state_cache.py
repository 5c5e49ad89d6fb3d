"""The state of a long stream is cached, and commands are decided as if it were folded each time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from shared.domain.aggregate import Aggregate, Issued
from shared.domain.messages import Meta
from shared.eventstore import event_store
from shared.eventstore.command_handler import handle, issue
from shared.eventstore.event_store import EventStore, event_types
from shared.eventstore.loading import LONG
from shared.eventstore.state_cache import MOST_STREAMS
from shared.service.wiring import create_tables
from tests.shared.counting import COUNTED, Counted, CountOn

META = Meta(by="tester", correlation_id="test")
seen: list[int] = []


def evolve(_: int, event: Counted) -> int:
    seen.append(event.n)
    return event.n


COUNTING: Aggregate[int, CountOn, Counted] = replace(COUNTED, evolve=evolve)


def count_on() -> CountOn:
    return CountOn(at=datetime.now(UTC), by="tester")


@pytest.fixture
async def store(pool: asyncpg.Pool[asyncpg.Record]) -> EventStore:
    await create_tables(pool, [event_store.SCHEMA])
    seen.clear()
    return EventStore(pool, event_types(Counted))


@pytest.fixture
def counting() -> Aggregate[int, CountOn, Counted]:
    return replace(COUNTING, long=True)


async def count(store: EventStore, rules: Aggregate[int, CountOn, Counted], aggregate_id: str, times: int = 1) -> int:
    for _ in range(times):
        outcome = await handle(store, rules, aggregate_id, count_on(), META)
    return outcome.version


async def test_a_long_stream_is_not_folded_whole_for_each_command(
    store: EventStore, counting: Aggregate[int, CountOn, Counted]
) -> None:
    await count(store, counting, "s", LONG + 1)
    seen.clear()
    assert await count(store, counting, "s", 20) == LONG + 21
    assert set(seen) == set(range(LONG + 1, LONG + 22)), "nothing of what was folded before"
    assert len(seen) <= 2 * 20, "each once when it is written, and once when it is read"


async def test_what_others_added_meanwhile_is_folded_too(
    store: EventStore, counting: Aggregate[int, CountOn, Counted]
) -> None:
    await count(store, counting, "s", LONG + 1)
    await count(store, COUNTING, "s", 7)
    assert await count(store, counting, "s") == LONG + 9
    rows = await store.pool.fetch("select data->>'n' as n from events order by version")
    assert [int(row["n"]) for row in rows] == list(range(1, LONG + 10))


async def test_a_crowd_is_counted_one_by_one(store: EventStore, counting: Aggregate[int, CountOn, Counted]) -> None:
    await count(store, counting, "s", LONG + 1)
    await asyncio.gather(*(count(store, counting, "s") for _ in range(50)))
    rows = await store.pool.fetch("select data->>'n' as n from events order by version")
    assert [int(row["n"]) for row in rows] == list(range(1, LONG + 52))


@pytest.mark.parametrize("left", [LONG - 10, LONG, 0])
async def test_a_database_that_was_restored_is_folded_as_it_is(
    store: EventStore, counting: Aggregate[int, CountOn, Counted], left: int
) -> None:
    await count(store, counting, "s", LONG + 1)
    await count(store, counting, "s")
    await store.pool.execute("delete from events where version > $1", left)
    assert await count(store, COUNTING, "s", 5) == left + 5
    assert await count(store, counting, "s") == left + 6
    assert await store.pool.fetchval("select max((data->>'n')::int) from events") == left + 6


async def test_what_was_rolled_back_is_not_remembered(
    store: EventStore, counting: Aggregate[int, CountOn, Counted]
) -> None:
    await count(store, counting, "s", LONG + 1)
    with pytest.raises(ZeroDivisionError):
        await roll_back(store, counting)
    assert await count(store, counting, "s") == LONG + 2


async def roll_back(store: EventStore, counting: Aggregate[int, CountOn, Counted]) -> None:
    async with store.transaction() as connection:
        for _ in range(3):
            await issue(connection, store, Issued(counting, "s", count_on()), META)
        raise ZeroDivisionError


async def test_only_the_streams_that_were_asked_for_last_are_remembered(store: EventStore) -> None:
    rules = replace(COUNTING, long=True)
    for nth in range(MOST_STREAMS + 2):
        async with store.transaction() as connection:
            events = [Counted(n=each) for each in range(1, LONG + 1)]
            await store.append(connection, rules.stream(f"s-{nth}"), 0, events, META, datetime.now(UTC))
        await count(store, rules, f"s-{nth}")
    seen.clear()
    await count(store, rules, f"s-{MOST_STREAMS + 1}")
    assert len(seen) == 2, "what was added, and what it adds"
    await count(store, rules, "s-0")
    assert len(seen) == 2 + LONG + 1 + 1
