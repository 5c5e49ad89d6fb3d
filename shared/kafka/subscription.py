"""One consumer group on one topic, feeding an inbox: nothing is skipped, and what is away is waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import KafkaAckableMessage

from shared import metrics
from shared.inbox import Inbox
from shared.logs import log_road

log = structlog.get_logger(__name__)

_BATCH_RECORDS = 2000
_LOOK_MS = 1000
_LONGEST_PAUSE = 10.0
_A_DAY_MS = 24 * 60 * 60 * 1000


async def _records(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord[bytes, bytes], ...]:
    """What has come, as soon as it comes: FastStream's own sleeps after every look that found nothing."""
    found = await consumer.getmany(timeout_ms=_LOOK_MS, max_records=_BATCH_RECORDS)
    return tuple(record for records in found.values() for record in records)


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
                ack_policy=AckPolicy.MANUAL,
                auto_offset_reset="earliest",
                max_poll_interval_ms=_A_DAY_MS,
                parser=_parse,
                decoder=_decode,
            )
            self._consumer(self._batch)
            self._consumer.get_msg = _records
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
                async with self.pool.acquire() as connection:
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
