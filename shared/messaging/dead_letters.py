"""Dead letters for operators: which are open, for which reason; replay and discard."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import asyncpg

from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.eventstore.outages import is_infrastructure
from shared.messaging.checkpoints import ConsumerCheckpoints
from shared.messaging.cloudevents import read_envelope, read_message
from shared.messaging.inbox import Inbox, ReceivedMessage
from shared.messaging.sequencing import ParsedRecord

_BLOCKING = "from dead_letters where consumer = $1 and topic = $2 and blocks and resolved_at is null"
_UNCONFIRMED = """
select id, partition, record_at, key, headers, value from dead_letters letter
where consumer = $1 and topic = $2 and resolved_at is null and not blocks and reason <> 'gap' and sequence is not null
  and exists (
    select from consumer_checkpoints reached
    where (reached.consumer, reached.topic, reached.partition, reached.epoch)
        = (letter.consumer, letter.topic, letter.partition, letter.epoch)
      and letter.sequence > reached.sequence)
order by partition, sequence for update
"""


class DeadLetter(Message):
    """One open dead letter, without its content; `waits`: later messages of its key are parked."""

    id: int
    topic: str
    partition: int
    record_at: int
    key: str
    reason: str
    waits: bool
    attempts: int
    at: datetime


class DeadLetterCount(Message):
    """How many open dead letters there are of one reason."""

    consumer: str
    topic: str
    reason: str
    letters: int


class Discarded(Message):
    """A dead letter that is never applied: its reason, and who decided so, why and when."""

    id: int
    topic: str
    key: str
    reason: str
    by: str
    why: str
    at: datetime


async def dead_letter_counts(connection: Connection) -> list[DeadLetterCount]:
    """The open dead letters of this database, counted."""
    rows = await connection.fetch(
        "select consumer, topic, reason, count(*) as letters from dead_letters where resolved_at is null"
        " group by consumer, topic, reason order by consumer, topic, reason"
    )
    return [DeadLetterCount(**row) for row in rows]


async def open_letters(connection: Connection, inbox: Inbox, limit: int) -> list[DeadLetter]:
    """The open dead letters of one inbox, the oldest first."""
    rows = await connection.fetch(
        "select id, topic, partition, record_at, key, reason, blocks as waits, attempts, at from dead_letters"
        " where consumer = $1 and topic = $2 and resolved_at is null order by id limit $3",
        inbox.consumer,
        inbox.topic.name,
        limit,
    )
    return [DeadLetter(**{**row, "key": _readable(row["key"])}) for row in rows]


async def open_keys(connection: Connection, inbox: Inbox) -> list[bytes]:
    """The blocked keys, the one that waits longest first."""
    query = f"select key {_BLOCKING} and key is not null group by key order by min(id)"
    return [row["key"] for row in await connection.fetch(query, inbox.consumer, inbox.topic.name)]


async def left(connection: Connection, inbox: Inbox, key: bytes) -> int:
    """How many open dead letters still block this key."""
    query = f"select count(*) {_BLOCKING} and key = $3"
    return int(await connection.fetchval(query, inbox.consumer, inbox.topic.name, key))


async def replay(connection: Connection, inbox: Inbox, key: bytes) -> int:
    """Apply the open dead letters of one key again, oldest first, up to the first that still fails.

    Runs in the caller's transaction and locks the checkpoints of their partitions, so that the live consumer waits.
    Several letters of one position are one message.
    Returns how many were applied. Raises what `is_infrastructure` names, and AnotherVersionLive.
    """
    await inbox.require_version(connection)
    of_key = inbox.consumer, inbox.topic.name, key
    partitions = await connection.fetch(f"select distinct partition {_BLOCKING} and key = $3", *of_key)
    await ConsumerCheckpoints(inbox.consumer, inbox.topic).lock(connection, [row["partition"] for row in partitions])
    columns = "id, partition, sequence, headers, value"
    query = f"select {columns} {_BLOCKING} and key = $3 order by partition, sequence, epoch, id for update"
    rows, done = await connection.fetch(query, *of_key), 0
    for _, of_position in groupby(rows, key=lambda row: (row["partition"], row["sequence"])):
        if not await _applied(connection, inbox, list(of_position)):
            return done
        done += 1
    return done


async def _applied(connection: Connection, inbox: Inbox, rows: Sequence[asyncpg.Record]) -> bool:
    """Whether one of the letters of one position could be applied: then all of them are resolved."""
    letters = [row["id"] for row in rows]
    for row in rows:
        try:
            async with connection.transaction():
                await inbox.apply(connection, [_received(inbox, row["headers"], row["value"])])
        except Exception as error:
            if is_infrastructure(error):
                raise
        else:
            await connection.execute("update dead_letters set resolved_at = now() where id = any($1)", letters)
            return True
    await connection.execute("update dead_letters set attempts = attempts + 1 where id = any($1)", letters)
    return False


async def reread(connection: Connection, inbox: Inbox) -> int:
    """Read again the unreadable messages that no later one has confirmed yet: the newest of their partitions.

    Runs in the caller's transaction. Returns how many are no dead letters any more.
    """
    rows = await connection.fetch(_UNCONFIRMED, inbox.consumer, inbox.topic.name)
    done = 0
    for row in rows:
        record = _Stored(inbox.topic.name, row["partition"], row["record_at"], row["key"], row["value"], row["headers"])
        if ParsedRecord(inbox.topic, inbox.topic.by_type(), record).reason:
            continue
        await connection.execute("delete from dead_letters where id = $1", row["id"])
        done += len((await inbox.receive(connection, [record], keep_offset=True)).applied)
    return done


class _Stored:
    """A record as a dead letter stores it."""

    def __init__(
        self, topic: str, partition: int, offset: int, key: bytes | None, value: bytes | None, headers: str
    ) -> None:
        self.topic, self.partition, self.offset, self.key, self.value = topic, partition, offset, key, value
        self.headers = _stored_headers(headers)


def _stored_headers(headers: str) -> list[tuple[str, bytes]]:
    return [(name, base64.b64decode(each)) for name, each in json.loads(headers)]


async def discard(connection: Connection, consumers: Sequence[str], letter: int, by: str, why: str) -> bool:
    """Never apply an open dead letter, and store who decided so and why; False when there is none of that id.

    It blocks its key no longer, and stays discarded when its message is received again, also by a rebuild.
    """
    found = await connection.fetchrow(
        "update dead_letters set resolved_at = now() where id = $1 and consumer = any($2) and resolved_at is null"
        " returning consumer, topic, partition, identity",
        letter,
        consumers,
    )
    if found is None:
        return False
    await connection.execute(
        "insert into discards (consumer, topic, partition, identity, by, reason) values ($1, $2, $3, $4, $5, $6)",
        *found,
        by,
        why,
    )
    return True


async def discarded(connection: Connection, limit: int) -> list[Discarded]:
    """What was discarded in this database, the latest first."""
    rows = await connection.fetch(
        "select id, topic, key, letter.reason, by, discards.reason as why, discards.at"
        " from discards join dead_letters letter using (consumer, topic, partition, identity)"
        " order by discards.at desc, id desc limit $1",
        limit,
    )
    return [Discarded(**{**row, "key": _readable(row["key"])}) for row in rows]


def _readable(key: bytes | None) -> str:
    return (key or b"").decode(errors="replace")


def _received(inbox: Inbox, headers: str, value: bytes | None) -> ReceivedMessage:
    envelope = read_envelope(inbox.topic, _stored_headers(headers))
    return ReceivedMessage(envelope, read_message(inbox.topic.by_type(), envelope, value))
