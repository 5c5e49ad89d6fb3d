"""Rebuilds topic projections: in a shadow schema from the first message, swapped when proved complete."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import asyncpg
import structlog

from shared.eventstore.event_store import Connection
from shared.messaging.broker_history import TopicLost
from shared.messaging.inbox import Inbox
from shared.messaging.topic_reader import TopicReader, open_topic_reader
from shared.projections.shadow_schema import ProgressCallback, ShadowSchema, no_progress, shadow_schema
from shared.projections.topic import TopicProjection, outdated

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
_LATER_EPOCHS = """
select topic, max(epoch) as epoch from consumer_checkpoints where consumer = $1
group by topic having bool_or(overtaken)
"""
_LETTER = (
    "topic, partition, record_at, identity, key, headers, value, reason, blocks, epoch, sequence, previous, attempts,"
    " at, resolved_at"
)
_COPY_DISCARDED = f"""
insert into dead_letters (consumer, {_LETTER})
select $2, {_LETTER} from dead_letters letter
where consumer = $1 and exists (
    select from discards
    where (discards.consumer, discards.topic, discards.partition, discards.identity)
      = (letter.consumer, letter.topic, letter.partition, letter.identity))
"""
_RESOLVE_DISCARDED = """
update dead_letters letter set resolved_at = discards.at from discards
where letter.consumer = $1 and letter.resolved_at is null
  and (discards.consumer, discards.topic, discards.partition, discards.identity)
    = (letter.consumer, letter.topic, letter.partition, letter.identity)
"""
_INSERT_CHECKPOINTS = """
insert into consumer_checkpoints (consumer, source, topic, partition)
select $1, $2, $3, nth from generate_series(0, $4 - 1) nth on conflict do nothing
"""
_DELETE_OLD_CHECKPOINTS = """
delete from consumer_checkpoints was where consumer = $1 and topic = any($2) and exists (
    select from consumer_checkpoints new
    where new.consumer = $3 and (new.source, new.topic, new.partition) = (was.source, was.topic, was.partition))
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """The messages that a partition lacks: after a sequence, up to another one."""

    topic: str
    partition: int
    after: int
    before: int


