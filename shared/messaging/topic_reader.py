"""Reads whole topics from their first record, in no consumer group, for a rebuild."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.messaging.broker_history import TopicLost
from shared.messaging.cloudevents import Topic
from shared.messaging.connection import connecting

_READ_RECORDS = 5000


@dataclass(slots=True)
class TopicReader:
    """Reads whole topics from their first record, in no consumer group, up to ends that were marked."""

    consumer: AIOKafkaConsumer
    partitions: dict[str, list[TopicPartition]]
    first: dict[TopicPartition, int]
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    reached: dict[TopicPartition, int] = field(default_factory=dict)

    async def mark_ends(self) -> None:
        """Read up to what is the end of each partition now."""
        self.ends = await self.consumer.end_offsets([each for group in self.partitions.values() for each in group])

    async def batch(self, topic: Topic) -> list[ConsumerRecord[bytes, bytes]]:
        """The next records of a topic; none once its marked ends are reached. Waits while the broker is away.

        Raises TopicLost when it is not the topic any more whose ends were marked.
        """
        while open_still := [each for each in self.partitions[topic.name] if self.at(each) < self.ends[each]]:
            found = await self.consumer.getmany(*open_still, timeout_ms=200, max_records=_READ_RECORDS)
            reached = {each: await self.consumer.position(each) for each in open_still}
            if any(at < self.at(each) for each, at in reached.items()):
                raise TopicLost(topic.name)
            self.reached |= reached
            if found:
                return [record for records in found.values() for record in records]
            await self._require_ends(open_still)
        return []

    async def _require_ends(self, partitions: Sequence[TopicPartition]) -> None:
        """Where nothing came: the marked ends are still to come, or the topic was lost or made anew."""
        with suppress(KafkaError):  # the broker is away
            ends = await self.consumer.end_offsets(partitions)
            if lost := [each.topic for each, end in ends.items() if end < self.ends[each]]:
                raise TopicLost(lost[0])

    def begin_again(self, topic: Topic, numbers: Collection[int]) -> None:
        """Read these partitions of a topic from their first record again."""
        self._rewind([each for each in self.partitions[topic.name] if each.partition in numbers])

    def rewind(self) -> None:
        """Read everything from the first record again."""
        self._rewind(list(self.first))

    def _rewind(self, partitions: Collection[TopicPartition]) -> None:
        for each in partitions:
            self.reached[each] = self.first[each]
            self.consumer.seek(each, self.first[each])

    def at(self, partition: TopicPartition) -> int:
        """The offset that is read next."""
        return self.reached.get(partition, self.first[partition])

    def progress(self) -> tuple[int, int]:
        """How many records of how many were read."""
        return (
            sum(min(self.at(each), end) - self.first[each] for each, end in self.ends.items()),
            sum(end - self.first[each] for each, end in self.ends.items()),
        )


@asynccontextmanager
async def open_topic_reader(bootstrap_servers: str, topics: Sequence[Topic]) -> AsyncIterator[TopicReader]:
    """A reader of all partitions of `topics`."""
    partitions = {each.name: [TopicPartition(each.name, nth) for nth in range(each.partitions)] for each in topics}
    every = [each for group in partitions.values() for each in group]
    async with AIOKafkaConsumer(
        **connecting(bootstrap_servers), enable_auto_commit=False, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign(every)
        yield TopicReader(consumer, partitions, await consumer.beginning_offsets(every))
