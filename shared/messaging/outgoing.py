"""Integration events on their way to the broker: on which partition, and after which message there."""

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
    """An integration event: its topic, its key and its value."""

    topic: Topic
    key: str
    message: PublicMessage


ToIntegrationEvent = Callable[[AnyRecorded], OutgoingMessage | None]
Publication = tuple[AnyRecorded, OutgoingMessage]


@dataclass(frozen=True, slots=True)
class PlacedMessage:
    """An event and its message, with the partition and the sequence of the message before it there."""

    recorded: AnyRecorded
    outgoing: OutgoingMessage
    partition: Partition
    previous: int


def place(publications: Iterable[Publication], reached: Mapping[Partition, int]) -> list[PlacedMessage]:
    """Each after the last one of its partition; `reached` is the sequence that a partition has already."""
    last = dict(reached)
    placed = []
    for recorded, outgoing in publications:
        partition = partition_of(outgoing)
        previous = last.get(partition, 0)
        if recorded.position > previous:
            placed.append(PlacedMessage(recorded, outgoing, partition, previous))
            last[partition] = recorded.position
    return placed


def partition_of(outgoing: OutgoingMessage) -> Partition:
    """The partition of its key, as every Kafka client computes it."""
    topic = outgoing.topic
    return topic.name, DefaultPartitioner()(outgoing.key.encode(), list(range(topic.partitions)), [])


def record_of(placed: PlacedMessage, history: History) -> OutgoingRecord:
    """The record of a message: the same bytes every time."""
    recorded, outgoing = placed.recorded, placed.outgoing
    position = Position(recorded.position, placed.previous, history.epoch, history.forks)
    trace_id = recorded.meta.correlation_id
    head = headers(outgoing.topic, outgoing.message, outgoing.key, position, recorded.at, trace_id)
    value = outgoing.message.model_dump_json().encode()
    return outgoing.topic.name, placed.partition[1], outgoing.key.encode(), value, head
