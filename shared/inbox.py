"""Exactly once in effect: one sequence row a partition, dead letters, and keys parked behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

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
from shared.partition import Dead, Partition, Record

SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that was read: its envelope, and what it says."""

    envelope: Envelope
    message: PublicMessage

    def meta(self, by: str) -> Meta:
        """What is kept beside the facts it leads to: they belong to its thread."""
        return Meta(by=by, correlation_id=self.envelope.thread)


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
            rows = Partition(self.consumer, self.topic, partition)
            applied += await self._partition(connection, rows, partitions[partition])
        return applied

    async def _partition(self, connection: Connection, rows: Partition, records: Sequence[Record]) -> list[Heard]:
        highest = await rows.fence(connection)
        read = [_Read(self.topic, record) for record in records]
        keys = {each.record.key for each in read if each.record.key is not None}
        known = _Known(*await rows.known(connection, {each.identity for each in read}, keys))
        fresh: list[_Read] = []
        dead: list[Dead] = []
        reached = highest
        for each in read:
            if (each.sequence is not None and each.sequence <= reached) or each.identity in known.identities:
                continue
            if each.heard is None:
                known.note(each)
                dead.append(each.dead(each.reason))
                continue
            reached = each.heard.envelope.sequence
            if each.record.key in known.keys:
                dead.append(each.dead("parked"))
            else:
                fresh.append(each)
        refused = await self._apply(connection, fresh, known)
        await rows.bury(connection, [*dead, *refused])
        if reached > highest:
            await rows.advance(connection, reached)
        left = {each.identity for each in refused}
        return [each.heard for each in fresh if each.heard is not None and each.identity not in left]

    async def _apply(self, connection: Connection, fresh: Sequence[_Read], known: _Known) -> list[Dead]:
        heard = [each.heard for each in fresh if each.heard is not None]
        if not heard:
            return []
        try:
            async with connection.transaction():
                await self.apply(connection, heard)
        except Refused:
            return await self._apply_singly(connection, fresh, known)
        return []

    async def _apply_singly(self, connection: Connection, fresh: Sequence[_Read], known: _Known) -> list[Dead]:
        refused = []
        for each in fresh:
            if each.record.key in known.keys:
                refused.append(each.dead("parked"))
                continue
            try:
                async with connection.transaction():
                    await self.apply(connection, [each.heard] if each.heard else [])
            except Refused as refusal:
                refused.append(each.dead(refusal.code))
                known.note(each)
        return refused


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

    def dead(self, reason: str) -> Dead:
        return Dead(self.record, self.identity, reason, self.holds_up())

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
