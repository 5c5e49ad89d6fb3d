"""Tables folded from topics: built again beside the live ones from the first message, and swapped when caught up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import asyncpg
import structlog

from shared.eventstore.event_store import Connection
from shared.eventstore.projection_versions import VersionState, built_version, note_built, version_state
from shared.messaging.inbox import Inbox
from shared.messaging.topic_reader import Reader, open_reader
from shared.observability.health import Unwell
from shared.projections.shadow_schema import ProgressCallback, ShadowSchema, no_progress, shadow_schema

log = structlog.get_logger(__name__)

_SHADOW = "@shadow"
_NEARLY = 1000
_LOOK_SECONDS = 5.0
_MISSING = """
select was.topic, was.partition, coalesce(new.sequence, 0) as after, was.sequence as before
from consumer_checkpoints was
left join consumer_checkpoints new
  on new.consumer = $2 and (new.source, new.topic, new.partition) = (was.source, was.topic, was.partition)
where was.consumer = $1 and was.topic = any($3)
  and (was.epoch, was.sequence) > (coalesce(new.epoch, 1), coalesce(new.sequence, 0))
  and not exists (
    select from dead_letters letter
    where letter.consumer = $2 and letter.topic = was.topic and letter.partition = was.partition
      and letter.epoch = was.epoch and letter.sequence >= was.sequence and letter.reason <> 'gap')
union all
select letter.topic, letter.partition, new.sequence, letter.previous
from dead_letters letter join consumer_checkpoints new using (consumer, topic, partition)
where consumer = $2 and letter.topic = any($3) and reason = 'gap' and resolved_at is null
order by 1, 2
"""


@dataclass(frozen=True, slots=True)
class TopicProjection:
    """Tables that hold nothing but what one consumer heard of its topics.

    A new `version` says that the same messages fold otherwise; topics are read in the order of `inboxes`.
    """

    consumer: str
    version: str
    schemas: Sequence[str]
    inboxes: Sequence[Inbox]

    @property
    def live(self) -> list[Inbox]:
        """The inboxes that write to the live tables, while those are of this version."""
        return [replace(inbox, version=self.version) for inbox in self.inboxes]


@dataclass(frozen=True, slots=True)
class Missing:
    """What a partition lacks: messages after a sequence, up to another one."""

    topic: str
    partition: int
    after: int
    before: int


class TopicIncomplete(Exception):  # noqa: N818 - an answer: something is missing, and the live tables stay
    """A topic does not hold an unbroken chain: publish it again from the beginning, then rebuild."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__("; ".join(f"{e.topic}/{e.partition} after {e.after} up to {e.before}" for e in missing[:3]))
        self.missing = missing


async def prepare(connection: Connection, projection: TopicProjection) -> None:
    """Create the tables of a consumer that has heard nothing yet; those of any other are built beside."""
    if await built_version(connection, projection.consumer) is None and not await _heard_before(connection, projection):
        for schema in projection.schemas:
            await connection.execute(schema)
        await note_built(connection, projection.consumer, projection.version)


async def outdated(connection: Connection, projection: TopicProjection) -> bool:
    """Whether a process of this version should build the tables again.

    They are of another version, or know of what a later history lacks, and no process of a later version keeps them.
    """
    found = await version_state(connection, projection.consumer, projection.version)
    if found is VersionState.CURRENT:
        return await _overtaken(connection, projection)
    return found is VersionState.TO_BUILD


async def ailment(pool: asyncpg.Pool[asyncpg.Record], projection: TopicProjection) -> Unwell | None:
    """What keeps the live tables from being those that this process reads: they are of a version before its own."""
    async with pool.acquire() as connection:
        state = await version_state(connection, projection.consumer, projection.version)
    return Unwell("to-build") if state is VersionState.TO_BUILD else None


async def _overtaken(connection: Connection, projection: TopicProjection) -> bool:
    query = "select exists (select from consumer_checkpoints where consumer = $1 and overtaken)"
    return bool(await connection.fetchval(query, projection.consumer))


