"""The rows of one consumer for the partitions of a topic: its checkpoints and its dead letters."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import asyncpg

from shared.eventstore.event_store import Connection
from shared.messaging.cloudevents import UNREADABLE_CONTENT, Envelope, Position, Topic

_RECENT = 64
_ENTRY = 16
_KNOWN = """
select letter.partition, identity, key, reason, epoch, letter.sequence, previous, resolved_at is null as open,
       blocks and resolved_at is null and key is not null as blocking,
       letter.sequence > reached.sequence and not blocks and reason <> 'gap' as unreadable, blocks,
       exists (select from discards no where (no.consumer, no.topic, no.partition, no.identity)
               = (letter.consumer, letter.topic, letter.partition, letter.identity)) as discarded
from dead_letters letter
join unnest($3::integer[], $4::bigint[]) as reached (partition, sequence) using (partition)
where consumer = $1 and topic = $2
  and (identity = any($5) or (resolved_at is null and (key = any($6) or reason = 'gap'))
       or letter.sequence > reached.sequence or (blocks and letter.sequence = any($7)))
"""


class Record(Protocol):
    """A record as the broker returned it."""

    @property
    def topic(self) -> str: ...  # noqa: D102 - as Kafka names it, like all of these
    @property
    def partition(self) -> int: ...  # noqa: D102
    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> bytes | None: ...  # noqa: D102
    @property
    def value(self) -> bytes | None: ...  # noqa: D102
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Claim:
    """The position that a message claims in the order of its publisher on one partition."""

    epoch: int
    sequence: int
    previous: int


@dataclass(frozen=True, slots=True)
class DeadRecord:
    """A record that could not be applied, or is parked behind one; `blocks`: later messages of its key are parked."""

    record: Record
    identity: str
    reason: str
    blocks: bool
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """An unreadable dead letter: its position counts once a later message names it as predecessor."""

    identity: str
    claim: Claim
    key: bytes | None
    open: bool = True


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An unreadable dead letter whose position counts; `applied_before`: its event was, in the epoch before."""

    partition: int
    letter: Pending
    applied_before: bool


@dataclass(slots=True)
class Checkpoint:
    """How far one partition of one publisher's history is applied.

    `recent` holds the last messages, sequence -> event digest, oldest first: it distinguishes a duplicate from another
    event at the same position. `overtaken`: a later epoch lacks messages that were applied of an earlier one, so that
    projections of both must be rebuilt. `forks`: those that its epoch named when it began; none where not stored then.
    """

    epoch: int = 1
    sequence: int = 0
    known_until: int = 0
    next_offset: int = 0
    overtaken: bool = False
    recent: dict[int, bytes] = field(default_factory=dict)
    forks: tuple[int, ...] = ()

    def is_duplicate(self, envelope: Envelope) -> bool:
        """Of a message not above the sequence: whether it is the one that was applied, as far as `recent` reaches."""
        known = self.recent.get(envelope.sequence)
        if known is not None:
            return known == envelope.event_digest
        return not self.recent or envelope.sequence < next(iter(self.recent))

    def advance(self, sequence: int, digest: bytes) -> None:
        """The message of this sequence is applied, or a dead letter."""
        self.sequence = sequence
        self.recent[sequence] = digest
        if len(self.recent) > 2 * _RECENT:
            for each in list(self.recent)[:-_RECENT]:
                del self.recent[each]

    def begin(self, first: Position) -> None:
        """Follow another epoch from its first message, which repeats this one as far as both share it."""
        shared_until = first.shared_with(self.epoch)
        self.overtaken |= self.sequence > shared_until
        self.known_until = min(shared_until, self.sequence)
        self.epoch, self.sequence, self.recent, self.forks = first.epoch, 0, {}, first.forks

    def repeats_of(self, epoch: int) -> int:
        """The last position of an earlier epoch that this one repeats, as far as that is known."""
        return min(self.forks[epoch - 1 :], default=self.known_until)


