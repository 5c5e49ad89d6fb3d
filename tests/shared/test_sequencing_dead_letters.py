"""Each message that is not applied has its reason, its partition, its position, and the key it blocks."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.checkpoints import Checkpoint, Claim, Confirmed, DeadLetterState, DeadRecord, Pending
from shared.messaging.cloudevents import Position
from shared.messaging.sequencing import ParsedRecord, SequencedBatch, sequence_batch
from tests.shared.test_sequencing import TOPIC, TYPES, Partition, Sent, chain, sent

BROKEN = b'{"m": 1}'


def parsed(record: Sent) -> ParsedRecord:
    return ParsedRecord(TOPIC, TYPES, record)


def without(record: Sent, *names: str) -> Sent:
    return dataclasses.replace(record, headers=tuple(each for each in record.headers if each[0] not in names))


def known(**told: Any) -> DeadLetterState:
    """Nothing is known but what is told."""
    nothing: dict[str, Any] = {"identities": set(), "confirmed": set(), "keys": set(), "gaps": set(), "pending": {}}
    return DeadLetterState(**nothing | told)


def sorted_out(
    records: list[Sent], about: DeadLetterState | None = None, least_epoch: int = 1, **at: Checkpoint
) -> SequencedBatch:
    checkpoints = {0: Checkpoint(), 1: Checkpoint()} | {int(name[1:]): each for name, each in at.items()}
    return sequence_batch([parsed(each) for each in records], checkpoints, about or known(), least_epoch)


def test_what_was_read_is_there_and_what_was_not_is_not() -> None:
    good, unread, nothing = parsed(sent(1, 0)), parsed(sent(1, 0, value=BROKEN)), parsed(Sent(b"k", b"{}", ()))
    assert (good.claims, good.reason, good.envelope.sequence, good.message.model_dump()) == (True, "", 1, {"n": 1})
    assert (unread.claims, unread.reason, unread.claim()) == (True, "schema", Claim(1, 1, 0))
    assert (nothing.claims, nothing.reason) == (False, "header-missing")
    for lacking in (lambda: unread.message, lambda: nothing.message, lambda: nothing.envelope):
        with pytest.raises(AttributeError):
            lacking()


def test_a_dead_letter_has_its_position_and_blocks_its_key_if_it_has_one() -> None:
    one = parsed(dataclasses.replace(sent(5, 3, epoch=2, fork=3), partition=4))
    keyless = parsed(dataclasses.replace(sent(5, 3), key=None))
    assert one.dead("why") == DeadRecord(one.record, one.identity, "why", blocks=True, claim=Claim(2, 5, 3))
    assert one.dead("why", blocks=False).blocks is False
    assert (one.place, keyless.place) == ((4, b"k"), None)
    assert keyless.dead("why").blocks is False


@given(st.sampled_from(["key", "value", "sequence", "previous", "epoch", "minute"]))
def test_two_messages_that_differ_in_anything_are_two(what: str) -> None:
    said: dict[str, Any] = {"sequence": 5, "previous": 3, "key": "k", "minute": 1, "value": b'{"n": 5}'}
    other: dict[str, dict[str, Any]] = {
        "key": {"key": "l"},
        "value": {"value": b'{"n":  5}'},
        "sequence": {"sequence": 6},
        "previous": {"previous": 4},
        "epoch": {"epoch": 2},
        "minute": {"minute": 2},
    }
    first, second = parsed(sent(**said)), parsed(sent(**said | other[what]))
    assert first.identity == parsed(sent(**said)).identity
    assert first.identity != second.identity


@given(st.sampled_from(["offset", "key", "value"]))
def test_two_records_without_a_position_are_distinguished_by_offset_and_content(what: str) -> None:
    one = Sent(b"k", b"x", (), offset=1)
    changed: dict[str, Any] = {"offset": 2, "key": None, "value": None}
    other = dataclasses.replace(one, **{what: changed[what]})
    assert parsed(one).identity == parsed(dataclasses.replace(one, partition=3)).identity
    assert parsed(one).identity != parsed(other).identity
    assert parsed(one).identity.startswith("@1:")


def test_a_key_of_any_length_has_an_identity() -> None:
    long = parsed(dataclasses.replace(sent(1, 0), key=b"k" * 300))
    assert long.identity == parsed(dataclasses.replace(sent(1, 0), key=b"k" * 300)).identity


def test_reading_goes_on_behind_whatever_was_met() -> None:
    records = [sent(1, 0), sent(9, 8), Sent(b"k", b"?", ()), sent(1, 0)]
    for nth, record in enumerate(records):
        checkpoint = Checkpoint(next_offset=3)
        sorted_out([dataclasses.replace(record, offset=nth + 40)], p0=checkpoint)
        assert checkpoint.next_offset == nth + 41


def test_a_record_from_before_the_contract_is_counted_and_no_dead_letter() -> None:
    found = sorted_out([without(sent(1, 0), "ce_epoch", "ce_previous")] * 2)
    assert (found.dropped, found.dead, found.fresh) == ({"before-contract": 2}, [], [])


def test_one_record_without_a_place_is_one_dead_letter_however_often_it_comes() -> None:
    nameless = Sent(b"k", b"?", (), offset=7)
    about = known()
    found = sorted_out([nameless, nameless], about)
    [dead] = found.dead
    assert (dead.reason, dead.blocks, dead.claim, dead.record, dead.identity) == (
        *("header-missing", False, None, nameless),
        parsed(nameless).identity,
    )
    assert found.dropped == {"dead-before": 1}
    assert about.identities == {(0, dead.identity)}


def test_the_partitions_of_a_batch_are_no_business_of_each_other() -> None:
    """The same message on two partitions: dead on one is not dead on the other, nor is a key held up there."""
    first = sent(1, 0)
    second = dataclasses.replace(first, partition=1)
    about = known(identities={(0, parsed(first).identity)}, keys={(0, b"k")})
    checkpoints = {0: Checkpoint(), 1: Checkpoint()}
    found = sequence_batch([parsed(first), parsed(second)], checkpoints, about)
    assert [each.record.partition for each in found.fresh] == [1]
    assert (found.dropped, found.dead) == ({"dead-before": 1}, [])
    pending = {0: {2: Pending("x", Claim(1, 2, 1), b"k")}}
    on_the_other = dataclasses.replace(sent(3, 2), partition=1)
    found = sorted_out([on_the_other], known(pending=pending), p1=Checkpoint(sequence=1))
    assert [each.reason for each in found.dead] == ["gap"]
    assert found.gaps == {1: 1}


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("confirmed", [True, False])
def test_a_dead_letter_that_comes_again_counts_in_the_order_if_its_place_was_real(
    readable: bool,
    confirmed: bool,
) -> None:
    """Its place was confirmed before, or it can be read now; then it waits there for a replay."""
    again = sent(2, 1, value=None if readable else BROKEN)
    identity, link = parsed(again).identity, Pending(parsed(again).identity, Claim(1, 2, 1), b"k")
    checkpoint = Checkpoint(sequence=1)
    told = {"confirmed": {(0, identity)}} if confirmed else {"pending": {0: {2: [link]}}}
    found = sorted_out([again], known(identities={(0, identity)}, **told), p0=checkpoint)
    assert checkpoint.sequence == (2 if readable or confirmed else 1)
    assert (found.dropped, found.dead, found.fresh) == ({"dead-before": 1}, [], [])
    assert found.confirmed == ([Confirmed(0, link, applied_before=False)] if readable and not confirmed else [])
    if confirmed:
        assert checkpoint.recent == {2: parsed(again).envelope.event_digest}


@pytest.mark.parametrize("elsewhere", [Checkpoint(sequence=5), Checkpoint(epoch=2, sequence=1)])
def test_a_dead_letter_that_does_not_come_next_moves_nothing(elsewhere: Checkpoint) -> None:
    again, before = sent(2, 1), dataclasses.replace(elsewhere)
    sorted_out([again], known(identities={(0, parsed(again).identity)}), p0=elsewhere)
    assert (elsewhere.epoch, elsewhere.sequence) == (before.epoch, before.sequence)


def test_what_is_dropped_is_counted_by_reason() -> None:
    partition = Partition()
    partition.consume(*chain([1, 2, 3]))
    assert partition.consume(*chain([1, 2])).dropped == {"duplicate": 2}
    assert partition.consume(sent(9, 8), sent(10, 9)).dropped == {"gap": 2}
    again = partition.consume(*[sent(n, n - 1, epoch=2, fork=2) for n in (1, 2, 3)])
    assert again.dropped == {"of-the-epoch-before": 2}
    assert [each.envelope.sequence for each in again.fresh] == [3]
    assert partition.consume(sent(1, 0), sent(2, 1)).dropped == {"earlier-epoch": 2}
    assert partition.consume(sent(3, 2)).dropped == {}
    assert partition.reasons()[-1] == "another-history"


def test_what_a_later_history_repeats_is_no_dead_letter_when_it_is_read_late() -> None:
    """Of the third epoch the first message was read before what was applied of no epoch: the third repeats it."""
    partition = Partition()
    partition.consume(*chain([1, 2]))
    partition.consume(sent(1, 0, epoch=3, forks=(6, 8)))
    late = [*(sent(n, n - 1) for n in (3, 6)), *(sent(n, n - 1, epoch=2, forks=(6,)) for n in (7, 8))]
    assert partition.consume(*late).dropped == {"earlier-epoch": 4}
    assert partition.reasons() == []
    unshared = [sent(7, 6), sent(9, 8, epoch=2, forks=(6,))]
    assert partition.consume(*unshared).dropped == {}
    assert partition.reasons() == ["another-history", "another-history"]


def test_where_the_forks_were_not_stored_what_was_applied_is_known() -> None:
    found = sorted_out([sent(2, 1), sent(3, 2)], p0=Checkpoint(epoch=2, sequence=5, known_until=2))
    assert (found.dropped, [each.reason for each in found.dead]) == ({"earlier-epoch": 1}, ["another-history"])


def test_of_a_rebuild_the_histories_before_its_own_are_passed_over() -> None:
    found = sorted_out([sent(1, 0), sent(2, 1)], least_epoch=2)
    assert (found.dropped, found.fresh, found.dead) == ({"earlier-epoch": 2}, [], [])
    later = sorted_out([sent(1, 0, epoch=2)], least_epoch=2)
    assert [each.envelope.sequence for each in later.fresh] == [1]


def test_a_later_history_begins_with_its_first_message_only() -> None:
    partition = Partition()
    partition.consume(*chain([1, 2]))
    found = partition.consume(sent(2, 1, epoch=2, fork=2))
    assert (found.dropped, found.gaps, partition.checkpoint.epoch) == ({"gap": 1}, {0: 2}, 1)
    partition.consume(sent(1, 0, epoch=2, fork=2))
    assert (partition.checkpoint.epoch, partition.checkpoint.sequence, partition.checkpoint.known_until) == (2, 1, 2)


def test_with_another_history_what_nobody_could_read_of_the_one_before_is_forgotten() -> None:
    about = known(pending={0: {5: [Pending("x", Claim(1, 5, 1), b"k")]}, 1: {6: [Pending("y", Claim(1, 6, 1), b"k")]}})
    sorted_out([sent(1, 0, epoch=2, fork=0)], about, p0=Checkpoint(sequence=1))
    assert set(about.pending) == {1}


def test_what_nobody_could_read_waits_for_a_message_that_names_it() -> None:
    about, checkpoint = known(), Checkpoint(sequence=1)
    unread = sent(2, 1, value=BROKEN)
    found = sorted_out([unread], about, p0=checkpoint)
    identity = parsed(unread).identity
    assert found.dead == [DeadRecord(unread, identity, "schema", blocks=False, claim=Claim(1, 2, 1))]
    assert about.pending == {0: {2: [Pending(identity, Claim(1, 2, 1), b"k")]}}
    assert (about.identities, checkpoint.sequence) == ({(0, identity)}, 1)
    found = sorted_out([sent(3, 2)], about, p0=checkpoint)
    assert found.confirmed == [Confirmed(0, Pending(identity, Claim(1, 2, 1), b"k"), applied_before=False)]
    assert (found.keys, about.pending, checkpoint.sequence) == ({(0, b"k")}, {0: {}}, 3)
    assert next(iter(checkpoint.recent.items())) == (2, b"")
    assert [each.reason for each in found.dead] == ["parked"]


def test_a_chain_of_unreadable_messages_is_confirmed_whole_in_order_or_not_at_all() -> None:
    def pending() -> dict[int, dict[int, list[Pending]]]:
        return {0: {n: [Pending(str(n), Claim(1, n, n - 1), b"k%d" % n)] for n in (2, 3, 4)}}

    whole = sorted_out([sent(5, 4)], known(pending=pending()), p0=Checkpoint(sequence=1))
    assert [each.letter.claim.sequence for each in whole.confirmed] == [2, 3, 4]
    assert whole.keys == {(0, b"k2"), (0, b"k3"), (0, b"k4")}
    assert [each.envelope.sequence for each in whole.fresh] == [5]
    broken = pending()
    del broken[0][2]
    cut = sorted_out([sent(5, 4)], known(pending=broken), p0=Checkpoint(sequence=1))
    assert (cut.confirmed, cut.gaps, set(broken[0])) == ([], {0: 1}, {3, 4})


@pytest.mark.parametrize(
    ("link", "held"),
    [
        (Pending("x", Claim(1, 2, 1), b"k", open=False), set[tuple[int, bytes]]()),
        (Pending("x", Claim(1, 2, 1), None), set[tuple[int, bytes]]()),
        (Pending("x", Claim(1, 2, 1), b"k"), {(0, b"k")}),
    ],
)
def test_a_confirmed_letter_holds_up_its_key_while_it_is_open(link: Pending, held: set[tuple[int, bytes]]) -> None:
    found = sorted_out([sent(3, 2, key="other")], known(pending={0: {2: [link]}}), p0=Checkpoint(sequence=1))
    assert (found.confirmed, found.keys) == ([Confirmed(0, link, applied_before=False)], held)


def test_of_several_that_claim_one_place_those_that_lead_to_the_last_applied_one_are_confirmed() -> None:
    letters = {
        "a": Claim(1, 4, 2),
        "copy": Claim(1, 4, 2),
        "far": Claim(1, 4, 3),
        "b": Claim(1, 2, 1),
        "lost": Claim(1, 3, 0),
    }
    waiting: dict[int, list[Pending]] = {}
    for identity, claim in letters.items():
        waiting.setdefault(claim.sequence, []).append(Pending(identity, claim, b"k"))
    found = sorted_out([sent(5, 4)], known(pending={0: waiting}), p0=Checkpoint(sequence=1))
    assert [each.letter.identity for each in found.confirmed] == ["b", "a", "copy"]


def test_what_the_epoch_before_applied_holds_up_nothing_when_nobody_can_read_it_any_more() -> None:
    at = Checkpoint(epoch=2, sequence=1, known_until=2)
    link = Pending("x", Claim(2, 2, 1), b"k")
    found = sorted_out([sent(3, 2, epoch=2, fork=2)], known(pending={0: {2: [link]}}), p0=at)
    assert (found.confirmed, found.keys) == ([Confirmed(0, link, applied_before=True)], set())
    assert [each.envelope.sequence for each in found.fresh] == [3]


def test_an_unreadable_message_of_another_history_confirms_nothing() -> None:
    about = known(pending={0: {2: [Pending("x", Claim(2, 2, 1), b"k")]}})
    found = sorted_out([sent(3, 2)], about, p0=Checkpoint(sequence=1))
    assert (found.confirmed, found.gaps) == ([], {0: 1})


def test_a_gap_is_one_dead_letter_that_blocks_no_key() -> None:
    about = known()
    found = sorted_out([sent(5, 4), sent(6, 5), sent(7, 6, value=BROKEN)], about, p0=Checkpoint(sequence=1))
    assert [(each.reason, each.blocks) for each in found.dead] == [("gap", False), ("schema", False)]
    assert (found.dropped, found.gaps, about.gaps) == ({"gap": 2}, {0: 1}, {0})
    assert about.identities == {(0, parsed(sent(7, 6, value=BROKEN)).identity)}
    assert sorted_out([sent(5, 4)], about, p0=Checkpoint(sequence=1)).dead == []


@pytest.mark.parametrize(("value", "reason"), [(None, "another-history"), (BROKEN, "schema")])
def test_what_follows_from_behind_is_kept_under_its_own_reason(value: bytes | None, reason: str) -> None:
    about = known()
    strange = sent(9, 2, value=value)
    found = sorted_out([strange], about, p0=Checkpoint(sequence=5))
    assert found.dead == [DeadRecord(strange, parsed(strange).identity, reason, blocks=False, claim=None)]
    assert about.identities == {(0, parsed(strange).identity)}


@given(st.integers(1, 300))
def test_a_duplicate_of_the_last_messages_is_distinguished_from_another_event(number: int) -> None:
    checkpoint = Checkpoint()
    for n in range(1, number + 1):
        checkpoint.advance(n, parsed(sent(n, n - 1)).envelope.event_digest)
    assert 64 <= len(checkpoint.recent) <= 128 or len(checkpoint.recent) == number <= 128
    assert list(checkpoint.recent) == list(range(number - len(checkpoint.recent) + 1, number + 1))
    for n in range(1, number + 1):
        assert checkpoint.is_duplicate(parsed(sent(n, n - 1)).envelope)
        other = parsed(sent(n, n - 1, minute=9000)).envelope
        assert checkpoint.is_duplicate(other) is (n not in checkpoint.recent)


def test_where_nothing_is_remembered_whatever_is_not_above_is_a_duplicate() -> None:
    assert Checkpoint(sequence=5).is_duplicate(parsed(sent(5, 4)).envelope)


@pytest.mark.parametrize(
    ("sequence", "shared", "overtaken", "until"), [(5, 5, False, 5), (6, 5, True, 5), (4, 5, False, 4)]
)
def test_a_history_that_begins_knows_what_it_shares(sequence: int, shared: int, overtaken: bool, until: int) -> None:
    checkpoint = Checkpoint(sequence=sequence, recent={sequence: b"x"})
    checkpoint.begin(Position(1, 0, 3, (9, shared)))
    assert checkpoint == Checkpoint(epoch=3, sequence=0, known_until=until, overtaken=overtaken, forks=(9, shared))
    checkpoint.sequence = 1
    checkpoint.begin(Position(1, 0, 4, (9, shared, 2)))
    assert checkpoint.overtaken is overtaken
