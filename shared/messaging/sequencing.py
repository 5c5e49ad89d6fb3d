"""What each message of a batch is: new, a duplicate, behind a gap, of another history, or unreadable."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.messaging.checkpoints import Checkpoint, Claim, Confirmed, DeadLetterState, DeadRecord, Pending, Record
from shared.messaging.cloudevents import (
    BeforeContract,
    Envelope,
    PublicMessage,
    Topic,
    Unreadable,
    read_envelope,
    read_message,
)


class ParsedRecord:
    """A record and what could be read of it; `reason` is why something could not."""

    __slots__ = ("_envelope", "_message", "identity", "reason", "record")

    def __init__(self, topic: Topic, types: dict[str, type[PublicMessage]], record: Record) -> None:
        self.record = record
        self._envelope: Envelope | None = None
        self._message: PublicMessage | None = None
        self.reason = ""
        try:
            self._envelope = read_envelope(topic, record.headers)
            self._message = read_message(types, self._envelope, record.value)
        except Unreadable as unreadable:
            self.reason = unreadable.reason
        self.identity = identity_of(topic, self._envelope, record)

    @property
    def claims(self) -> bool:
        """Whether it has a position in the order of its publisher."""
        return self._envelope is not None

    @property
    def envelope(self) -> Envelope:
        """Its envelope; AttributeError where that could not be read."""
        if self._envelope is None:
            raise AttributeError("envelope")
        return self._envelope

    @property
    def message(self) -> PublicMessage:
        """Its message; AttributeError where that could not be read."""
        if self._message is None:
            raise AttributeError("message")
        return self._message

    @property
    def place(self) -> tuple[int, bytes] | None:
        """Its partition and key, which it blocks when it cannot be applied."""
        return None if self.record.key is None else (self.record.partition, self.record.key)

    def claim(self) -> Claim:
        """The position it claims."""
        position = self.envelope.position
        return Claim(position.epoch, position.sequence, position.previous)

    def dead(self, reason: str, *, blocks: bool = True) -> DeadRecord:
        """It as a dead letter."""
        return DeadRecord(self.record, self.identity, reason, blocks and self.record.key is not None, self.claim())


@dataclass(slots=True)
class SequencedBatch:
    """A sequenced batch: `fresh` may be applied; `keys` are blocked; `gaps` has the sequence before each gap.

    `begun` are the partitions on which another epoch begins.
    """

    keys: set[tuple[int, bytes]]
    fresh: list[ParsedRecord] = field(default_factory=list)
    dead: list[DeadRecord] = field(default_factory=list)
    confirmed: list[Confirmed] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    gaps: dict[int, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)


def sequence_batch(
    parsed: Sequence[ParsedRecord], checkpoints: Mapping[int, Checkpoint], known: DeadLetterState, least_epoch: int = 1
) -> SequencedBatch:
    """Sequence a batch and advance its checkpoints. Nothing is dropped but what was applied before."""
    found = SequencedBatch(set(known.keys))
    for each in parsed:
        checkpoint = checkpoints[each.record.partition]
        checkpoint.next_offset = each.record.offset + 1
        if (each.record.partition, each.identity) in known.identities:
            _known_dead_letter(each, checkpoint, found, known)
        elif not each.claims:
            _unplaced(each, found, known)
        else:
            _placed(each, checkpoint, found, known, least_epoch)
    return found


def _known_dead_letter(
    each: ParsedRecord, checkpoint: Checkpoint, found: SequencedBatch, known: DeadLetterState
) -> None:
    """It is a dead letter already; where it is the next one, the checkpoint advances past it.

    One that could not be read when it came first, and can be now, confirms its own position.
    """
    found.dropped["dead-before"] += 1
    if not each.claims or each.claim() != Claim(checkpoint.epoch, each.envelope.sequence, checkpoint.sequence):
        return
    if (each.record.partition, each.identity) in known.confirmed:
        checkpoint.advance(each.envelope.sequence, each.envelope.event_digest)
    elif not each.reason:
        waiting = known.pending.get(each.record.partition, {}).get(each.envelope.sequence, [])
        _confirm([link for link in waiting if link.claim == each.claim()], checkpoint, found, known, each)


def _unplaced(each: ParsedRecord, found: SequencedBatch, known: DeadLetterState) -> None:
    """An unreadable record has no position in the order."""
    if each.reason == BeforeContract.REASON:
        found.dropped[each.reason] += 1
        return
    known.identities.add((each.record.partition, each.identity))
    found.dead.append(DeadRecord(each.record, each.identity, each.reason, blocks=False))


def _placed(
    each: ParsedRecord, checkpoint: Checkpoint, found: SequencedBatch, known: DeadLetterState, least_epoch: int
) -> None:
    position, number = each.envelope.position, each.record.partition
    if position.epoch < least_epoch:
        found.dropped["earlier-epoch"] += 1
        return
    if position.epoch > checkpoint.epoch and position.previous == 0:
        checkpoint.begin(position)
        known.pending.pop(number, None)
        found.begun.add(number)
    if position.epoch != checkpoint.epoch:
        _of_another_epoch(each, checkpoint, found, known)
    elif position.previous == checkpoint.sequence:
        _next(each, checkpoint, found, known)
    elif position.sequence <= checkpoint.sequence:
        _applied_before(each, checkpoint, found, known)
    elif not each.reason and _confirms(each, checkpoint, found, known):
        _next(each, checkpoint, found, known)
    elif position.previous > checkpoint.sequence:
        _behind_a_gap(each, checkpoint, found, known)
    else:
        _another_history(each, found, known)


def _next(each: ParsedRecord, checkpoint: Checkpoint, found: SequencedBatch, known: DeadLetterState) -> None:
    """Its predecessor is the last applied message."""
    if each.reason:
        _unreadable(each, checkpoint, found, known)
        return
    sequence = each.envelope.sequence
    checkpoint.advance(sequence, each.envelope.event_digest)
    if sequence <= checkpoint.known_until:
        if not _late(each, found, known):
            found.dropped["of-the-epoch-before"] += 1
    elif each.place in found.keys:
        found.dead.append(each.dead("parked"))
    else:
        found.fresh.append(each)


def _unreadable(each: ParsedRecord, checkpoint: Checkpoint, found: SequencedBatch, known: DeadLetterState) -> None:
    """It is unreadable: its position counts once a readable message names it as predecessor."""
    claim, number = each.claim(), each.record.partition
    if claim.epoch == checkpoint.epoch:
        known.add_pending(number, Pending(each.identity, claim, each.record.key))
    known.identities.add((number, each.identity))
    found.dead.append(each.dead(each.reason, blocks=False))


def _confirms(each: ParsedRecord, checkpoint: Checkpoint, found: SequencedBatch, known: DeadLetterState) -> bool:
    """Whether its predecessor is an unreadable message that follows the last applied one.

    Where several claim one position, all are confirmed: the one that becomes readable is the message of that position.
    Only for readable messages: two unreadable ones, each naming the other, could both be forged.
    """
    chain = known.chain(each.record.partition, each.claim(), checkpoint.sequence)
    _confirm(chain, checkpoint, found, known, each)
    return bool(chain)


def _confirm(
    chain: Sequence[Pending], checkpoint: Checkpoint, found: SequencedBatch, known: DeadLetterState, by: ParsedRecord
) -> None:
    """The positions of these unreadable messages count, as `by` shows; what they say may yet be read."""
    number = by.record.partition
    for link in chain:
        checkpoint.advance(link.claim.sequence, b"")
        known.pending[number].pop(link.claim.sequence, None)
        position = number, link.claim.sequence
        before = link.claim.sequence <= checkpoint.known_until and position not in known.unread
        found.confirmed.append(Confirmed(number, link, before))
        if link.open and not before:
            known.unread.add(position)
        if link.open and link.key is not None and not before:
            found.keys.add((number, link.key))


def _late(each: ParsedRecord, found: SequencedBatch, known: DeadLetterState) -> bool:
    """Whether only unreadable messages of its position were received so far: then it is parked for a replay."""
    if (each.record.partition, each.envelope.sequence) not in known.unread:
        return False
    known.identities.add((each.record.partition, each.identity))
    found.dead.append(each.dead(each.reason or "parked"))
    if each.place is not None:
        found.keys.add(each.place)
    return True


def _applied_before(each: ParsedRecord, checkpoint: Checkpoint, found: SequencedBatch, known: DeadLetterState) -> None:
    if _late(each, found, known):
        return
    if checkpoint.is_duplicate(each.envelope):
        found.dropped["duplicate"] += 1
    else:
        _another_history(each, found, known)


def _of_another_epoch(
    each: ParsedRecord, checkpoint: Checkpoint, found: SequencedBatch, known: DeadLetterState
) -> None:
    """A later epoch is consumed from its beginning, and repeats what it shares with an earlier one."""
    epoch = each.envelope.position.epoch
    if epoch > checkpoint.epoch:
        _behind_a_gap(each, checkpoint, found, known)
    elif each.envelope.sequence <= checkpoint.repeats_of(epoch):
        found.dropped["earlier-epoch"] += 1
    else:
        _another_history(each, found, known)


def _behind_a_gap(each: ParsedRecord, checkpoint: Checkpoint, found: SequencedBatch, known: DeadLetterState) -> None:
    """Messages before it are missing: it is published again with them. One dead letter a gap."""
    number = each.record.partition
    if each.reason:
        _unreadable(each, checkpoint, found, known)
        return
    found.dropped["gap"] += 1
    found.gaps[number] = checkpoint.sequence
    if number not in known.gaps:
        known.gaps.add(number)
        letter = each.dead("gap", blocks=False)
        found.dead.append(replace(letter, identity=f"gap:{each.identity}"))  # it may be a dead letter itself, later


def _another_history(each: ParsedRecord, found: SequencedBatch, known: DeadLetterState) -> None:
    """Of another history than the one that was applied: a dead letter, never applied by itself."""
    known.identities.add((each.record.partition, each.identity))
    record = each.record
    found.dead.append(DeadRecord(record, each.identity, each.reason or "another-history", blocks=False))


def identity_of(topic: Topic, envelope: Envelope | None, record: Record) -> str:
    """The identity of a dead letter: its position and its content, not the position alone, which can be forged."""
    digest = hashlib.blake2b(record.value or b"", digest_size=8, key=(record.key or b"")[:64]).hexdigest()
    if envelope is None:
        return f"@{record.offset}:{digest}"
    position = envelope.position
    place = f"{position.epoch}#{position.sequence}#{position.previous}"
    return f"{topic.source}#{place}#{envelope.event_digest.hex()}{digest}"
