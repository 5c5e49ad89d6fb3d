"""Where each message of a batch belongs: new, a duplicate, behind a gap, of another history, or unreadable."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.messaging.checkpoints import Checkpoint, Claim, Confirmed, Dead, Known, Pending, Record
from shared.messaging.cloudevents import (
    BeforeContract,
    Envelope,
    PublicMessage,
    Topic,
    Unreadable,
    read_envelope,
    read_message,
)


class Parsed:
    """A record and what could be read of it; `reason` says what could not."""

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
        """Whether it says where it stands in the order of its publisher."""
        return self._envelope is not None

    @property
    def envelope(self) -> Envelope:
        """Only of what claims a place."""
        if self._envelope is None:
            raise AttributeError("envelope")
        return self._envelope

    @property
    def message(self) -> PublicMessage:
        """Only of what could be read."""
        if self._message is None:
            raise AttributeError("message")
        return self._message

    @property
    def place(self) -> tuple[int, bytes] | None:
        """Its partition and key: what it holds up when it cannot be applied."""
        return None if self.record.key is None else (self.record.partition, self.record.key)

    def claim(self) -> Claim:
        """The place it claims."""
        position = self.envelope.position
        return Claim(position.epoch, position.sequence, position.previous)

    def dead(self, reason: str, *, blocks: bool = True) -> Dead:
        """A dead letter of it."""
        return Dead(self.record, self.identity, reason, blocks and self.record.key is not None, self.claim())


@dataclass(slots=True)
class Sorted:
    """A batch sorted out: `fresh` may be applied; `keys` are held up; `gaps` says after which sequence one lies."""

    keys: set[tuple[int, bytes]]
    fresh: list[Parsed] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    confirmed: list[Confirmed] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    gaps: dict[int, int] = field(default_factory=dict)


def sort_out(
    parsed: Sequence[Parsed], checkpoints: Mapping[int, Checkpoint], known: Known, least_epoch: int = 1
) -> Sorted:
    """Sort a batch out and move its checkpoints on. Nothing is dropped but what was applied before."""
    found = Sorted(set(known.keys))
    for each in parsed:
        checkpoint = checkpoints[each.record.partition]
        checkpoint.next_offset = each.record.offset + 1
        if (each.record.partition, each.identity) in known.identities:
            _dead_before(each, checkpoint, found, known)
        elif not each.claims:
            _unplaced(each, found, known)
        else:
            _placed(each, checkpoint, found, known, least_epoch)
    return found


def _dead_before(each: Parsed, checkpoint: Checkpoint, found: Sorted, known: Known) -> None:
    """It lies among the dead already; where it comes next, reading goes on behind it."""
    found.dropped["dead-before"] += 1
    if each.claims and (not each.reason or (each.record.partition, each.identity) in known.confirmed):
        position = each.envelope.position
        if (position.epoch, position.previous) == (checkpoint.epoch, checkpoint.sequence):
            checkpoint.advance(position.sequence, each.envelope.event_digest)


def _unplaced(each: Parsed, found: Sorted, known: Known) -> None:
    """What could not be read claims no place in the order."""
    if each.reason == BeforeContract.REASON:
        found.dropped[each.reason] += 1
        return
    known.identities.add((each.record.partition, each.identity))
    found.dead.append(Dead(each.record, each.identity, each.reason, blocks=False))


def _placed(each: Parsed, checkpoint: Checkpoint, found: Sorted, known: Known, least_epoch: int) -> None:
    position, number = each.envelope.position, each.record.partition
    if position.epoch < least_epoch:
        found.dropped["earlier-epoch"] += 1
        return
    if position.epoch > checkpoint.epoch and position.previous == 0:
        checkpoint.begin(position.epoch, position.shared_with(checkpoint.epoch))
        known.pending.pop(number, None)
    if position.epoch != checkpoint.epoch:
        _of_another_epoch(each, checkpoint, found, known)
    elif position.previous == checkpoint.sequence:
        _next(each, checkpoint, found, known)
    elif position.sequence <= checkpoint.sequence:
        _seen(each, checkpoint, found, known)
    elif not each.reason and _confirms(each, checkpoint, found, known):
        _next(each, checkpoint, found, known)
    elif position.previous > checkpoint.sequence:
        _behind_a_gap(each, checkpoint, found, known)
    else:
        _strange(each, found, known)


def _next(each: Parsed, checkpoint: Checkpoint, found: Sorted, known: Known) -> None:
    """It names the last applied message as its predecessor."""
    if each.reason:
        _unread(each, checkpoint, found, known)
        return
    sequence = each.envelope.sequence
    checkpoint.advance(sequence, each.envelope.event_digest)
    if sequence <= checkpoint.known_until:
        found.dropped["of-the-epoch-before"] += 1
    elif each.place in found.keys:
        found.dead.append(each.dead("parked"))
    else:
        found.fresh.append(each)


def _unread(each: Parsed, checkpoint: Checkpoint, found: Sorted, known: Known) -> None:
    """Nobody could read it: its place counts once a message that can be read names it."""
    claim, number = each.claim(), each.record.partition
    if claim.epoch == checkpoint.epoch:
        known.wait(number, Pending(each.identity, claim, each.record.key))
    known.identities.add((number, each.identity))
    found.dead.append(each.dead(each.reason, blocks=False))


def _confirms(each: Parsed, checkpoint: Checkpoint, found: Sorted, known: Known) -> bool:
    """Whether its predecessor is a message that nobody could read, which follows the last applied one.

    Where several claim one place, all are confirmed: the one that can be read in the end is the one that stood there.
    Asked only of what can be read: two that cannot, each naming the other, could both be forged.
    """
    number = each.record.partition
    chain = known.chain(number, each.claim(), checkpoint.sequence)
    for link in chain:
        checkpoint.advance(link.claim.sequence, b"")
        known.pending[number].pop(link.claim.sequence, None)
        before = link.claim.sequence <= checkpoint.known_until
        found.confirmed.append(Confirmed(number, link, before))
        if link.open and link.key is not None and not before:
            found.keys.add((number, link.key))
    return bool(chain)


def _seen(each: Parsed, checkpoint: Checkpoint, found: Sorted, known: Known) -> None:
    if checkpoint.is_duplicate(each.envelope):
        found.dropped["duplicate"] += 1
    else:
        _strange(each, found, known)


def _of_another_epoch(each: Parsed, checkpoint: Checkpoint, found: Sorted, known: Known) -> None:
    """A later history is heard from its beginning; of an earlier one only what both share is known."""
    if each.envelope.position.epoch > checkpoint.epoch:
        _behind_a_gap(each, checkpoint, found, known)
    elif each.envelope.sequence <= checkpoint.known_until:
        found.dropped["earlier-epoch"] += 1
    else:
        _strange(each, found, known)


def _behind_a_gap(each: Parsed, checkpoint: Checkpoint, found: Sorted, known: Known) -> None:
    """Something before it is missing: it comes again when that is sent again. One dead letter a gap."""
    number = each.record.partition
    if each.reason:
        _unread(each, checkpoint, found, known)
        return
    found.dropped["gap"] += 1
    found.gaps[number] = checkpoint.sequence
    if number not in known.gaps:
        known.gaps.add(number)
        found.dead.append(each.dead("gap", blocks=False))


def _strange(each: Parsed, found: Sorted, known: Known) -> None:
    """Of another history than the one that was applied: kept, and never applied by itself."""
    known.identities.add((each.record.partition, each.identity))
    record = each.record
    found.dead.append(Dead(record, each.identity, each.reason or "another-history", blocks=False))


def identity_of(topic: Topic, envelope: Envelope | None, record: Record) -> str:
    """What a dead letter is known by: where it stands and what it says, not the place alone, which can be forged."""
    digest = hashlib.blake2b(record.value or b"", digest_size=8, key=(record.key or b"")[:64]).hexdigest()
    if envelope is None:
        return f"@{record.offset}:{digest}"
    position = envelope.position
    place = f"{position.epoch}#{position.sequence}#{position.previous}"
    return f"{topic.source}#{place}#{envelope.event_digest.hex()}{digest}"
