"""Exactly once in effect: each message is applied in its publisher's order, or stored as a dead letter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from shared.domain.messages import Meta, Refused
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of, schema_of
from shared.eventstore.outages import is_infrastructure
from shared.eventstore.projection_versions import lock_version
from shared.messaging.checkpoints import Checkpoint, ConsumerCheckpoints, DeadRecord, Record
from shared.messaging.cloudevents import Envelope, PublicMessage, Topic
from shared.messaging.sequencing import ParsedRecord, SequencedBatch, sequence_batch

MIGRATIONS = migrations_of("inbox", Path(__file__).parent / "sql")
SCHEMA = schema_of(MIGRATIONS)
_WINDOW = 1000
_WINDOW_KEYS = 100


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message with its envelope."""

    envelope: Envelope
    message: PublicMessage

    def meta(self, by: str) -> Meta:
        """The metadata of the events it leads to: they have its trace id."""
        return Meta(by=by, correlation_id=self.envelope.trace_id)


class AnotherVersionLive(Exception):  # noqa: N818 - an answer: another process keeps these tables
    """The live tables are of another version than this consumer: it writes nothing to them."""


class AllDead(Exception):  # noqa: N818 - the consumer stops
    """Nothing of a whole window could be applied: the fault is the consumer's, not that of the messages."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The result of a batch: messages applied, how many were dropped by reason, the partitions with a gap.

    `ahead`: partitions whose records begin after the checkpoint's offset, which were not applied, with that offset.
    """

    applied: list[ReceivedMessage] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    gaps: dict[int, int] = field(default_factory=dict)
    ahead: dict[int, int] = field(default_factory=dict)


Apply: TypeAlias = "Callable[[Connection, Sequence[ReceivedMessage]], Awaitable[None]]"
_Applying: TypeAlias = (
    "Callable[[Connection, Sequence[ParsedRecord], set[tuple[int, bytes]]], Awaitable[list[DeadRecord]]]"
)


