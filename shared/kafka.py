"""The only place that makes producers, subscribers and topics: FastStream's and aiokafka's defaults lose data."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import KafkaAckableMessage

from shared import metrics
from shared.contracts.envelope import Topic
from shared.inbox import Inbox
from shared.logs import log_road

log = structlog.get_logger(__name__)

_SEND_SECONDS = 30.0
_BATCH_RECORDS = 500
_BATCH_TIMEOUT_MS = 20
_READ_RECORDS = 5000
_LONGEST_PAUSE = 10.0
_THREE_BROKERS = 3
_A_DAY_MS = 24 * 60 * 60 * 1000

OutgoingRecord = tuple[str, bytes, bytes, list[tuple[str, bytes]]]


@dataclass(slots=True)
class Producer:
    """An idempotent producer that is thrown away at its first failure."""

    client: AIOKafkaProducer

    async def send_all(self, records: Iterable[OutgoingRecord]) -> None:
        """Send in order and await every acknowledgement; raises on the first failure or after 30 seconds."""
        async with asyncio.timeout(_SEND_SECONDS):
            sent = [
                await self.client.send(topic, value=value, key=key, headers=headers)
                for topic, key, value, headers in records
            ]
            await asyncio.gather(*sent)


@asynccontextmanager
async def open_producer(bootstrap_servers: str) -> AsyncIterator[Producer]:
    """A producer for one term of a relay. After a failure nothing of it is sent any more."""
    client = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=2,
        request_timeout_ms=20_000,
    )
    try:
        await client.start()
        yield Producer(client)
    finally:
        await _abandon(client)


async def _abandon(client: AIOKafkaProducer) -> None:
    """Close without flushing: what was not acknowledged is sent again, in order, by the next term."""
    sender = client._sender  # noqa: SLF001 - aiokafka has no close-without-flush
    if sender.sender_task is not None:
        sender.sender_task.cancel()
        await asyncio.gather(sender.sender_task, return_exceptions=True)
    await client.client.close()
    client._closed = True  # noqa: SLF001 - its finaliser would warn of the flush that is skipped on purpose


async def create_topics(bootstrap_servers: str, topics: Sequence[Topic], replication: int = 1) -> None:
    """Create what is missing, kept forever; refuse a topic whose partitions differ from its contract.

    Raises ValueError naming that topic.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        existing = await admin.list_topics()
        missing = [topic for topic in topics if topic.name not in existing]
        if missing:
            forever = {"retention.ms": "-1", "retention.bytes": "-1", "max.message.bytes": "1048588"}
            if replication >= _THREE_BROKERS:
                forever["min.insync.replicas"] = "2"
            wanted = [NewTopic(each.name, each.partitions, replication, topic_configs=forever) for each in missing]
            try:
                await admin.create_topics(wanted)
            except TopicAlreadyExistsError:
                log.info("topics created by another process")
        for found in await admin.describe_topics([topic.name for topic in topics if topic.name in existing]):
            _check_partitions(found, topics)
    finally:
        await admin.close()


def _check_partitions(found: dict[str, Any], topics: Sequence[Topic]) -> None:
    contract = next(topic for topic in topics if topic.name == found["topic"])
    if len(found["partitions"]) != contract.partitions:
        message = f"topic {contract.name} has {len(found['partitions'])} partitions, its contract {contract.partitions}"
        raise ValueError(message)


async def _parse(message: KafkaMessage, original: Any) -> KafkaMessage:  # noqa: ANN401 - FastStream's signature
    """Raw records as they are: a header that is not UTF-8 must reach the dead letters, not vanish."""
    consumer = original.__self__._consumer  # noqa: SLF001 - what acknowledges
    return KafkaAckableMessage(body=b"", headers={}, raw_message=message, consumer=consumer)


async def _decode(message: KafkaMessage) -> KafkaMessage:
    return message