async def _heard_before(connection: Connection, projection: TopicProjection) -> bool:
    query = "select exists (select from consumer_checkpoints where consumer = $1 and sequence > 0)"
    return bool(await connection.fetchval(query, projection.consumer))


async def rebuild(
    pool: asyncpg.Pool[asyncpg.Record],
    url: str,
    bootstrap_servers: str,
    projection: TopicProjection,
    progress: ProgressCallback = no_progress,
) -> None:
    """Apply every message again in a shadow schema, prove that nothing was missing, and swap; reads go on meanwhile.

    `progress` hears how many messages of how many were read. Raises AlreadyRebuilding, TopicIncomplete.
    """
    async with (
        shadow_schema(url, projection.consumer, projection.schemas) as new,
        open_reader(bootstrap_servers, [inbox.topic for inbox in projection.inboxes]) as reader,
    ):
        epochs: dict[str, int] = {}
        while not await _built(pool, new, reader, projection, epochs, progress):
            log.info("rebuild begins again with a later history", consumer=projection.consumer)
            await new.empty()
            reader.rewind()


async def _built(
    pool: asyncpg.Pool[asyncpg.Record],
    new: ShadowSchema,
    reader: Reader,
    projection: TopicProjection,
    epochs: dict[str, int],
    progress: ProgressCallback,
) -> bool:
    """Build and swap; False when a later history was met, whose topics `epochs` then names."""
    await _forget(new.connection, projection)
    again = [
        replace(inbox, consumer=inbox.consumer + _SHADOW, least_epoch=epochs.get(inbox.topic.name, 1))
        for inbox in projection.inboxes
    ]
    while await _read_to_end(reader, new, again, progress) > _NEARLY:
        pass
    while not await _swapped(pool, reader, new, projection, again, progress):
        if later := await _later_epochs(new.connection, projection.consumer + _SHADOW):
            epochs |= later
            return False
        log.info("rebuild waits for a reader", consumer=projection.consumer)
    return True


async def _later_epochs(connection: Connection, consumer: str) -> dict[str, int]:
    """The topics of which more than one history was folded, and the last of each."""
    rows = await connection.fetch(
        "select topic, max(epoch) as epoch from consumer_checkpoints where consumer = $1 group by topic"
        " having bool_or(overtaken)",
        consumer,
    )
    return {row["topic"]: row["epoch"] for row in rows}


async def keep_current(
    pool: asyncpg.Pool[asyncpg.Record], url: str, bootstrap_servers: str, projection: TopicProjection
) -> None:
    """While a service answers from the tables it has: build them again whenever they are outdated."""
    while True:
        try:
            async with pool.acquire() as connection:
                old = await outdated(connection, projection)
            if old:
                await rebuild(pool, url, bootstrap_servers, projection, _log_progress)
        except Exception as error:  # noqa: BLE001 - another process is at it, or a part is away: look again
            log.warning("rebuild waits", consumer=projection.consumer, cause=type(error).__name__)
        await asyncio.sleep(_LOOK_SECONDS)


def _log_progress(done: int, total: int) -> None:
    log.info("rebuild goes on", done=done, total=total)


async def _forget(connection: Connection, projection: TopicProjection) -> None:
    """Nothing was read yet; only what was discarded stays so."""
    for table in ("consumer_checkpoints", "dead_letters"):
        await connection.execute(f"delete from {table} where consumer = $1", projection.consumer + _SHADOW)
    columns = (
        "topic, partition, record_at, identity, key, headers, value, reason, blocks, epoch, sequence, previous,"
        " attempts, at, resolved_at"
    )
    await connection.execute(
        f"insert into dead_letters (consumer, {columns}) select $2, {columns} from dead_letters letter"
        " where consumer = $1 and exists (select from discards no where"
        " (no.consumer, no.topic, no.partition, no.identity)"
        " = (letter.consumer, letter.topic, letter.partition, letter.identity))",
        projection.consumer,
        projection.consumer + _SHADOW,
    )


