"""Exactly once in effect: one sequence row a partition, dead letters, and keys parked behind them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from shared.contracts.envelope import (
    Envelope,
    PublicMessage,
    Topic,
    Unreadable,
    read_envelope,
    read_message,
)
from shared.event_store import Connection
from shared.messages import Meta, Refused

SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


class Record(Protocol):
    """A record as the broker gave it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that was read: its envelope, and what it says."""

    envelope: Envelope
    message: PublicMessage

    def meta(self, by: str) -> Meta:
        """What is kept beside the facts it leads to: they belong to its thread."""
        return Meta(by=by, correlation_id=self.envelope.thread)


@dataclass(frozen=True, slots=True)
class _Letter:
    record: Record
    identity: str
    reason: str
    blocks: bool


Apply: TypeAlias = "Callable[[Connection, Sequence[Heard]], Awaitable[None]]"


@dataclass(slots=True)
class Inbox:
    """What one consumer hears of one topic, applied by `apply` inside the transaction of its sequence row.

    `apply` gets the new messages of a batch in order. When it raises Refused for a batch, each is applied alone,
    and the refused one becomes a dead letter. Any other error is the infrastructure's: nothing is committed.
    """

    consumer: str
    topic: Topic
    apply: Apply

    async def receive(self, connection: Connection, records: Sequence[Record]) -> list[Heard]:
        """Apply a batch in the caller's transaction; returns the messages that were new and applied."""
        applied: list[Heard] = []
        partitions: dict[int, list[Record]] = {}
        for record in records:
            partitions.setdefault(record.partition, []).append(record)
        for partition in sorted(partitions):
            applied += await self._partition(connection, partition, partitions[partition])
        return applied

    async def _partition(self, connection: Connection, partition: int, records: Sequence[Record]) -> list[Heard]:
        highest = await self._fence(connection, partition)
        read = [_Read(self.topic, record) for record in records]
        known = await self._known(connection, partition, read)
        fresh: list[_Read] = []
        dead: list[_Letter] = []
        reached = highest
        for each in read:
            if (each.sequence is not None and each.sequence <= reached) or each.identity in known.identities:
                continue
            if each.heard is None:
                known.note(each)
                dead.append(each.letter(each.reason))
                continue
            reached = each.heard.envelope.sequence
            if each.record.key in known.keys:
                dead.append(each.letter("parked"))
            else:
                fresh.append(each)
        refused = await self._apply(connection, fresh, known)
        await self._bury(connection, partition, [*dead, *refused])
        if reached > highest:
            await self._advance(connection, partition, reached)
        left = {letter.identity for letter in refused}
        return [each.heard for each in fresh if each.heard is not None and each.identity not in left]

    async def _fence(self, connection: Connection, partition: int) -> int:
        """Lock this partition's row, so that a zombie of the same group waits and then finds everything applied."""
        at = (self.consumer, self.topic.source, self.topic.name, partition)
        await connection.execute("insert into sequences values ($1, $2, $3, $4, 0) on conflict do nothing", *at)
        sequence: int = await connection.fetchval(
            "select sequence from sequences"
            " where consumer = $1 and source = $2 and topic = $3 and partition = $4 for update",
            *at,
        )
        return sequence

    async def _advance(self, connection: Connection, partition: int, sequence: int) -> None:
        await connection.execute(
            "update sequences set sequence = $5 where consumer = $1 and source = $2 and topic = $3 and partition = $4",
            self.consumer,
            self.topic.source,
            self.topic.name,
            partition,
            sequence,
        )

    async def _known(self, connection: Connection, partition: int, read: Sequence[_Read]) -> _Known:
        """Dead letters that concern this batch: those it repeats, and those that hold up one of its keys."""
        rows = await connection.fetch(
            "select identity, case when blocks and resolved_at is null then key end as key from dead_letters"
            " where consumer = $1 and topic = $2 and partition = $3 and (identity = any($4) or key = any($5))",
            self.consumer,
            self.topic.name,
            partition,
            [each.identity for each in read],
            list({each.record.key for each in read} - {None}),
        )
        return _Known({row["identity"] for row in rows}, {row["key"] for row in rows} - {None})

    async def _apply(self, connection: Connection, fresh: Sequence[_Read], known: _Known) -> list[_Letter]:
        heard = [each.heard for each in fresh if each.heard is not None]
        if not heard:
            return []
        try:
            async with connection.transaction():
                await self.apply(connection, heard)
        except Refused:
            return await self._apply_singly(connection, fresh, known)
        return []

    async def _apply_singly(self, connection: Connection, fresh: Sequence[_Read], known: _Known) -> list[_Letter]:
        refused = []
        for each in fresh:
            if each.record.key in known.keys:
                refused.append(each.letter("parked"))
                continue
            try:
                async with connection.transaction():
                    await self.apply(connection, [each.heard] if each.heard else [])
            except Refused as refusal:
                refused.append(each.letter(refusal.code))
                known.note(each)
        return refused

    async def _bury(self, connection: Connection, partition: int, letters: Sequence[_Letter]) -> None:
        await connection.executemany(
            "insert into dead_letters"
            " (consumer, topic, partition, record_at, identity, key, headers, value, reason, blocks)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
            [
                (
                    self.consumer,
                    self.topic.name,
                    partition,
                    letter.record.offset,
                    letter.identity,
                    letter.record.key,
                    json.dumps(
                        [[name, base64.b64encode(value or b"").decode()] for name, value in letter.record.headers]
                    ),
                    letter.record.value,
                    letter.reason,
                    letter.blocks,
                )
                for letter in letters
            ],
        )


class _Read:
    """A record and what could be read of it. Only what claims a place in the stream's order can hold up its key."""

    __slots__ = ("heard", "identity", "reason", "record", "sequence")

    def __init__(self, topic: Topic, record: Record) -> None:
        self.record = record
        self.heard: Heard | None = None
        self.sequence: int | None = None
        self.reason = ""
        try:
            envelope = read_envelope(topic, record.headers)
            self.sequence = envelope.sequence
            self.heard = Heard(envelope, read_message(topic.by_type(), envelope, record.value))
        except Unreadable as unreadable:
            self.reason = unreadable.reason
        self.identity = f"{topic.source}#{self.sequence}" if self.sequence else _anonymous(record)

    def letter(self, reason: str) -> _Letter:
        return _Letter(self.record, self.identity, reason, self.holds_up())

    def holds_up(self) -> bool:
        return self.sequence is not None and self.record.key is not None


@dataclass(slots=True)
class _Known:
    identities: set[str]
    keys: set[bytes]

    def note(self, read: _Read) -> None:
        self.identities.add(read.identity)
        if read.holds_up() and read.record.key is not None:
            self.keys.add(read.record.key)


def _anonymous(record: Record) -> str:
    digest = hashlib.sha256(record.value or b"").hexdigest()[:16]
    return f"@{record.offset}:{digest}"
