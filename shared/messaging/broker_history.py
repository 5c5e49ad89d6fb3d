"""Before a relay sends: does the broker still hold what this database published, and nothing that it does not know?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.messaging.cloudevents import Envelope, Topic, Unreadable, read_envelope
from shared.messaging.outbox import History, Partition, Sent

_READ_RECORDS = 2000
DigestsAt = Callable[[Sequence[int]], Awaitable[Mapping[int, bytes]]]


class TopicLost(Exception):  # noqa: N818 - an answer: begin it again
    """A topic is not the one that was published to."""


class AnotherHistory(Exception):  # noqa: N818 - an answer: somebody must confirm it
    """The broker holds messages of this publisher that its database does not know."""


@dataclass(slots=True)
class Foreign:
    """A message of a history that the database lost: its partition, position and kind, and its pseudonymous key."""

    topic: str
    key: str
    type: str
    epoch: int
    sequence: int


@dataclass(slots=True)
class Survey:
    """What the broker holds of a publisher: its highest epoch and position, its forks, and what the database lost."""

    epoch: int = 1
    highest: int = 0
    forks: tuple[int, ...] = ()
    lost: list[Foreign] = field(default_factory=list)

    def fork(self, last: int) -> int:
        """The last position that database and broker share; `last` is the database's own last one."""
        return min([each.sequence - 1 for each in self.lost] + [last])


async def lost_topics(servers: str, topics: Sequence[Topic], sent: Mapping[Partition, Sent]) -> set[str]:
    """The topics that end before what was published to them: made anew, or cut."""
    async with _reading(servers) as consumer:
        ends = await consumer.end_offsets(_partitions(topics))
    return {at.topic for at, end in ends.items() if end < sent.get((at.topic, at.partition), Sent(0, 0)).next_offset}


async def require_own(
    servers: str, topics: Sequence[Topic], sent: Mapping[Partition, Sent], told: History, digests_at: DigestsAt
) -> None:
    """Raise AnotherHistory when what stands behind the last known message is not what this database publishes.

    What a term sent and could not note is there too: the same events, so the same digests. A message that does not
    follow the last known one was not sent by a relay, and proves nothing.
    """
    async with _reading(servers) as consumer:
        async for topic, found in _tails(consumer, topics, sent):
            last = sent.get((topic.name, found[0].partition), Sent(0, 0)).sequence
            following = _following(topic, found, last, told.epoch)
            if any(each.position.epoch > told.epoch for each in following):
                raise AnotherHistory(topic.name)
            known = await digests_at([each.sequence for each in following])
            if any(known.get(each.sequence) != each.event_digest for each in following):
                raise AnotherHistory(topic.name)


async def survey(servers: str, topics: Sequence[Topic], digests_at: DigestsAt) -> Survey:
    """Read all of `topics` and compare the latest history on each with the database. It takes as long as that takes."""
    found = Survey()
    async with _reading(servers) as consumer:
        async for topic, records in _tails(consumer, topics, {}):
            following = _chain(topic, records)
            for _, each in following:
                if each.position.epoch > found.epoch:
                    found.epoch, found.forks, found.lost = each.position.epoch, each.position.forks, []
                found.highest = max(found.highest, each.sequence)
            latest = [(record, each) for record, each in following if each.position.epoch == found.epoch]
            known = await digests_at([each.sequence for _, each in latest])
            found.lost += [
                Foreign(topic.name, each.subject, each.type, each.position.epoch, each.sequence)
                for _, each in latest
                if known.get(each.sequence) != each.event_digest
            ]
    found.lost = [each for each in found.lost if each.epoch == found.epoch]
    return found


def _following(topic: Topic, records: Sequence[ConsumerRecord[bytes, bytes]], last: int, epoch: int) -> list[Envelope]:
    """The messages that follow `last`, each naming the one before it, and the beginnings of later epochs."""
    following = []
    for _, each in _envelopes(topic, records):
        later = each.position.epoch > epoch and each.position.previous == 0
        if later or (each.position.epoch == epoch and each.position.previous == last):
            following.append(each)
            last = each.sequence
    return following


def _chain(
    topic: Topic, records: Sequence[ConsumerRecord[bytes, bytes]]
) -> list[tuple[ConsumerRecord[bytes, bytes], Envelope]]:
    """The messages of a whole partition whose predecessors all stand there, of each epoch."""
    linked: set[tuple[int, int]] = set()
    waiting = _envelopes(topic, records)
    chain = []
    while waiting:
        left = []
        for record, each in waiting:
            position = each.position
            if position.previous == 0 or (position.epoch, position.previous) in linked:
                linked.add((position.epoch, position.sequence))
                chain.append((record, each))
            else:
                left.append((record, each))
        if len(left) == len(waiting):
            break
        waiting = left
    return chain


def _envelopes(
    topic: Topic, records: Sequence[ConsumerRecord[bytes, bytes]]
) -> list[tuple[ConsumerRecord[bytes, bytes], Envelope]]:
    found = []
    for record in records:
        try:
            found.append((record, read_envelope(topic, record.headers)))
        except Unreadable:
            continue
    return found


async def _tails(
    consumer: AIOKafkaConsumer, topics: Sequence[Topic], sent: Mapping[Partition, Sent]
) -> AsyncIterator[tuple[Topic, list[ConsumerRecord[bytes, bytes]]]]:
    """Of each partition that goes on behind its last known message: what stands there, up to its end now."""
    for topic in topics:
        for at in _partitions([topic]):
            end = (await consumer.end_offsets([at]))[at]
            first = (await consumer.beginning_offsets([at]))[at]
            begin = max(sent.get((at.topic, at.partition), Sent(0, 0)).next_offset, first)
            if begin < end:
                yield topic, await _read(consumer, at, begin, end)


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
    return AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest")