async def _read_to_end(reader: Reader, new: ShadowSchema, inboxes: Sequence[Inbox], progress: ProgressCallback) -> int:
    """Read each topic to what is its end now, one topic after another; returns how many messages that was.

    Where something came before what precedes it, its partition is read again from the beginning, until nothing more
    can be put in its place.
    """
    read = 0
    await reader.mark_ends()
    for inbox in inboxes:
        reached: dict[int, int] = {}
        while True:
            gaps: dict[int, int] = {}
            while records := await reader.batch(inbox.topic):
                gaps |= (await inbox.receive(new.connection, records)).gaps
                read += len(records)
                progress(*reader.progress())
            if not gaps or gaps == reached:
                break
            reached = gaps
            reader.begin_again(inbox.topic, gaps)
    return read


async def _swapped(
    pool: asyncpg.Pool[asyncpg.Record],
    reader: Reader,
    new: ShadowSchema,
    projection: TopicProjection,
    again: Sequence[Inbox],
    progress: ProgressCallback,
) -> bool:
    """Hold the live consumer, read what it had applied, and swap; False when it must be tried again."""
    try:
        async with pool.acquire() as live, live.transaction():
            await _hold(live, projection)
            await _read_to_end(reader, new, again, progress)
            if await _later_epochs(new.connection, projection.consumer + _SHADOW):
                return False
            await _require_complete(live, projection)
            await _take_over(live, projection)
            await new.swap(live, projection.version)
    except asyncpg.LockNotAvailableError:
        return False
    return True


async def _hold(live: Connection, projection: TopicProjection) -> None:
    """Lock every checkpoint of the live consumer, in its own order: it finishes its batch and waits."""
    for inbox in projection.inboxes:
        await live.execute(
            "insert into consumer_checkpoints (consumer, source, topic, partition)"
            " select $1, $2, $3, nth from generate_series(0, $4 - 1) nth on conflict do nothing",
            projection.consumer,
            inbox.topic.source,
            inbox.topic.name,
            inbox.topic.partitions,
        )
    await live.execute(
        "select from consumer_checkpoints where consumer = $1 order by source, topic, partition for update",
        projection.consumer,
    )


async def _require_complete(live: Connection, projection: TopicProjection) -> None:
    """The chain of each partition must be unbroken, from its first message to the last one that the live tables know.

    A gap, or an end before that, is one unless somebody discarded its message.
    """
    rows = await live.fetch(
        _MISSING, projection.consumer, projection.consumer + _SHADOW, [inbox.topic.name for inbox in projection.inboxes]
    )
    if rows:
        raise TopicIncomplete([Missing(*row) for row in rows])


async def _take_over(live: Connection, projection: TopicProjection) -> None:
    """The live consumer goes on from where the new tables are; its dead letters are those of the new reading."""
    new = projection.consumer + _SHADOW
    topics = [inbox.topic.name for inbox in projection.inboxes]
    query = "delete from consumer_checkpoints was where consumer = $1 and topic = any($2) and exists (select from"
    await live.execute(
        f"{query} consumer_checkpoints new where new.consumer = $3 and (new.source, new.topic, new.partition)"
        " = (was.source, was.topic, was.partition))",
        projection.consumer,
        topics,
        new,
    )
    await live.execute("update consumer_checkpoints set consumer = $1 where consumer = $2", projection.consumer, new)
    await live.execute("delete from dead_letters where consumer = $1", projection.consumer)
    await live.execute("update dead_letters set consumer = $1 where consumer = $2", projection.consumer, new)
    await _resolve_discarded(live, projection.consumer)


async def _resolve_discarded(live: Connection, consumer: str) -> None:
    """What was discarded while the topics were read again is not open again."""
    await live.execute(
        "update dead_letters letter set resolved_at = no.at from discards no"
        " where letter.consumer = $1 and letter.resolved_at is null and (no.consumer, no.topic, no.partition,"
        " no.identity) = (letter.consumer, letter.topic, letter.partition, letter.identity)",
        consumer,
    )