@dataclass(frozen=True, slots=True)
class DeadLetterState:
    """The stored dead letters that concern a batch: their identities, blocked keys, gaps, and unreadable messages.

    Each by partition. `confirmed` are the identities whose position counts; `unread` the sequences of
    which only unreadable messages were received, so that the event of that position was not applied.
    """

    identities: set[tuple[int, str]]
    confirmed: set[tuple[int, str]]
    keys: set[tuple[int, bytes]]
    gaps: set[int]
    pending: dict[int, dict[int, list[Pending]]]
    unread: set[tuple[int, int]] = field(default_factory=set)

    def add_pending(self, partition: int, letter: Pending) -> None:
        """Another unreadable one; several may claim one position, as a copy with another value does."""
        self.pending.setdefault(partition, {}).setdefault(letter.claim.sequence, []).append(letter)

    def chain(self, partition: int, claim: Claim, reached: int) -> list[Pending]:
        """Those from behind `reached` up to the predecessor of `claim`, in order; none where one is missing."""
        waiting = self.pending.get(partition, {})
        follows: dict[int, int] = {}
        left = [claim.previous]
        while left and reached not in follows:
            sequence = left.pop()
            for each in waiting.get(sequence, ()):
                previous = each.claim.previous
                if each.claim.epoch == claim.epoch and reached <= previous < sequence and previous not in follows:
                    follows[previous] = sequence
                    left.append(previous)
        found: list[Pending] = []
        while reached in follows:
            link = Claim(claim.epoch, follows[reached], reached)
            found += [each for each in waiting[link.sequence] if each.claim == link]
            reached = link.sequence
        return found


@dataclass(frozen=True, slots=True)
class ConsumerCheckpoints:
    """The checkpoints and dead letters of one consumer on one topic."""

    consumer: str
    topic: Topic

    async def lock(self, connection: Connection, numbers: Collection[int]) -> dict[int, Checkpoint]:
        """Lock their rows, so that an older member of the same group waits and then finds everything applied."""
        found = await self._locked(connection, numbers)
        if missing := set(numbers) - found.keys():
            await connection.execute(
                "insert into consumer_checkpoints (consumer, source, topic, partition)"
                " select $1, $2, $3, number from unnest($4::integer[]) number order by number on conflict do nothing",
                *(self.consumer, self.topic.source, self.topic.name, list(missing)),
            )
            found = await self._locked(connection, numbers)
        return found

    async def _locked(self, connection: Connection, numbers: Collection[int]) -> dict[int, Checkpoint]:
        rows = await connection.fetch(
            "select partition, recent, epoch, sequence, known_until, next_offset, overtaken, forks"
            " from consumer_checkpoints where consumer = $1 and source = $2 and topic = $3 and partition = any($4)"
            " order by partition for update",
            *(self.consumer, self.topic.source, self.topic.name, list(numbers)),
        )
        return {row["partition"]: _checkpoint(row) for row in rows}

    async def offsets(self, connection: Connection) -> dict[int, int]:
        """The next offset by partition; a partition without one was never read."""
        rows = await connection.fetch(
            "select partition, next_offset from consumer_checkpoints"
            " where consumer = $1 and source = $2 and topic = $3",
            *(self.consumer, self.topic.source, self.topic.name),
        )
        return {row["partition"]: row["next_offset"] for row in rows}

    async def advance(self, connection: Connection, reached: Mapping[int, Checkpoint]) -> None:
        """Everything of each partition up to its sequence is applied, or a dead letter."""
        rows = [
            (n, e.epoch, e.sequence, e.known_until, e.next_offset, e.overtaken, _packed(e.recent), _listed(e.forks))
            for n, e in reached.items()
        ]
        await connection.execute(
            "update consumer_checkpoints kept set epoch = new.epoch, sequence = new.sequence,"
            " known_until = new.known_until, next_offset = new.next_offset, overtaken = new.overtaken,"
            " recent = new.recent, forks = new.forks, updated_at = now()"
            " from unnest($4::integer[], $5::integer[], $6::bigint[], $7::bigint[], $8::bigint[], $9::boolean[],"
            " $10::bytea[], $11::text[])"
            " as new (partition, epoch, sequence, known_until, next_offset, overtaken, recent, forks)"
            " where consumer = $1 and source = $2 and topic = $3 and kept.partition = new.partition",
            *(self.consumer, self.topic.source, self.topic.name),
            *map(list, zip(*rows, strict=True)),
        )

    async def dead_letter_state(
        self,
        connection: Connection,
        checkpoints: Mapping[int, Checkpoint],
        identities: Collection[str],
        keys: Collection[bytes],
        sequences: Collection[int] = (),
    ) -> DeadLetterState:
        """The stored dead letters that concern a batch with these identities, keys and sequences."""
        reached = [each.sequence for each in checkpoints.values()]
        rows = await connection.fetch(
            _KNOWN,
            *(self.consumer, self.topic.name, list(checkpoints), reached),
            *(list(identities), list(keys), list(sequences)),
        )
        known = DeadLetterState(
            {(row["partition"], row["identity"]) for row in rows if row["reason"] != "gap"},
            {(row["partition"], row["identity"]) for row in rows if row["blocks"]},
            {(row["partition"], row["key"]) for row in rows if row["blocking"]},
            {row["partition"] for row in rows if row["reason"] == "gap" and row["open"]},
            {},
            _unread(rows),
        )
        for row in rows:
            if row["unreadable"]:
                claim = Claim(row["epoch"], row["sequence"], row["previous"])
                known.add_pending(row["partition"], Pending(row["identity"], claim, row["key"], row["open"]))
        return known

    async def store(self, connection: Connection, dead: Sequence[DeadRecord]) -> None:
        """Store them as dead letters, unchanged, with their reasons."""
        await connection.executemany(
            "insert into dead_letters (consumer, topic, partition, record_at, identity, key, headers, value, reason,"
            " blocks, epoch, sequence, previous)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing",
            [(self.consumer, self.topic.name, *_columns(each)) for each in dead],
        )

    async def confirm(self, connection: Connection, confirmed: Iterable[Confirmed]) -> None:
        """These positions count: each blocks its key from now on, unless its event was applied before."""
        await connection.executemany(
            "update dead_letters set blocks = true,"
            " resolved_at = case when $5 then coalesce(resolved_at, now()) else resolved_at end"
            " where consumer = $1 and topic = $2 and partition = $3 and identity = $4",
            [
                (self.consumer, self.topic.name, each.partition, each.letter.identity, each.applied_before)
                for each in confirmed
            ],
        )

    async def resolve_repeated(self, connection: Connection, reached: Mapping[int, Checkpoint]) -> None:
        """Resolve the unconfirmed letters of earlier epochs that the epoch of a checkpoint repeats."""
        repeated = [
            (number, epoch, each.repeats_of(epoch))
            for number, each in reached.items()
            for epoch in range(1, each.epoch)
        ]
        await connection.execute(
            "update dead_letters letter set resolved_at = now()"
            " from unnest($3::integer[], $4::integer[], $5::bigint[]) as repeated (partition, epoch, until)"
            " where consumer = $1 and topic = $2 and resolved_at is null and not blocks and reason <> 'gap'"
            " and (letter.partition, letter.epoch) = (repeated.partition, repeated.epoch) and sequence <= until",
            *(self.consumer, self.topic.name),
            *map(list, zip(*repeated, strict=True)),
        )

    async def close_gaps(self, connection: Connection, reached: Mapping[int, Checkpoint]) -> None:
        """Resolve the gaps of these partitions whose missing messages were applied."""
        await connection.executemany(
            "update dead_letters set resolved_at = now() where consumer = $1 and topic = $2 and partition = $3"
            " and reason = 'gap' and resolved_at is null and (epoch, previous) <= ($4, $5)",
            [(self.consumer, self.topic.name, number, each.epoch, each.sequence) for number, each in reached.items()],
        )


