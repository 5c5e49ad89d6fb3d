"""Tables folded from topics: built again beside the live ones from the first message, and swapped when caught up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import asyncpg
import structlog

from shared.beside import Beside, Tell, beside, built_version, note_built, tell_nobody
from shared.event_store import Connection
from shared.inbox import Inbox
from shared.kafka import Reader, open_reader

log = structlog.get_logger(__name__)

_BESIDE = "@beside"
_NEARLY = 1000
_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Fold:
    """Tables that hold nothing but what one consumer heard of its topics.

    A new `version` says that the same messages fold otherwise; topics are read in the order of `inboxes`.
    """

    consumer: str
    version: str
    schemas: Sequence[str]
    inboxes: Sequence[Inbox]


class TopicIncomplete(Exception):  # noqa: N818 - an answer: the live tables know more than the broker
    """A topic no longer holds what was applied from it: publish it again from the beginning, then rebuild."""


async def outdated(connection: Connection, fold: Fold) -> bool:
    """Whether the live tables were built at another version; empty ones are noted as built at this one."""
    known = await built_version(connection, fold.consumer)
    if known is None and not await _heard_before(connection, fold):
        await note_built(connection, fold.consumer, fold.version)
        return False
    return known != fold.version


async def _heard_before(connection: Connection, fold: Fold) -> bool:
    query = "select exists (select from sequences where consumer = $1 and sequence > 0)"
    return bool(await connection.fetchval(query, fold.consumer))


async def rebuild(
    pool: asyncpg.Pool[asyncpg.Record], url: str, bootstrap_servers: str, fold: Fold, tell: Tell = tell_nobody
) -> None:
    """Fold everything again beside the live tables, then swap; reads and facts go on meanwhile.

    `tell` hears how many messages of how many were read. Raises AlreadyRebuilding, TopicIncomplete.
    """
    async with (
        beside(url, fold.consumer, fold.schemas) as new,
        open_reader(bootstrap_servers, [inbox.topic for inbox in fold.inboxes]) as reader,
    ):
        await _forget(new.connection, fold)
        again = [replace(inbox, consumer=inbox.consumer + _BESIDE) for inbox in fold.inboxes]
        while await _read_to_end(reader, new, again, tell) > _NEARLY:
            pass
        while not await _swapped(pool, reader, new, fold, again, tell):
            log.info("rebuild waits for a reader", consumer=fold.consumer)


async def keep_current(pool: asyncpg.Pool[asyncpg.Record], url: str, bootstrap_servers: str, fold: Fold) -> None:
    """While a service answers from the tables it has: build them again until they are of the declared version."""
    while True:
        async with pool.acquire() as connection:
            if not await outdated(connection, fold):
                break
        try:
            await rebuild(pool, url, bootstrap_servers, fold, _log_progress)
        except Exception as error:  # noqa: BLE001 - another process is at it, or a part is away: look again
            log.warning("rebuild waits", consumer=fold.consumer, cause=type(error).__name__)
            await asyncio.sleep(_LOOK_SECONDS)
    await asyncio.Event().wait()


def _log_progress(done: int, total: int) -> None:
    log.info("rebuild goes on", done=done, total=total)


async def _forget(connection: Connection, fold: Fold) -> None:
    """Nothing was read yet; only what was discarded stays so."""
    for table in ("sequences", "dead_letters"):
        await connection.execute(f"delete from {table} where consumer = $1", fold.consumer + _BESIDE)
    columns = "topic, partition, record_at, identity, key, headers, value, reason, blocks, attempts, at, resolved_at"
    await connection.execute(
        f"insert into dead_letters (consumer, {columns}) select $2, {columns} from dead_letters letter"
        " where consumer = $1 and exists (select from discards no where"
        " (no.consumer, no.topic, no.partition, no.identity)"
        " = (letter.consumer, letter.topic, letter.partition, letter.identity))",
        fold.consumer,
        fold.consumer + _BESIDE,
    )


async def _read_to_end(reader: Reader, new: Beside, inboxes: Sequence[Inbox], tell: Tell) -> int:
    """Read each topic to what is its end now, one topic after another; returns how many messages that was."""
    read = 0
    await reader.mark_ends()
    for inbox in inboxes:
        while records := await reader.batch(inbox.topic):
            await inbox.receive(new.connection, records)
            read += len(records)
            tell(*reader.progress())
    return read


async def _swapped(
    pool: asyncpg.Pool[asyncpg.Record], reader: Reader, new: Beside, fold: Fold, again: Sequence[Inbox], tell: Tell
) -> bool:
    """Hold the live consumer, read what it had applied, and swap; False when a reader of the tables held on."""
    try:
        async with pool.acquire() as live, live.transaction():
            await _hold(live, fold)
            await _read_to_end(reader, new, again, tell)
            await _require_complete(live, fold)
            await _take_over(live, fold)
            await new.put_in_place(live, fold.version)
    except asyncpg.LockNotAvailableError:
        return False
    return True


async def _hold(live: Connection, fold: Fold) -> None:
    """Lock every sequence row of the live consumer, in its own order: it finishes its batch and waits."""
    for inbox in fold.inboxes:
        await live.execute(
            "insert into sequences select $1, $2, $3, nth, 0 from generate_series(0, $4 - 1) nth"
            " on conflict do nothing",
            fold.consumer,
            inbox.topic.source,
            inbox.topic.name,
            inbox.topic.partitions,
        )
    await live.execute(
        "select from sequences where consumer = $1 order by source, topic, partition for update", fold.consumer
    )


async def _require_complete(live: Connection, fold: Fold) -> None:
    """Everything the live tables know must have been read again, or lie among the dead letters."""
    missing = await live.fetchval(
        "select count(*) from sequences was left join sequences new on new.consumer = $2"
        " and (new.source, new.topic, new.partition) = (was.source, was.topic, was.partition)"
        " where was.consumer = $1 and was.topic = any($3) and was.sequence > coalesce(new.sequence, 0)"
        " and not exists (select from dead_letters letter where letter.consumer = $2"
        "  and letter.topic = was.topic and letter.identity = was.source || '#' || was.sequence)",
        fold.consumer,
        fold.consumer + _BESIDE,
        [inbox.topic.name for inbox in fold.inboxes],
    )
    if missing:
        raise TopicIncomplete(fold.consumer)


async def _take_over(live: Connection, fold: Fold) -> None:
    """The live consumer goes on from where the new tables are; its dead letters are those of the new reading."""
    new = fold.consumer + _BESIDE
    await live.execute(
        "update sequences was set sequence = greatest(was.sequence, new.sequence) from sequences new"
        " where was.consumer = $1 and new.consumer = $2"
        " and (new.source, new.topic, new.partition) = (was.source, was.topic, was.partition)",
        fold.consumer,
        new,
    )
    await live.execute("delete from sequences where consumer = $1", new)
    await live.execute("delete from dead_letters where consumer = $1", fold.consumer)
    await live.execute("update dead_letters set consumer = $1 where consumer = $2", fold.consumer, new)
    await _resolve_discarded(live, fold.consumer)


async def _resolve_discarded(live: Connection, consumer: str) -> None:
    """What was discarded while the topics were read again is not open again."""
    await live.execute(
        "update dead_letters letter set resolved_at = no.at from discards no"
        " where letter.consumer = $1 and letter.resolved_at is null and (no.consumer, no.topic, no.partition,"
        " no.identity) = (letter.consumer, letter.topic, letter.partition, letter.identity)",
        consumer,
    )
