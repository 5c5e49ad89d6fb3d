"""Dead letters as people meet them: which are open, how many for which reason, and applying them again in order."""

from __future__ import annotations

import base64
import json
from datetime import datetime

from shared.contracts.envelope import Unreadable, read_envelope, read_message
from shared.event_store import Connection
from shared.inbox import Heard, Inbox
from shared.messages import Message, Refused


class Letter(Message):
    """One open dead letter, without its content; `waits` says that it, or what it waits behind, holds up its key."""

    id: int
    topic: str
    partition: int
    record_at: int
    key: str
    reason: str
    waits: bool
    attempts: int
    at: datetime


class Pile(Message):
    """How many open dead letters there are of one reason."""

    consumer: str
    topic: str
    reason: str
    letters: int


async def piles(connection: Connection) -> list[Pile]:
    """The open dead letters of this database, counted."""
    rows = await connection.fetch(
        "select consumer, topic, reason, count(*) as letters from dead_letters where resolved_at is null"
        " group by consumer, topic, reason order by consumer, topic, reason"
    )
    return [Pile(**row) for row in rows]


async def open_letters(connection: Connection, inbox: Inbox, limit: int) -> list[Letter]:
    """The open dead letters of one inbox, the oldest first."""
    rows = await connection.fetch(
        "select id, topic, partition, record_at, key, reason, blocks as waits, attempts, at from dead_letters"
        " where consumer = $1 and topic = $2 and resolved_at is null order by id limit $3",
        inbox.consumer,
        inbox.topic.name,
        limit,
    )
    return [Letter(**{**row, "key": (row["key"] or b"").decode(errors="replace")}) for row in rows]


async def open_keys(connection: Connection, inbox: Inbox) -> list[bytes]:
    """The keys that are held up, the one that waits longest first."""
    rows = await connection.fetch(
        "select key from dead_letters where consumer = $1 and topic = $2 and blocks and resolved_at is null"
        " group by key order by min(id)",
        inbox.consumer,
        inbox.topic.name,
    )
    return [row["key"] for row in rows]


async def left(connection: Connection, inbox: Inbox, key: bytes) -> int:
    """How many open dead letters still hold up this key."""
    query = (
        "select count(*) from dead_letters"
        " where consumer = $1 and topic = $2 and key = $3 and blocks and resolved_at is null"
    )
    return int(await connection.fetchval(query, inbox.consumer, inbox.topic.name, key))


async def replay(connection: Connection, inbox: Inbox, key: bytes) -> int:
    """Apply the open dead letters of one key again, oldest first, up to the first that still fails.

    Runs in the caller's transaction; returns how many were applied.
    """
    rows = await connection.fetch(
        "select id, headers, value from dead_letters"
        " where consumer = $1 and topic = $2 and key = $3 and blocks and resolved_at is null"
        " order by partition, id for update",
        inbox.consumer,
        inbox.topic.name,
        key,
    )
    for done, row in enumerate(rows):
        try:
            heard = _heard(inbox, row["headers"], row["value"])
            async with connection.transaction():
                await inbox.apply(connection, [heard])
        except (Unreadable, Refused):
            await connection.execute("update dead_letters set attempts = attempts + 1 where id = $1", row["id"])
            return done
        await connection.execute("update dead_letters set resolved_at = now() where id = $1", row["id"])
    return len(rows)


def _heard(inbox: Inbox, headers: str, value: bytes | None) -> Heard:
    envelope = read_envelope(inbox.topic, [(name, base64.b64decode(each)) for name, each in json.loads(headers)])
    return Heard(envelope, read_message(inbox.topic.by_type(), envelope, value))
