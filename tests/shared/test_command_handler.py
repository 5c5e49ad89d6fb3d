"""The command handler with many commands at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg

from shared.domain.messages import Meta
from shared.eventstore import event_store
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import EventStore, event_types
from shared.service.wiring import create_tables
from tests.shared.counting import COUNTED, Counted, CountOn

CROWD = 200
META = Meta(by="tester", correlation_id="test")


async def test_a_crowd_on_one_stream_is_served_one_by_one_and_nobody_is_sent_away(
    pool: asyncpg.Pool[asyncpg.Record],
) -> None:
    store = EventStore(pool, event_types(Counted))
    await create_tables(pool, [event_store.SCHEMA])
    command = CountOn(at=datetime.now(UTC), by="tester")
    outcomes = await asyncio.gather(*(handle(store, COUNTED, "s", command, META) for _ in range(CROWD)))
    assert sorted(outcome.version for outcome in outcomes) == list(range(1, CROWD + 1))
