"""A member of a consumer group that reads batches as they are: FastStream's, with settings under which nothing is lost.

It opens a consumer and nothing else: no producer, no administrator.
"""

from __future__ import annotations

from asyncio import Task
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.messaging.connection import security_of

Rec: TypeAlias = ConsumerRecord[bytes, bytes]
HandleBatch: TypeAlias = Callable[[tuple[Rec, ...]], Awaitable[None]]

_BATCH_RECORDS = 2000
_PARTITION_BYTES = 128 * 1024  # what is read ahead of each partition; one larger message comes alone
_LOOK_MS = 20
_STOP_SECONDS = 10.0
_A_DAY_MS = 24 * 60 * 60 * 1000
_METADATA_MS = 10_000  # a topic that was created again is noticed by then


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group; each is started once and stopped once."""

    broker: KafkaBroker
    subscriber: BatchSubscriber

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        """The consumer that reads now, or None before the start and after the stop."""
        return self.subscriber.consumer

    @property
    def loops(self) -> list[Task[None]]:
        """The tasks that read: FastStream starts one that failed again, not one that ended."""
        return [each for each in self.subscriber.tasks if not each.done()]


def member_of(
    bootstrap_servers: str, group: str, topic: str, handle: HandleBatch, listener: ConsumerRebalanceListener
) -> Member:
    """A member of `group` that reads `topic` from where `listener` seeks, and passes each batch to `handle`.

    `handle` raises nothing: FastStream would skip the batch.
    """
    broker = _broker(bootstrap_servers)
    subscriber = broker.subscriber(
        topic,
        group_id=group,
        batch=True,
        max_records=_BATCH_RECORDS,
        max_partition_fetch_bytes=_PARTITION_BYTES,
        batch_timeout_ms=_LOOK_MS,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        max_poll_interval_ms=_A_DAY_MS,
        listener=listener,
        parser=_parse,
        decoder=_decode,
    )

    async def batch(message: KafkaMessage) -> None:
        records: tuple[Rec, ...] = message.raw_message  # type: ignore[assignment]
        await handle(records)

    subscriber(batch)
    return Member(broker, subscriber)


def _broker(bootstrap_servers: str) -> KafkaBroker:
    security, more = security_of()
    return KafkaBroker(
        bootstrap_servers,
        security=security,
        **more,
        graceful_timeout=_STOP_SECONDS,
        logger=None,
        apply_types=False,
        metadata_max_age_ms=_METADATA_MS,
        consumer_only=True,
        allow_auto_create_topics=False,  # it would create a lost topic with one partition
    )


async def _parse(message: tuple[Rec, ...]) -> KafkaMessage:
    """The raw records: a header that is not UTF-8 must become a dead letter, not be dropped."""
    return KafkaMessage(body=b"", headers={}, raw_message=message, consumer=_NOBODY)


async def _decode(message: KafkaMessage) -> KafkaMessage:
    return message


class _Nobody:
    """Nothing is acknowledged through messages: the checkpoint row is what counts."""

    async def commit(self) -> None:
        """Nothing."""

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Nothing."""


_NOBODY = _Nobody()
