"""Each message of a partition is applied once in order, a dead letter, or behind a gap that is named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.checkpoints import Checkpoint, DeadLetterState, DeadRecord
from shared.messaging.cloudevents import Position, headers
from shared.messaging.sequencing import ParsedRecord, SequencedBatch, sequence_batch
from tests.shared.counting import CountPublished, topic

TOPIC = topic()
TYPES = TOPIC.by_type()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sent:
    """A record on the one partition of these tests."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    offset: int = 0
    partition: int = 0
    topic: str = TOPIC.name


def sent(sequence: int, previous: int, *, key: str = "k", value: bytes | None = None, epoch: int = 1, fork: int = 0,
         forks: tuple[int, ...] = (), minute: int | None = None) -> Sent:  # fmt: skip
    """`forks` of an epoch beyond the second."""
    message = CountPublished(n=sequence)
    position = Position(sequence, previous, epoch, forks or ((fork,) if epoch > 1 else ()))
    time = NOW + timedelta(minutes=min(sequence, 5000) if minute is None else minute)
    head = headers(TOPIC, message, key, position, time)
    return Sent(key.encode(), message.model_dump_json().encode() if value is None else value, tuple(head))


class Partition:
    """One partition as a consumer consumes it, with the dead letters that a database would keep."""

    def __init__(self) -> None:
        self.checkpoint = Checkpoint()
        self.known = DeadLetterState(set(), set(), set(), set(), {})
        self.applied: list[int] = []
        self.dead: list[DeadRecord] = []
        self.at = 0

    def consume(self, *records: Sent) -> SequencedBatch:
        parsed = [ParsedRecord(TOPIC, TYPES, each) for each in records]
        found = sequence_batch(parsed, {0: self.checkpoint}, self.known)
        self.applied += [each.envelope.sequence for each in found.fresh]
        self.dead += found.dead
        self.known.keys.update(found.keys)
        return found

    def reasons(self) -> list[str]:
        return [each.reason for each in self.dead]


def chain(sequences: list[int]) -> list[Sent]:
    return [sent(each, before) for before, each in zip([0, *sequences], sequences, strict=False)]


sequences = st.lists(st.integers(1, 400), min_size=1, max_size=20, unique=True).map(sorted)


@given(sequences, st.data())
def test_whatever_comes_again_is_applied_once_and_in_order(positions: list[int], data: st.DataObject) -> None:
    """Windows sent again from any earlier place, as a relay does when it is in doubt."""
    records = chain(positions)
    partition = Partition()
    at = 0
    while at < len(records):
        begin = data.draw(st.integers(0, at))
        end = data.draw(st.integers(at + 1, len(records)))
        partition.consume(*records[begin:end])
        at = end
    assert partition.applied == positions
    assert partition.dead == []


@given(sequences, st.data())
def test_in_any_order_and_read_again_nothing_is_lost(positions: list[int], data: st.DataObject) -> None:
    """A topic that was refilled behind what came first: read again and again, it is the whole history."""
    records = data.draw(st.permutations(chain(positions)))
    partition = Partition()
    for _ in positions:
        partition.consume(*records)
    assert partition.applied == positions


@given(sequences, st.sets(st.integers(0, 19)))
def test_what_is_missing_is_named_and_holds_up_what_follows(positions: list[int], missing: set[int]) -> None:
    records = [each for nth, each in enumerate(chain(positions)) if nth not in missing]
    partition = Partition()
    found = partition.consume(*records)
    first = min([nth for nth in missing if nth < len(positions)], default=len(positions))
    assert partition.applied == positions[:first]
    assert partition.reasons() == ["gap"] * bool(len(records) > first)
    assert found.gaps == ({0: partition.checkpoint.sequence} if len(records) > first else {})
    partition.consume(*chain(positions))
    assert partition.applied == positions


forgeries = st.tuples(
    st.integers(0, 12),
    st.sampled_from(["coming", "highest", "far", "copy"]),
    st.sampled_from([b"{broken", b"\xff", b"", b'{"n": "many"}', None]),
)


@given(st.lists(forgeries, max_size=15))
def test_forged_messages_lose_no_honest_one(forged: list[tuple[int, str, bytes | None]]) -> None:
    """Unreadable ones with coming positions; readable ones that follow nothing, or say something else of the past."""
    positions = [3, 4, 8, 9, 15, 20, 21, 30, 31, 32]
    records: list[Sent] = []
    for nth, each in enumerate(chain(positions)):
        before = positions[nth - 1] if nth else 0
        for place, kind, value in forged:
            if place == nth:
                records.append(forgery(kind, before, positions[nth], value))
        records.append(each)
    partition = Partition()
    partition.consume(*records)
    assert [each for each in partition.applied if each in positions] == positions
    assert partition.applied == positions


