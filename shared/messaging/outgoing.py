"""What leaves a service: an event as a public message, on its partition, behind the message before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from aiokafka.partitioner import DefaultPartitioner

from shared.domain.messages import AnyRecorded
from shared.messaging.cloudevents import Position, PublicMessage, Topic, headers
from shared.messaging.outbox import History, Partition
from shared.messaging.producer import OutgoingRecord


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A fact as the outside hears it: where, under which key, what."""

    topic: Topic
    key: str
    message: PublicMessage


ToIntegrationEvent = Callable[[AnyRecorded], OutgoingMessage | None]
Told = tuple[AnyRecorded, OutgoingMessage]


@dataclass(frozen=True, slots=True)
class Leaving:
    """A fact on its way out: to which partition, and after which message there."""

    fact: AnyRecorded
    published: OutgoingMessage
    partition: Partition
    previous: int


def place(told: Iterable[Told], reached: Mapping[Partition, int]) -> list[Leaving]:
    """Each of these behind the last of its partition; `reached` says what each has already, which is passed over."""
    last = dict(reached)
    leaving = []
    for fact, published in told:
        partition = partition_of(published)
        previous = last.get(partition, 0)
        if fact.position > previous:
            leaving.append(Leaving(fact, published, partition, previous))
            last[partition] = fact.position
    return leaving


def partition_of(published: OutgoingMessage) -> Partition:
    """The partition of its key, as every Kafka client reckons it."""
    topic = published.topic
    return topic.name, DefaultPartitioner()(published.key.encode(), list(range(topic.partitions)), [])


def record_of(leaving: Leaving, told: History) -> OutgoingRecord:
    """A fact as it is sent: the same bytes every time."""
    fact, published = leaving.fact, leaving.published
    topic, key, message = published.topic, published.key, published.message
    position = Position(fact.position, leaving.previous, told.epoch, told.forks)
    head = headers(topic, message, key, position, fact.at, fact.meta.correlation_id)
    return topic.name, leaving.partition[1], key.encode(), message.model_dump_json().encode(), head