@dataclass(slots=True)
class Subscription:
    """One consumer group on one topic, feeding an inbox; infrastructure failures are waited out in place.

    `rang` is called after each commit: what was heard may have led to facts, and wakes the relay.
    """

    bootstrap_servers: str
    group: str
    inbox: Inbox
    pool: asyncpg.Pool[asyncpg.Record]
    rang: Callable[[], None] = field(default=lambda: None)
    waiting_for: str | None = "broker"
    _broker: KafkaBroker | None = field(default=None)
    _consumer: Any = None

    async def ailment(self) -> str | None:
        """Nothing when partitions are assigned and no batch is stuck on a failure."""
        if self.waiting_for is not None:
            return f"It waits for the {self.waiting_for}."
        consumer = self._consumer.consumer if self._consumer else None
        return None if consumer is not None and consumer.assignment() else "It has no partitions assigned."

    async def lag(self) -> int:
        """Messages on the assigned partitions that wait to be fetched, as far as the broker has told."""
        consumer = self._consumer.consumer if self._consumer else None
        if consumer is None:
            return 0
        behind = [(consumer.highwater(each) or 0) - await consumer.position(each) for each in consumer.assignment()]
        return sum(each for each in behind if each > 0)

    async def run(self) -> None:
        """Subscribe, retrying while the broker is away, until cancelled; then finish the batch in hand."""
        while True:
            self._broker = KafkaBroker(self.bootstrap_servers, graceful_timeout=10, logger=None, apply_types=False)
            self._consumer = self._broker.subscriber(
                self.inbox.topic.name,
                group_id=self.group,
                batch=True,
                max_records=_BATCH_RECORDS,
                batch_timeout_ms=_BATCH_TIMEOUT_MS,
                ack_policy=AckPolicy.MANUAL,
                auto_offset_reset="earliest",
                max_poll_interval_ms=_A_DAY_MS,
                parser=_parse,
                decoder=_decode,
            )
            self._consumer(self._batch)
            try:
                await self._broker.start()
                self.waiting_for = None
                await self._consuming()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - the broker is away: say so and come back
                self.waiting_for = "broker"
                log.warning("subscription waits", group=self.group, cause=type(error).__name__)
                await asyncio.sleep(1)
            finally:
                await self._broker.stop()

    async def _consuming(self) -> None:
        """Raise when nothing consumes any more: FastStream starts a loop that failed again, not one that ended."""
        while loops := [each for each in self._consumer.tasks if not each.done()]:
            await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
        raise RuntimeError("the consumer has ended")

    async def _batch(self, message: KafkaMessage) -> None:
        """Apply one batch; no exception leaves this function, for FastStream would skip the batch."""
        records: tuple[ConsumerRecord[bytes, bytes], ...] = message.raw_message  # type: ignore[assignment]
        pause = 0.1
        began = time.perf_counter()
        while True:
            try:
                async with self.pool.acquire() as connection, connection.transaction():
                    applied = await self.inbox.receive(connection, records)
                break
            except Exception as error:  # noqa: BLE001 - the database is away: nothing was committed
                self.waiting_for = "database"
                log.warning("batch waits", group=self.group, cause=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        self.waiting_for = None
        self.rang()
        log_road(log, "heard", [each.envelope.thread for each in applied], group=self.group)
        metrics.BATCH_SIZE.labels(self.group).observe(len(records))
        metrics.BATCH_SECONDS.labels(self.group).observe(time.perf_counter() - began)
        try:
            await message.ack()
        except Exception as error:  # noqa: BLE001 - offsets serve lag tools only; the sequences hold
            log.info("offsets not committed", group=self.group, cause=type(error).__name__)


@dataclass(slots=True)
class Reader:
    """Reads whole topics from their first record, in no consumer group, up to ends that were marked."""

    consumer: AIOKafkaConsumer
    partitions: dict[str, list[TopicPartition]]
    first: dict[TopicPartition, int]
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    reached: dict[TopicPartition, int] = field(default_factory=dict)

    async def mark_ends(self) -> None:
        """What is the end of each partition now is where reading stops."""
        self.ends = await self.consumer.end_offsets([each for group in self.partitions.values() for each in group])

    async def batch(self, topic: Topic) -> list[ConsumerRecord[bytes, bytes]]:
        """The next records of a topic; none once its marked ends are reached. Waits while the broker is away."""
        while open_still := [each for each in self.partitions[topic.name] if self.at(each) < self.ends[each]]:
            found = await self.consumer.getmany(*open_still, timeout_ms=200, max_records=_READ_RECORDS)
            for each in open_still:
                self.reached[each] = await self.consumer.position(each)
            if found:
                return [record for records in found.values() for record in records]
        return []

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
async def open_reader(bootstrap_servers: str, topics: Sequence[Topic]) -> AsyncIterator[Reader]:
    """A reader of all partitions of `topics`."""
    partitions = {each.name: [TopicPartition(each.name, nth) for nth in range(each.partitions)] for each in topics}
    every = [each for group in partitions.values() for each in group]
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign(every)
        yield Reader(consumer, partitions, await consumer.beginning_offsets(every))