class TopicIncomplete(Exception):  # noqa: N818 - an answer: something is missing, and the live tables stay
    """A topic does not hold an unbroken chain: publish it again from the beginning, then rebuild."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__("; ".join(f"{e.topic}/{e.partition} after {e.after} up to {e.before}" for e in missing[:3]))
        self.missing = missing


async def keep_current(
    pool: asyncpg.Pool[asyncpg.Record], url: str, bootstrap_servers: str, projection: TopicProjection
) -> None:
    """A task: rebuild the tables whenever they are outdated, while the service answers from those it has."""
    while True:
        try:
            async with pool.acquire() as connection:
                old = await outdated(connection, projection)
            if old:
                await rebuild(pool, url, bootstrap_servers, projection, _log_progress)
        except Exception as error:  # noqa: BLE001 - another process rebuilds, or something is away: try again
            log.warning("rebuild waits", consumer=projection.consumer, cause=type(error).__name__)
        await asyncio.sleep(_LOOK_SECONDS)


def _log_progress(done: int, total: int) -> None:
    log.info("rebuild goes on", done=done, total=total)


async def rebuild(
    pool: asyncpg.Pool[asyncpg.Record],
    url: str,
    bootstrap_servers: str,
    projection: TopicProjection,
    progress: ProgressCallback = no_progress,
) -> None:
    """Apply every message again in a shadow schema, prove that nothing is missing, and swap; reads go on meanwhile.

    `progress` is called with how many messages of how many were read. A topic that is lost meanwhile, or made anew, is
    read from the beginning. Raises AlreadyRebuilding, TopicIncomplete.
    """
    while True:
        try:
            return await _rebuild(pool, url, bootstrap_servers, projection, progress)
        except TopicLost:
            log.info("rebuild begins again with the topic as it is", consumer=projection.consumer)


async def _rebuild(
    pool: asyncpg.Pool[asyncpg.Record],
    url: str,
    bootstrap_servers: str,
    projection: TopicProjection,
    progress: ProgressCallback,
) -> None:
    async with (
        open_topic_reader(bootstrap_servers, projection.topics) as reader,  # closed last: by TLS it takes its time
        shadow_schema(url, projection.consumer, projection.schemas) as shadow,
    ):
        rebuilding = _Rebuilding(pool, projection, shadow, reader, progress)
        while not await rebuilding.swapped():
            log.info("rebuild begins again with a later epoch", consumer=projection.consumer)
            await shadow.empty()
            reader.rewind()


@dataclass(slots=True)
class _Rebuilding:
    """A rebuild under way; `epochs` are those that topics are read from."""

    pool: asyncpg.Pool[asyncpg.Record]
    projection: TopicProjection
    shadow: ShadowSchema
    reader: TopicReader
    progress: ProgressCallback
    epochs: dict[str, int] = field(default_factory=dict)

    @property
    def consumer(self) -> str:
        """The name under which the new tables have their checkpoints and dead letters."""
        return self.projection.consumer + _SHADOW

    async def swapped(self) -> bool:
        """Build and swap; False when a later epoch was found, to be read from its beginning."""
        await self._begin()
        while await self._read_to_end() > _NEARLY:
            pass
        while not await self._try_swap():
            if later := await self._later_epochs():
                self.epochs |= later
                return False
            log.info("rebuild waits for a reader", consumer=self.projection.consumer)
        return True

    async def _begin(self) -> None:
        """Nothing is read yet; what was discarded stays so."""
        connection = self.shadow.connection
        for table in ("consumer_checkpoints", "dead_letters"):
            await connection.execute(f"delete from {table} where consumer = $1", self.consumer)
        await connection.execute(_COPY_DISCARDED, self.projection.consumer, self.consumer)

    async def _later_epochs(self) -> dict[str, int]:
        """The topics of which more than one epoch was applied, with the last of each."""
        rows = await self.shadow.connection.fetch(_LATER_EPOCHS, self.consumer)
        return {row["topic"]: row["epoch"] for row in rows}

    async def _read_to_end(self) -> int:
        """Read each topic to what is its end now, one after another; returns how many messages that was."""
        await self.reader.mark_ends()
        epochs = self.epochs
        inboxes = [
            replace(each, consumer=self.consumer, least_epoch=epochs.get(each.topic.name, 1))
            for each in self.projection.inboxes
        ]
        return sum([await self._read(each) for each in inboxes])

    async def _read(self, inbox: Inbox) -> int:
        """Read one topic; a partition with a gap is read again from the beginning while that closes gaps."""
        read, before = 0, dict[int, int]()
        while True:
            gaps: dict[int, int] = {}
            while records := await self.reader.batch(inbox.topic):
                gaps |= (await inbox.receive(self.shadow.connection, records)).gaps
                read += len(records)
                self.progress(*self.reader.progress())
            if not gaps or gaps == before:
                return read
            before = gaps
            self.reader.begin_again(inbox.topic, gaps)

    async def _try_swap(self) -> bool:
        """Lock the live consumer, read what it had applied, and swap; False when it must be tried again."""
        try:
            async with self.pool.acquire() as live, live.transaction():
                await self._lock_live(live)
                await self._read_to_end()
                if await self._later_epochs():
                    return False
                await self._require_complete(live)
                await self._take_over(live)
                await self.shadow.swap(live, self.projection.version)
        except asyncpg.LockNotAvailableError:
            return False
        return True

    async def _lock_live(self, live: Connection) -> None:
        """Lock every checkpoint of the live consumer, in its own order: it finishes its batch and waits."""
        name = self.projection.consumer
        for topic in self.projection.topics:
            await live.execute(_INSERT_CHECKPOINTS, name, topic.source, topic.name, topic.partitions)
        query = "select from consumer_checkpoints where consumer = $1 order by source, topic, partition for update"
        await live.execute(query, name)

    async def _require_complete(self, live: Connection) -> None:
        """Raise TopicIncomplete unless the chain of each partition is unbroken, up to the last message applied live.

        A gap, or an earlier end, breaks it unless somebody discarded the message.
        """
        names = [topic.name for topic in self.projection.topics]
        if rows := await live.fetch(_MISSING, self.projection.consumer, self.consumer, names):
            raise TopicIncomplete([Missing(*row) for row in rows])

    async def _take_over(self, live: Connection) -> None:
        """The live consumer continues from the new checkpoints, with the new dead letters."""
        name, new, names = self.projection.consumer, self.consumer, [topic.name for topic in self.projection.topics]
        await live.execute(_DELETE_OLD_CHECKPOINTS, name, names, new)
        await live.execute("delete from dead_letters where consumer = $1", name)
        for table in ("consumer_checkpoints", "dead_letters"):
            await live.execute(f"update {table} set consumer = $1 where consumer = $2", name, new)
        await live.execute(_RESOLVE_DISCARDED, name)