@dataclass(slots=True)
class Inbox:
    """The messages of one topic for one consumer, applied by `apply` in the transaction of its checkpoint row.

    `apply` gets the new messages of a batch in order. When it fails because of the messages, not of the infrastructure,
    the batch is rolled back and applied in halves, down to the message that fails alone: a dead letter.
    `least_epoch`: of a rebuild, the epoch that it reads; earlier ones are dropped.
    `version`: of a projection, the one that must be live; None for policies, and for tables in a shadow schema.
    """

    consumer: str
    topic: Topic
    apply: Apply
    least_epoch: int = 1
    version: str | None = None
    _dead: int = 0
    _failed: set[tuple[int, bytes | None]] = field(default_factory=set)

    async def receive(
        self,
        connection: Connection,
        records: Sequence[Record],
        *,
        keep_offset: bool = False,
        sought: Mapping[int, int] | None = None,
    ) -> BatchResult:
        """Apply a batch in one transaction; `keep_offset`: stored records, which move no offset.

        `sought`: the offset that each partition was last sought to; records that begin after the checkpoint's offset
        are not applied until it was sought. None: records are taken as they come.
        Raises what `is_infrastructure` names, AnotherVersionLive and AllDead; then nothing of the batch is committed.
        """
        if not records:
            return BatchResult()
        try:
            async with connection.transaction():
                return await self._received(connection, records, self._apply, sought, keep_offset=keep_offset)
        except Exception as error:
            if isinstance(error, AllDead | AnotherVersionLive) or is_infrastructure(error):
                raise
        async with connection.transaction():
            return await self._received(connection, records, self._apply_in_halves, sought, keep_offset=keep_offset)

    async def require_version(self, connection: Connection) -> None:
        """Keep the live tables at this version until the transaction ends. Raises AnotherVersionLive."""
        if self.version is not None and not await lock_version(connection, self.consumer, self.version):
            raise AnotherVersionLive(self.consumer)

    async def _received(
        self,
        connection: Connection,
        records: Sequence[Record],
        apply: _Applying,
        sought: Mapping[int, int] | None,
        *,
        keep_offset: bool,
    ) -> BatchResult:
        await self.require_version(connection)
        rows = ConsumerCheckpoints(self.consumer, self.topic)
        checkpoints = await rows.lock(connection, {record.partition for record in records})
        ahead = {} if sought is None else _ahead(records, checkpoints, sought)
        due = sorted((record for record in records if record.partition not in ahead), key=attrgetter("partition"))
        if not due:
            return BatchResult(ahead=ahead)
        reached = {number: each for number, each in checkpoints.items() if number not in ahead}
        offsets = {number: each.next_offset for number, each in reached.items()} if keep_offset else {}
        found, gaps = await self._sequenced(connection, rows, due, reached)
        for number, offset in offsets.items():
            reached[number].next_offset = offset
        refused = await apply(connection, found.fresh, set()) if found.fresh else []
        self._watch(found, refused)
        await _save(connection, rows, reached, found, refused, gaps)
        return BatchResult(_applied(found, refused), found.dropped, found.gaps, ahead)

    async def _sequenced(
        self,
        connection: Connection,
        rows: ConsumerCheckpoints,
        due: Sequence[Record],
        reached: dict[int, Checkpoint],
    ) -> tuple[SequencedBatch, Collection[int]]:
        """The batch, with the partitions that have an open gap; advances the checkpoints."""
        types = self.topic.by_type()
        parsed = [ParsedRecord(self.topic, types, record) for record in due]
        keys = {each.key for each in due if each.key is not None}
        identities, placed = {each.identity for each in parsed}, [each for each in parsed if each.claims]
        sequences = {each.envelope.sequence for each in placed}
        known = await rows.dead_letter_state(connection, reached, identities, keys, sequences)
        return sequence_batch(parsed, reached, known, self.least_epoch), known.gaps

    async def _apply(
        self, connection: Connection, fresh: Sequence[ParsedRecord], _: set[tuple[int, bytes]]
    ) -> list[DeadRecord]:
        await self.apply(connection, [ReceivedMessage(each.envelope, each.message) for each in fresh])
        return []

    async def _apply_in_halves(
        self, connection: Connection, fresh: Sequence[ParsedRecord], keys: set[tuple[int, bytes]]
    ) -> list[DeadRecord]:
        """The messages that fail alone, and those parked behind them; the others are applied, in order.

        `keys` are blocked by those that failed here; what is parked behind older ones is not among `fresh`.
        """
        ready = [each for each in fresh if each.place not in keys]
        parked = [each.dead("parked") for each in fresh if each.place in keys]
        try:
            async with connection.transaction():
                if ready:
                    await self._apply(connection, ready, keys)
        except Exception as error:
            if is_infrastructure(error):
                raise
            if len(ready) == 1:
                if ready[0].place is not None:
                    keys.add(ready[0].place)
                return [*parked, ready[0].dead(reason_of(error))]
        else:
            return parked
        half = len(ready) // 2
        first = await self._apply_in_halves(connection, ready[:half], keys)
        return [*parked, *first, *await self._apply_in_halves(connection, ready[half:], keys)]

    def _watch(self, found: SequencedBatch, refused: Sequence[DeadRecord]) -> None:
        """Raise AllDead when a thousand messages in a row are dead letters, of a hundred keys, and none was applied."""
        if len(refused) < len(found.fresh):
            self._dead, self._failed = 0, set()
            return
        self._dead += len(refused) + sum(each.reason == "parked" for each in found.dead)
        self._failed |= {(each.record.partition, each.record.key) for each in refused}
        if self._dead >= _WINDOW and len(self._failed) >= _WINDOW_KEYS:
            self._dead, self._failed = 0, set()
            raise AllDead(self.consumer)


def _applied(found: SequencedBatch, refused: Sequence[DeadRecord]) -> list[ReceivedMessage]:
    left = {each.identity for each in refused}
    return [ReceivedMessage(each.envelope, each.message) for each in found.fresh if each.identity not in left]


async def _save(
    connection: Connection,
    rows: ConsumerCheckpoints,
    reached: Mapping[int, Checkpoint],
    found: SequencedBatch,
    refused: Sequence[DeadRecord],
    gaps: Collection[int],
) -> None:
    if found.dead or refused:
        await rows.store(connection, [*found.dead, *refused])
    if found.confirmed:
        await rows.confirm(connection, found.confirmed)
    if found.begun:
        await rows.resolve_repeated(connection, {number: reached[number] for number in found.begun})
    await rows.advance(connection, reached)
    if gaps:
        await rows.close_gaps(connection, {number: reached[number] for number in gaps})


def reason_of(error: Exception) -> str:
    """The reason of a dead letter: the code of a refusal, or the class of the error, never its text."""
    if isinstance(error, Refused):
        return error.code
    if isinstance(error, ValidationError):
        return "value-unknown"
    return f"fault-{type(error).__name__}"


def _ahead(
    records: Sequence[Record], checkpoints: Mapping[int, Checkpoint], sought: Mapping[int, int]
) -> dict[int, int]:
    """The partitions whose records begin after the offset of their checkpoint, with that offset.

    When it was sought and they still do, the broker has nothing in between, so they are applied.
    """
    first: dict[int, int] = {}
    for record in records:
        first.setdefault(record.partition, record.offset)
    expected = {number: checkpoints[number].next_offset for number in first}
    return {
        number: expected[number]
        for number, offset in first.items()
        if offset > expected[number] and sought.get(number) != expected[number]
    }
