"""Before a relay sends: compares what the broker holds with what this database published."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.messaging.cloudevents import Envelope, Topic, Unreadable, read_envelope
from shared.messaging.connection import connecting
from shared.messaging.outbox import History, Partition, Sent

_READ_RECORDS = 2000
_FETCH_MS = 20  # a fetch that waits at the end of one partition delays the next
DigestsAt = Callable[[Sequence[int]], Awaitable[Mapping[int, bytes]]]


class TopicLost(Exception):  # noqa: N818 - an answer: begin it again
    """A topic is not the one that was published to."""


class AnotherHistory(Exception):  # noqa: N818 - an answer: somebody must confirm it
    """The broker holds messages of this publisher that its database does not know."""


@dataclass(slots=True)
class LostMessage:
    """A message that the database does not know: its topic, pseudonymous key, type and position."""

    topic: str
    key: str
    type: str
    epoch: int
    sequence: int


@dataclass(slots=True)
class Survey:
    """What the broker holds of a publisher: its highest epoch and position, its forks, and what the database lost.

    `certain`: where the beginning of a partition was deleted and another history goes on, the last position that is
    shared for certain.
    """

    epoch: int = 1
    highest: int = 0
    forks: tuple[int, ...] = ()
    lost: list[LostMessage] = field(default_factory=list)
    certain: list[int] = field(default_factory=list)

    def fork(self, last: int) -> int:
        """The last position that database and broker share; `last` is the database's own last one."""
        return min([each.sequence - 1 for each in self.lost] + [last, *self.certain])


async def lost_topics(servers: str, topics: Sequence[Topic], sent: Mapping[Partition, Sent]) -> set[str]:
    """The topics that end before what was published to them: made anew, or cut."""
    async with _reading(servers) as consumer:
        ends = await consumer.end_offsets(_partitions(topics))
    return {at.topic for at, end in ends.items() if end < sent.get((at.topic, at.partition), Sent(0, 0)).next_offset}


async def require_own(
    servers: str, topics: Sequence[Topic], sent: Mapping[Partition, Sent], history: History, digests_at: DigestsAt
) -> None:
    """Raise AnotherHistory when what follows the last known message is not what this database publishes.

    What a term sent and could not note is there too: the same events, so the same digests. A message that does not
    follow the last known one was not sent by a relay, and proves nothing. Where the last known message is not at its
    offset, the topic was lost since and sent again, or its beginning was deleted: all of it is compared.
    """
    async with _reading(servers) as consumer:
        async for tail in _tails(consumer, topics, sent):
            following = _following(tail, history.epoch) if tail.anchored else _chain(tail)
            if tail.vanished or any(each.position.epoch > history.epoch for each in following):
                raise AnotherHistory(tail.topic.name)
            own = [each for each in following if each.position.epoch == history.epoch]
            known = await digests_at([each.sequence for each in own])
            if any(known.get(each.sequence) != each.event_digest for each in own):
                raise AnotherHistory(tail.topic.name)


async def survey(
    servers: str, topics: Sequence[Topic], sent: Mapping[Partition, Sent], digests_at: DigestsAt
) -> Survey:
    """Read all of `topics` and compare the latest epoch on each with the database; takes time with their size."""
    found = Survey()
    async with _reading(servers) as consumer:
        async for tail in _tails(consumer, topics, sent, whole=True):
            following = _chain(tail)
            for each in following:
                if each.position.epoch > found.epoch:
                    found.epoch, found.forks, found.lost = each.position.epoch, each.position.forks, []
                found.highest = max(found.highest, each.sequence)
            latest = [each for each in following if each.position.epoch == found.epoch]
            known = await digests_at([each.sequence for each in latest])
            lost = [each for each in latest if known.get(each.sequence) != each.event_digest]
            found.lost += [
                LostMessage(tail.topic.name, each.subject, each.type, each.position.epoch, each.sequence)
                for each in lost
            ]
            if tail.vanished or (tail.cut and lost):
                found.certain.append(tail.last.sequence)
    found.lost = [each for each in found.lost if each.epoch == found.epoch]
    return found