def _unread(rows: Sequence[asyncpg.Record]) -> set[tuple[int, int]]:
    """The positions of confirmed unreadable letters, of which none was applied since."""
    confirmed = [row for row in rows if row["blocks"]]
    applied = {(row["partition"], row["sequence"]) for row in confirmed if not row["open"] and not row["discarded"]}
    unread = {(row["partition"], row["sequence"]) for row in confirmed if row["reason"] in UNREADABLE_CONTENT}
    return unread - applied


def _checkpoint(row: asyncpg.Record) -> Checkpoint:
    recent = _unpacked(row["recent"], row["sequence"])
    forks = tuple(map(int, row["forks"].split(","))) if row["forks"] else ()
    reached = row["epoch"], row["sequence"], row["known_until"], row["next_offset"], row["overtaken"]
    return Checkpoint(*reached, recent, forks)


def _listed(forks: Iterable[int]) -> str:
    return ",".join(map(str, forks))


def _columns(dead: DeadRecord) -> tuple[object, ...]:
    record, claim = dead.record, dead.claim
    place = (claim.epoch, claim.sequence, claim.previous) if claim else (None, None, None)
    head = json.dumps([[name, base64.b64encode(value or b"").decode()] for name, value in record.headers])
    return (
        *(record.partition, record.offset, dead.identity, record.key, head, record.value, dead.reason, dead.blocks),
        *place,
    )


def _packed(recent: Mapping[int, bytes]) -> bytes:
    return b"".join(
        sequence.to_bytes(8) + digest.ljust(_ENTRY - 8, b"\0") for sequence, digest in list(recent.items())[-_RECENT:]
    )


def _unpacked(recent: bytes, last: int) -> dict[int, bytes]:
    """Each message and its digest, up to `last`; nothing where an earlier release stored them inconsistently."""
    entries = [recent[at : at + _ENTRY] for at in range(0, len(recent), _ENTRY)]
    found = {int.from_bytes(each[:8]): each[8:] for each in entries}
    whole = len(recent) == len(found) * _ENTRY and list(found) == sorted(found) and max(found, default=last) == last
    return found if whole else {}
