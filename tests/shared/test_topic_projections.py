"""Topic projections are rebuilt in a shadow schema, on real Kafka and PostgreSQL, while messages go on arriving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from shared.domain.messages import Meta, Recorded, Refused
from shared.eventstore import event_store, projection_versions
from shared.eventstore.event_store import Connection, EventStore, event_types
from shared.messaging import inbox
from shared.messaging.cloudevents import Topic
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import discard, discarded
from shared.messaging.inbox import Apply, Inbox, ReceivedMessage
from shared.messaging.outbox_relay import OutboxRelay, backlog
from shared.messaging.outgoing import OutgoingMessage
from shared.messaging.topic_reader import TopicReader, open_topic_reader
from shared.messaging.topics import create_topics
from shared.projections import shadow_schema, topic_rebuild
from shared.projections.shadow_schema import AlreadyRebuilding
from shared.projections.topic import TopicProjection, outdated, prepare
from shared.projections.topic_rebuild import TopicIncomplete, rebuild
from tests.chaos.broker import make_anew
from tests.shared.counting import Counted, CountPublished, publish_on, topic

META = Meta(by="tester", correlation_id="test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = "create table if not exists tally (stream text primary key, total bigint not null, events int not null)"
STREAMS = [f"{side}-{nth}" for side in ("left", "right") for nth in range(10)]


class Tally:
    """The sum of each stream's counts, each weighed by `weight`: the part of a fold that a new version changes."""

    def __init__(self, weight: int) -> None:
        self.weight = weight
        self.refuse: set[int] = set()

    async def apply(self, connection: Connection, received: Sequence[ReceivedMessage]) -> None:
        for each in received:
            assert isinstance(each.message, CountPublished)
            if each.message.n in self.refuse:
                raise Refused("not-this-one")
            await connection.execute(
                "insert into tally as was values ($1, $2, 1) on conflict (stream) do update"
                " set total = was.total + excluded.total, events = was.events + 1",
                each.envelope.subject,
                each.message.n * self.weight,
            )