@dataclass(frozen=True, slots=True)
class _Tail:
    """The records of a partition: after the last message that the database knows of, or from its beginning.

    `anchored`: after that message, which is still at its offset. `cut`: the beginning of the partition was deleted.
    """

    topic: Topic
    last: Sent
    records: Sequence[ConsumerRecord[bytes, bytes]]
    anchored: bool
    cut: bool
    end: int

    @property
    def vanished(self) -> bool:
        """Whether something was published after the last known message, and nothing is left to compare."""
        return self.cut and not self.records and self.last.sequence > 0 and self.end > self.last.next_offset


def _following(tail: _Tail, epoch: int) -> list[Envelope]:
    """The messages that follow the last known one, each naming the one before it, and beginnings of later epochs."""
    following, last = [], tail.last.sequence
    for each in _envelopes(tail.topic, tail.records):
        later = each.position.epoch > epoch and each.position.previous == 0
        if later or (each.position.epoch == epoch and each.position.previous == last):
            following.append(each)
            last = each.sequence
    return following


def _chain(tail: _Tail) -> list[Envelope]:
    """The messages of a whole partition whose predecessors are all there, of each epoch.

    Where its beginning was deleted, the predecessor of the first one counts as there.
    """
    waiting = _envelopes(tail.topic, tail.records)
    linked = {(each.position.epoch, each.position.previous) for each in waiting[: int(tail.cut)]}
    chain = []
    while waiting:
        left = []
        for each in waiting:
            position = each.position
            if position.previous == 0 or (position.epoch, position.previous) in linked:
                linked.add((position.epoch, position.sequence))
                chain.append(each)
            else:
                left.append(each)
        if len(left) == len(waiting):
            break
        waiting = left
    return chain


def _envelopes(topic: Topic, records: Sequence[ConsumerRecord[bytes, bytes]]) -> list[Envelope]:
    found = []
    for record in records:
        try:
            found.append(read_envelope(topic, record.headers))
        except Unreadable:
            continue
    return found


async def _tails(
    consumer: AIOKafkaConsumer, topics: Sequence[Topic], sent: Mapping[Partition, Sent], *, whole: bool = False
) -> AsyncIterator[_Tail]:
    """Of each partition: what follows its last known message, where that is still there, or all of it."""
    for topic in topics:
        for at in _partitions([topic]):
            end = (await consumer.end_offsets([at]))[at]
            first = (await consumer.beginning_offsets([at]))[at]
            last = sent.get((at.topic, at.partition), Sent(0, 0))
            begin = last.next_offset - 1
            if not whole and last.sequence and first <= begin < end:
                records = await _read(consumer, at, begin, end)
                if [each.sequence for each in _envelopes(topic, records[:1])] == [last.sequence]:
                    yield _Tail(topic, last, records[1:], anchored=True, cut=False, end=end)
                    continue
            records = await _read(consumer, at, first, end) if first < end else []
            yield _Tail(topic, last, records, anchored=False, cut=first > 0, end=end)


async def _read(
    consumer: AIOKafkaConsumer, at: TopicPartition, begin: int, end: int
) -> list[ConsumerRecord[bytes, bytes]]:
    consumer.assign([at])
    consumer.seek(at, begin)
    records: list[ConsumerRecord[bytes, bytes]] = []
    while await consumer.position(at) < end:
        for found in (await consumer.getmany(at, timeout_ms=200, max_records=_READ_RECORDS)).values():
            records += [record for record in found if record.offset < end]
    return records


def _partitions(topics: Sequence[Topic]) -> list[TopicPartition]:
    return [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]


def _reading(servers: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        **connecting(servers), enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=_FETCH_MS
    )
