"""Whatever an earlier release stored in a field of an event is published, or waits by name, and all others go on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeAlias

import asyncpg
import pytest

from shared.domain.bounds import LAST_DAY
from shared.domain.messages import AnyRecorded, Event
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore, event_types
from shared.messaging import outbox_relay
from shared.messaging.cloudevents import Topic, read_envelope, read_message
from shared.messaging.outbox_relay import OutboxRelay
from shared.messaging.outgoing import OutgoingMessage
from shared.messaging.topic_reader import open_topic_reader
from shared.messaging.unpublishable import waiting
from shared.service.wiring import create_tables
from tests.contracts.sending import NOW
from tests.contracts.test_publishers import PUBLISHERS, Edge, events_of
from tests.shared.counting import topic

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
# jsonb holds neither U+0000 nor a lone surrogate, NaN nor infinity.
VALUES: tuple[Any, ...] = (
    "", " ", "x", "x" * 65, "x" * 100_000, "a\nb", "a\u202eb", "r/1", "0202-01-01", "0001-01-01", "1999-12-31",
    "2100-01-01", "9999-12-31", "2026-02-30", "2026-01-05T10:00:00Z", "25:00", "quite_new", 0, -1, 2**31, 2**63, 10**30,
    0.5, 1e300, True, None, [], [[]], ["x"] * 3000, [["monday", "night"]], {}, {"nl": "x" * 100_000},
    {"quite_new": 2**63}, [{}],
)  # fmt: skip
HEALTHY = "healthy"
OTHER_CENTURIES = ("0202-01-01", "1999-12-31", "2100-01-01")
# A place that is only offered is nobody else's business.
INSIDE = {f"PlaceRescheduled/placed_on/{VALUES.index(None)}"}


def stored(kind: type[Event]) -> Iterator[tuple[str, str]]:
    """Events as they may stand in the store, each in a stream of its own, and one behind them that is well.

    A field has a third of the values, another one than its neighbours, and each day of another century.
    """
    name, good = kind.__name__, Edge(kind.model_json_schema(), high=True).value()
    for at, field in enumerate(good, len(name)):
        for nth, value in enumerate(VALUES):
            if nth % 3 == at % 3 or value in OTHER_CENTURIES:
                yield f"{name}/{field}/{nth}", json.dumps(good | {field: value})
        yield f"{name}/{field}/absent", json.dumps({key: value for key, value in good.items() if key != field})
        yield f"{name}/{field}/{HEALTHY}", json.dumps(good)


def of_another_century(kind: type[Event]) -> Iterator[str]:
    """The streams whose event has a day that is read as the nearest one of this century."""
    good = Edge(kind.model_json_schema(), high=True).value()
    days = [field for field, value in good.items() if value == str(LAST_DAY)]
    yield from (f"{kind.__name__}/{field}/{VALUES.index(day)}" for field in days for day in OTHER_CENTURIES)


async def store_all(pool: Pool, kinds: tuple[type[Event], ...]) -> int:
    rows = [(stream, kind.__name__, data, NOW) for kind in kinds for stream, data in stored(kind)]
    await pool.executemany(
        "insert into events (stream, version, type, data, meta, at)"
        """ values ($1, 1, $2, $3, '{"by": "x", "correlation_id": "y"}', $4)""",
        rows,
    )
    return len(rows)


async def published(servers: str, topics: Mapping[str, Topic]) -> dict[str, str]:
    """The streams of which messages are published and the type of the message of each, as its contract reads it."""
    streams: dict[str, str] = {}
    async with open_topic_reader(servers, list(topics.values())) as reader:
        await reader.mark_ends()
        for each in topics.values():
            while batch := await reader.batch(each):
                for record in batch:
                    envelope = read_envelope(each, record.headers)
                    read_message(each.by_type(), envelope, record.value)
                    streams[envelope.subject] = envelope.type
    return streams


@pytest.mark.parametrize("name", PUBLISHERS)
async def test_whatever_was_stored_is_published_or_waits_by_name_and_holds_up_no_other(
    pool: Pool, database_url: str, bootstrap_servers: str, name: str
) -> None:
    service = PUBLISHERS[name]
    topics = {each.name: replace(each, name=topic().name) for each in service.topics}
    kinds = events_of(service)

    def to_integration_event(event: AnyRecorded) -> OutgoingMessage | None:
        assert service.to_integration_event
        message = service.to_integration_event(event)
        return message and replace(message, topic=topics[message.topic.name])

    await create_tables(pool, [event_store.SCHEMA])
    count = await store_all(pool, kinds)
    store = EventStore(pool, event_types(*kinds))
    relay = OutboxRelay(store, to_integration_event, list(topics.values()), bootstrap_servers, database_url)
    running = asyncio.create_task(relay.run())
    try:
        async with asyncio.timeout(1200):
            while await outbox_relay.position(store) < count:
                await asyncio.sleep(0.1)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    async with pool.acquire() as connection:
        left = {each.stream: each.code for each in await waiting(connection, count)}
    found = await published(bootstrap_servers, topics)
    assert set(found.values()) == {kind for each in topics.values() for kind in each.by_type()}
    of_public_kinds = {
        stream
        for kind in kinds
        if any(each.startswith(f"{kind.__name__}/") for each in found)
        for stream, _ in stored(kind)
    }
    assert found.keys() <= of_public_kinds <= found.keys() | left.keys() | INSIDE
    assert not found.keys() & left.keys()
    assert {each for each in of_public_kinds if each.endswith(HEALTHY)} <= found.keys()
    assert set(left.values()) <= {"unreadable", "out-of-bounds"}
    assert {stream for kind in kinds for stream in of_another_century(kind)} & of_public_kinds <= found.keys()
