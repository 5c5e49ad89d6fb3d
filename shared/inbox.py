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
from shared.partitions import Dead, Partitions, Record

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
_Applying: TypeAlias = "Callable[[Connection, Sequence[_Read], _Known], Awaitable[list[Dead]]]"


@dataclass(slots=True)
class Inbox:
    """What one consumer hears of one topic, applied by `apply` inside the transaction of its sequence row.

    `apply` gets the new messages of a batch in order. When it raises Refused, the batch is undone, each message is
    applied alone, and the refused one becomes a dead letter. Any other error is the infrastructure's: nothing is
    committed.
    """

    consumer: str
    topic: Topic
    apply: Apply

    async def receive(self, connection: Connection, records: Sequence[Record]) -> list[Heard]:
        """Apply a batch in one transaction; returns the messages that were new and applied."""
        try:
            async with connection.transaction():
                return await self._received(connection, records, self._apply)
        except Refused:
            async with connection.transaction():
                return await self._received(connection, records, self._apply_singly)

    async def _received(self, connection: Connection, records: Sequence[Record], apply: _Applying) -> list[Heard]:
        rows = Partitions(self.consumer, self.topic)
        numbers = {record.partition for record in records}
        before = await rows.fence(connection, numbers)
        types = self.topic.by_type()
        read = [_Read(self.topic, types, record) for record in sorted(records, key=_partition)]
        keys = {each.record.key for each in read if each.record.key is not None}
        known = _Known(*await rows.known(connection, numbers, {each.identity for each in read}, keys), dict(before))
        fresh, dead = known.sorted_out(read)
        refused = await apply(connection, fresh, known) if fresh else []
        if dead or refused:
            await rows.bury(connection, [*dead, *refused])
        if known.reached != before:
            await rows.advance(connection, known.reached)
        left = {each.identity for each in refused}
        return [each.heard for each in fresh if each.heard is not None and each.identity not in left]

    async def _apply(self, connection: Connection, fresh: Sequence[_Read], _: _Known) -> list[Dead]:
        await self.apply(connection, [each.heard for each in fresh if each.heard is not None])
        return []

    async def _apply_singly(self, connection: Connection, fresh: Sequence[_Read], known: _Known) -> list[Dead]:
        refused = []
        for each in fresh:
            if known.holds_up(each):
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

    def __init__(self, topic: Topic, types: dict[str, type[PublicMessage]], record: Record) -> None:
        self.record = record
        self.heard: Heard | None = None
        self.sequence: int | None = None
        self.reason = ""
        try:
            envelope = read_envelope(topic, record.headers)
            self.sequence = envelope.sequence
            self.heard = Heard(envelope, read_message(types, envelope, record.value))
        except Unreadable as unreadable:
            self.reason = unreadable.reason
        self.identity = f"{topic.source}#{self.sequence}" if self.sequence else _anonymous(record)

    @property
    def place(self) -> tuple[int, str]:
        return self.record.partition, self.identity

    def dead(self, reason: str) -> Dead:
        return Dead(self.record, self.identity, reason, self.sequence is not None and self.record.key is not None)


@dataclass(slots=True)
class _Known:
    """What was met before: identities among the dead, keys that are held up, and how far each partition is applied."""

    identities: set[tuple[int, str]]
    keys: set[tuple[int, bytes]]
    reached: dict[int, int]

    def sorted_out(self, read: Sequence[_Read]) -> tuple[list[_Read], list[Dead]]:
        """The new messages that may be applied, and what joins the dead."""
        fresh: list[_Read] = []
        dead: list[Dead] = []
        for each in read:
            if self.met(each):
                continue
            if each.heard is None:
                self.note(each)
                dead.append(each.dead(each.reason))
                continue
            self.reached[each.record.partition] = each.heard.envelope.sequence
            if self.holds_up(each):
                dead.append(each.dead("parked"))
            else:
                fresh.append(each)
        return fresh, dead

    def met(self, read: _Read) -> bool:
        applied = read.sequence is not None and read.sequence <= self.reached[read.record.partition]
        return applied or read.place in self.identities

    def holds_up(self, read: _Read) -> bool:
        return (read.record.partition, read.record.key) in self.keys

    def note(self, read: _Read) -> None:
        """It is dead, and holds up its key where it claims a place in the order."""
        self.identities.add(read.place)
        if read.sequence is not None and read.record.key is not None:
            self.keys.add((read.record.partition, read.record.key))


def _partition(record: Record) -> int:
    return record.partition


def _anonymous(record: Record) -> str:
    digest = hashlib.sha256(record.value or b"").hexdigest()[:16]
    return f"@{record.offset}:{digest}"