@given(sequences, st.data())
def test_broken_copies_of_what_comes_take_no_place(positions: list[int], data: st.DataObject) -> None:
    """As many as somebody likes, each naming the one before it, ahead of the honest ones: none confirms another."""
    records = chain(positions)
    partition = Partition()
    at = 0
    while at < len(records):
        copied = data.draw(st.integers(at, len(records)))
        end = data.draw(st.integers(at + 1, len(records)))
        partition.consume(*(replace(each, value=b"{broken") for each in records[at:copied]))
        partition.consume(*records[at:end])
        at = end
    assert partition.applied == positions


@given(sequences, st.sets(st.integers(0, 19)), st.integers(0, 19))
def test_honest_messages_that_nobody_can_read_yet_hold_up_their_own_keys_only(
    positions: list[int], unread: set[int], cut: int
) -> None:
    """Any of them but the last, in one batch or two: what follows is applied, and they are dead letters."""
    chained = [sent(each, before, key=f"k{each}") for before, each in zip([0, *positions], positions, strict=False)]
    broken = {nth for nth in unread if nth < len(positions) - 1}
    records = [replace(each, value=b"{new") if nth in broken else each for nth, each in enumerate(chained)]
    partition = Partition()
    partition.consume(*records[:cut])
    partition.consume(*records[cut:])
    assert partition.applied == [each for nth, each in enumerate(positions) if nth not in broken]
    assert partition.reasons() == ["schema"] * len(broken)
    assert partition.checkpoint.sequence == positions[-1]


def forgery(kind: str, before: int, coming: int, value: bytes | None) -> Sent:
    broken = value if value is not None else b"{"
    match kind:
        case "coming":
            return sent(coming, before, value=broken, key="other", minute=7000)
        case "highest":
            return sent(2**63 - 1, before, value=broken, minute=7000) if before == 0 else sent(2**63 - 1, before - 1)
        case "far":
            return sent(2**62, 2**61, key="other")
        case _:
            return sent(before, before - 1, minute=7000, key="other") if before else sent(1, 0, value=broken)


def test_a_readable_forgery_in_the_next_place_turns_what_follows_into_dead_letters_not_into_nothing() -> None:
    """Nobody can tell it from an honest one; the honest ones are kept, and another epoch heals it."""
    partition = Partition()
    partition.consume(*chain([1, 2]), sent(2**63 - 1, 2, key="forged"), *[sent(n, n - 1) for n in (3, 4, 5)])
    assert partition.applied == [1, 2, 2**63 - 1]
    assert partition.reasons() == ["another-history"] * 3
    partition.consume(*[sent(n, n - 1, epoch=2, fork=2) for n in (1, 2, 3, 4, 5)])
    assert partition.applied == [1, 2, 2**63 - 1, 3, 4, 5]


def test_an_honest_message_that_nobody_can_read_yet_keeps_its_place_and_parks_its_key() -> None:
    partition = Partition()
    partition.consume(sent(1, 0), sent(2, 1, value=b'{"m": 1}'), sent(5, 2, key="other"), sent(6, 5))
    assert partition.applied == [1, 5]
    assert partition.reasons() == ["schema", "parked"]
    assert partition.checkpoint.sequence == 6


@given(st.integers(0, 6), st.integers(0, 6), st.integers(1, 4))
def test_another_epoch_repeats_what_both_share_and_brings_what_is_its_own(
    received_until: int, fork: int, new: int
) -> None:
    """A publisher put back to `fork`: what was received of the common part is not applied again, its new part once."""
    partition = Partition()
    partition.consume(*chain(list(range(1, received_until + 1))))
    later = [*range(1, fork + 1), *range(1000, 1000 + new)]
    records = [sent(each, before, epoch=2, fork=fork) for before, each in zip([0, *later], later, strict=False)]
    partition.consume(*records)
    partition.consume(*records)
    common = list(range(1, received_until + 1))
    assert partition.applied == [*common, *(each for each in later if each > min(received_until, fork))]
    assert partition.checkpoint.overtaken is (received_until > fork)
    assert partition.reasons() == []


def test_a_position_that_tells_another_event_than_before_is_kept() -> None:
    partition = Partition()
    partition.consume(*chain([1, 2, 3]))
    partition.consume(sent(3, 2, minute=99))
    assert partition.reasons() == ["another-history"]