class Town:
    """A store whose events leave by two topics, and a fold that consumes both."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str, servers: str) -> None:
        self.pool, self.url, self.servers = pool, url, servers
        self.store = EventStore(pool, event_types(Counted))
        self.topics = {"left": topic(), "right": topic()}
        self.group = self.topics["left"].name
        self.written = 0

    def fold(self, weight: int, refuse: Sequence[int] = ()) -> TopicProjection:
        tally = Tally(weight)
        tally.refuse = set(refuse)
        received = [Inbox("tally", each, tally.apply) for each in self.topics.values()]
        return TopicProjection("tally", str(weight), [SCHEMA], received)

    async def lay(self) -> None:
        async with self.pool.acquire() as connection:
            for each in (event_store.SCHEMA, inbox.SCHEMA, projection_versions.SCHEMA, SCHEMA):
                await connection.execute(each)
        await create_topics(self.servers, list(self.topics.values()))

    def to_integration_event(self, event: Recorded[Any]) -> OutgoingMessage:
        published: OutgoingMessage = publish_on(self.topics[event.stream.split("-")[0]])(event)
        return published

    async def write(self, rounds: int, n: int = 1) -> None:
        """One more event on every stream, `rounds` times."""
        for _ in range(rounds):
            self.written += 1
            for stream in STREAMS:
                async with self.store.transaction() as connection:
                    await self.store.append(connection, stream, self.written - 1, [Counted(n=n)], META, NOW)

    @asynccontextmanager
    async def alive(self, fold: TopicProjection) -> AsyncIterator[None]:
        """The relay and the live consumers of the fold, as they run in a service."""
        async with self.pool.acquire() as connection:
            await prepare(connection, fold)
        relay = OutboxRelay(self.store, self.to_integration_event, list(self.topics.values()), self.servers, self.url)
        received = [Consumer(self.servers, f"{self.group}-{each.topic.name}", each, self.pool) for each in fold.live]
        tasks = [asyncio.create_task(run()) for run in (relay.run, *(each.run for each in received))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def tally(self) -> dict[str, tuple[int, int]]:
        rows = await self.pool.fetch("select * from tally")
        return {row["stream"]: (row["total"], row["events"]) for row in rows}

    async def caught_up(self) -> None:
        """Return once every event written so far is in the live tables."""
        async with asyncio.timeout(60):
            while sum(events for _, events in (await self.tally()).values()) < self.written * len(STREAMS):
                await asyncio.sleep(0.02)

    async def published(self) -> None:
        """Return once every event is on its topic."""
        async with asyncio.timeout(60):
            while (await backlog(self.store))[0]:
                await asyncio.sleep(0.02)

    def all_of(self, weight: int) -> dict[str, tuple[int, int]]:
        return dict.fromkeys(STREAMS, (self.written * weight, self.written))


@pytest.fixture
async def town(pool: asyncpg.Pool[asyncpg.Record], database_url: str, bootstrap_servers: str) -> Town:
    laid = Town(pool, database_url, bootstrap_servers)
    await laid.lay()
    return laid


async def test_a_rebuild_loses_no_event_that_arrives_meanwhile_and_reads_never_stop(town: Town) -> None:
    old, new = town.fold(1), town.fold(10)
    progress: list[tuple[int, int]] = []
    seen: list[dict[str, tuple[int, int]]] = []
    async with town.alive(old):
        await town.write(20)
        await town.caught_up()
    async with town.alive(new):
        writing = asyncio.create_task(town.write(60))
        rebuilding = asyncio.create_task(
            rebuild(town.pool, town.url, town.servers, new, lambda *told: progress.append(told))
        )
        while not rebuilding.done():
            seen.append(await town.tally())
        await rebuilding
        during = town.written
        await writing
        await town.caught_up()
    assert 20 < during < 80, "the rebuild ended while events were still arriving"
    assert await town.tally() == town.all_of(10)
    assert all(len(each) == len(STREAMS) for each in seen)
    for stream in STREAMS:
        events = [each[stream][1] for each in seen]
        assert events == sorted(events), "a reader saw events go away"
    assert [done for done, _ in progress] == sorted(done for done, _ in progress)
    assert progress[-1][0] == progress[-1][1]


async def test_a_rebuild_of_what_stands_still_is_exact(town: Town) -> None:
    old, new = town.fold(1), town.fold(10)
    async with town.alive(old):
        await town.write(10)
        await town.caught_up()
        await town.published()
    await rebuild(town.pool, town.url, town.servers, new)
    assert await town.tally() == town.all_of(10)
    async with town.pool.acquire() as connection:
        assert not await outdated(connection, new)
        assert not await outdated(connection, old), "the newer version keeps them"
    async with town.alive(new):
        await town.write(10)
        await town.caught_up()
    assert await town.tally() == town.all_of(10)


async def test_a_rebuild_that_is_cut_off_leaves_the_live_tables_alone(town: Town) -> None:
    old, new = town.fold(1), town.fold(10)
    async with town.alive(old):
        await town.write(5)
        await town.caught_up()
    reached = asyncio.Event()
    cut = asyncio.create_task(rebuild(town.pool, town.url, town.servers, new, lambda *_: reached.set()))
    await reached.wait()
    cut.cancel()
    with suppress(asyncio.CancelledError):
        await cut
    assert await town.tally() in (town.all_of(1), town.all_of(10))
    await rebuild(town.pool, town.url, town.servers, new)
    assert await town.tally() == town.all_of(10)


@pytest.mark.parametrize("again", [0, 5])
async def test_a_rebuild_whose_topic_is_made_anew_begins_again_with_what_is_there(
    town: Town, monkeypatch: pytest.MonkeyPatch, again: int
) -> None:
    """Refilled or not: the ends that were marked never come again."""
    old, new = town.fold(1), town.fold(10)
    async with town.alive(old):
        await town.write(10)
        await town.caught_up()
        await town.published()
    opened = 0

    @asynccontextmanager
    async def open_reader(servers: str, topics: Sequence[Topic]) -> AsyncIterator[TopicReader]:
        nonlocal opened
        opened += 1
        async with open_topic_reader(servers, topics) as reader:
            if opened == 1:
                reader.ends = {each: end + 1000 for each, end in reader.first.items()}
                await _made_anew(town, old, again)
                monkeypatch.setattr(TopicReader, "mark_ends", _nothing)
            else:
                monkeypatch.undo()
            yield reader

    monkeypatch.setattr(topic_rebuild, "open_topic_reader", open_reader)
    async with asyncio.timeout(60):
        with suppress(TopicIncomplete):
            await rebuild(town.pool, town.url, town.servers, new)
    assert opened == 2


async def _nothing(_: TopicReader) -> None:
    """Its ends were marked before the topic was lost."""


async def _made_anew(town: Town, fold: TopicProjection, again: int) -> None:
    for each in town.topics.values():
        await make_anew(town.servers, each)
    if again:
        async with town.alive(fold):
            await town.write(again)
            await town.published()


async def test_only_one_process_rebuilds(town: Town) -> None:
    async with shadow_schema.shadow_schema(town.url, "tally", [SCHEMA]):
        with pytest.raises(AlreadyRebuilding):
            await rebuild(town.pool, town.url, town.servers, town.fold(10))


async def test_a_topic_that_lost_events_takes_no_figure_away(town: Town) -> None:
    old = town.fold(1)
    async with town.alive(old):
        await town.write(3)
        await town.caught_up()
    town.topics = {side: replace(topic(), source=each.source) for side, each in town.topics.items()}
    await create_topics(town.servers, list(town.topics.values()))
    for each in town.topics.values():
        await town.pool.execute(
            "insert into consumer_checkpoints (consumer, source, topic, partition, sequence)"
            " values ('tally', $1, $2, 0, 7)",
            each.source,
            each.name,
        )
    with pytest.raises(TopicIncomplete):
        await rebuild(town.pool, town.url, town.servers, town.fold(10))
    assert await town.tally() == town.all_of(1)


async def test_what_was_refused_is_refused_or_counted_by_the_new_rules(town: Town) -> None:
    async with town.alive(town.fold(1, refuse=[1])):
        await town.write(1)
        await town.published()
        async with asyncio.timeout(60):
            while await town.pool.fetchval("select count(*) from dead_letters") < len(STREAMS):
                await asyncio.sleep(0.02)
    assert await town.tally() == {}
    await rebuild(town.pool, town.url, town.servers, town.fold(3, refuse=[1]))
    assert await town.pool.fetchval("select count(*) from dead_letters where consumer = 'tally'") == len(STREAMS)
    await rebuild(town.pool, town.url, town.servers, town.fold(2))
    assert await town.tally() == town.all_of(2)
    assert await town.pool.fetchval("select count(*) from dead_letters") == 0


async def refused_everywhere(town: Town) -> None:
    """One event on every stream, each of which is a dead letter."""
    await town.write(1)
    async with asyncio.timeout(60):
        while len(await open_keys(town)) < len(STREAMS):
            await asyncio.sleep(0.02)


async def open_keys(town: Town) -> dict[str, int]:
    rows = await town.pool.fetch("select id, key from dead_letters where resolved_at is null")
    return {row["key"].decode(): row["id"] for row in rows}


async def never_apply(town: Town, stream: str) -> bool:
    letter = (await open_keys(town)).get(stream, 0)
    async with town.pool.acquire() as connection:
        return await discard(connection, ["tally"], letter, "ops-1", "sent twice by hand")


async def test_what_was_discarded_stays_so_and_its_stream_goes_on(town: Town) -> None:
    async with town.alive(town.fold(1, refuse=[1])):
        await refused_everywhere(town)
        assert await never_apply(town, "left-0")
        assert not await never_apply(town, "left-0")
        await town.write(1, n=2)
        async with asyncio.timeout(60):
            while await town.tally() != {"left-0": (2, 1)}:
                await asyncio.sleep(0.02)
        await town.published()
    await rebuild(town.pool, town.url, town.servers, town.fold(10, refuse=[1]))
    assert await town.tally() == {"left-0": (20, 1)}
    async with town.pool.acquire() as connection:
        (kept,) = await discarded(connection, 9)
    assert (kept.key, kept.reason, kept.by, kept.why) == ("left-0", "not-this-one", "ops-1", "sent twice by hand")


async def test_what_is_discarded_during_a_rebuild_is_not_open_after_it(town: Town) -> None:
    async with town.alive(town.fold(1, refuse=[1])):
        await refused_everywhere(town)
    new = town.fold(10, refuse=[1])

    def meanwhile(apply: Apply) -> Apply:
        async def discard_first(connection: Connection, received: Sequence[ReceivedMessage]) -> None:
            await never_apply(town, "left-1")
            await apply(connection, received)

        return discard_first

    received = [replace(each, apply=meanwhile(each.apply)) for each in new.inboxes]
    await rebuild(town.pool, town.url, town.servers, replace(new, inboxes=received))
    assert set(await open_keys(town)) == set(STREAMS) - {"left-1"}


async def test_tables_nobody_filled_need_no_rebuild(town: Town) -> None:
    async with town.pool.acquire() as connection:
        await prepare(connection, town.fold(1))
        assert not await outdated(connection, town.fold(1))
        assert await outdated(connection, town.fold(2))
