"""One consumer group on one topic, feeding an inbox: nothing is skipped, outages are waited out."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from shared.eventstore.outages import is_infrastructure
from shared.messaging.checkpoints import ConsumerCheckpoints
from shared.messaging.closing import stop_within
from shared.messaging.connection import secret_in_use
from shared.messaging.group_member import Member, Rec, member_of
from shared.messaging.inbox import AllDead, AnotherVersionLive, Inbox
from shared.observability import metrics
from shared.observability.health import Unhealthy
from shared.observability.logs import log_trace

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = 10.0
_END_SECONDS = 15.0
_LOOK_SECONDS = 2.0


@dataclass(slots=True)
class Consumer:
    """One consumer group on one topic, feeding an inbox; infrastructure failures are waited out in place.

    The next offsets stand in its checkpoint rows: it seeks there when partitions are assigned, and whenever the records
    are not the next ones. `on_commit` is called after each commit: messages may have led to events.
    """

    bootstrap_servers: str
    group: str
    inbox: Inbox
    pool: asyncpg.Pool[asyncpg.Record]
    on_commit: Callable[[], None] = field(default=lambda: None)
    waiting_for: str | None = "broker"
    last_success: float = field(default_factory=time.time)
    _member: Member | None = None
    _sought: dict[int, int] = field(default_factory=dict)
    _searched: dict[int, int] = field(default_factory=dict)
    _left: asyncio.Event = field(default_factory=asyncio.Event)
    _all_dead: bool = False
    _batch_in_progress: tuple[Rec, ...] = ()

    @property
    def _rows(self) -> ConsumerCheckpoints:
        return ConsumerCheckpoints(self.inbox.consumer, self.inbox.topic)

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        """The consumer that reads now, or None while the broker is away."""
        return self._member.consumer if self._member else None

    async def check_health(self) -> Unhealthy | None:
        """None when partitions are assigned, no batch is stuck and no gap is open."""
        if self.stopped:
            return Unhealthy("all-dead")
        if self._left.is_set():
            return Unhealthy("overtaken")
        if self.waiting_for is not None:
            return Unhealthy("waits", {"for": self.waiting_for})
        if self.consumer is None or not self.consumer.assignment():
            return Unhealthy("no-partitions")
        if not (gaps := await self._gaps()):
            return None
        missing = ", ".join(f"{row['partition']} after {row['after']} up to {row['before']}" for row in gaps[:3])
        return Unhealthy("gap", {"topic": self.inbox.topic.name, "missing": missing})

    async def gaps(self) -> int:
        """On how many partitions messages are missing."""
        return len(await self._gaps())

    async def _gaps(self) -> list[asyncpg.Record]:
        return await self.pool.fetch(_GAPS, self.inbox.consumer, self.inbox.topic.name)

    @property
    def stopped(self) -> bool:
        """Whether it has stopped, as nothing of a whole window could be applied."""
        return self._all_dead

    async def lag(self) -> tuple[int, float]:
        """Messages on the assigned partitions that are not applied, and for how many seconds the oldest has waited.

        Counted from the checkpoint to the last known end. A consumer that reads after its checkpoint, as its database
        was restored to an earlier state, seeks back.
        """
        consumer = self.consumer
        if consumer is None:
            return 0, 0.0
        async with self.pool.acquire() as connection:
            offsets = await self._rows.offsets(connection)
        behind = 0
        for at in consumer.assignment():
            begin = offsets.get(at.partition, 0)
            behind += max(0, (consumer.highwater(at) or 0) - begin)
            if not self._batch_in_progress and self.waiting_for is None and await consumer.position(at) > begin:
                consumer.seek(at, begin)
        since = min((record.timestamp / 1000 for record in self._batch_in_progress), default=self.last_success)
        return behind, max(0.0, time.time() - since) if behind else 0.0

    async def run(self) -> None:
        """Subscribe, retrying while the broker is away, until cancelled; then finish the current batch."""
        while True:
            self._member, secret = None, secret_in_use()
            try:
                topic, assigned = self.inbox.topic.name, _Assigned(self)
                self._member = member = member_of(self.bootstrap_servers, self.group, topic, self._batch, assigned)
                await member.broker.start()
                self.waiting_for = None
                await self._consuming(member, secret)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - the broker is away: log and try again
                self.waiting_for = "broker"
                log.warning("consumer waits", group=self.group, cause=type(error).__name__)
                await asyncio.sleep(1)
            finally:
                if self._member:
                    await stop_within(_END_SECONDS, self._member.broker.stop())
            if self._left.is_set():
                await self._until_current()

    async def _consuming(self, member: Member, secret: bytes) -> None:
        """Until it left its group, or the password is another one; raise when nothing consumes any more."""
        left = asyncio.create_task(self._left.wait())
        try:
            while loops := member.loops:
                await asyncio.wait([*loops, left], timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if left.done() or secret_in_use() != secret:
                    return
        finally:
            left.cancel()
        raise RuntimeError("the consumer has ended")

    async def _until_current(self) -> None:
        """Stay out of the group, so that others get its partitions, until the live tables are of this version again."""
        while True:
            if not self._all_dead and await self._is_current():
                self._left.clear()
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _is_current(self) -> bool:
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                await self.inbox.require_version(connection)
        except Exception as error:
            if isinstance(error, AnotherVersionLive) or is_infrastructure(error):
                return False
            raise
        return True

    async def seek(self, assigned: Iterable[TopicPartition]) -> None:
        """Seek to the offsets of the checkpoint rows; waits while the database is away."""
        consumer, pause = self.consumer, 0.1
        if consumer is None:
            return
        while True:
            try:
                async with self.pool.acquire() as connection:
                    offsets = await self._rows.offsets(connection)
                break
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                self.waiting_for = "database"
                pause = await _pause(pause)
        self.waiting_for = None
        for at in assigned:
            consumer.seek(at, offsets.get(at.partition, 0))

    async def _batch(self, records: tuple[Rec, ...]) -> None:
        """Apply one batch; no exception leaves this function."""
        began, pause = time.perf_counter(), 0.1
        self._batch_in_progress = records
        try:
            while not self._left.is_set():
                try:
                    await self._receive(records)
                    break
                except (AllDead, AnotherVersionLive) as answer:
                    self._all_dead = isinstance(answer, AllDead)
                    self._left.set()
                    log.warning("consumer leaves its group", group=self.group, cause=type(answer).__name__)
                except Exception as error:  # noqa: BLE001 - nothing was committed; whatever it is, nothing is skipped
                    self.waiting_for = "database" if is_infrastructure(error) else "fault to be mended"
                    log.warning("batch waits", group=self.group, cause=type(error).__name__)
                    pause = await _pause(pause)
        finally:
            self._batch_in_progress = ()
        metrics.BATCH_SIZE.labels(self.group).observe(len(records))
        metrics.BATCH_SECONDS.labels(self.group).observe(time.perf_counter() - began)

    async def _receive(self, records: tuple[Rec, ...]) -> None:
        async with self.pool.acquire() as connection:
            received = await self.inbox.receive(connection, records, sought=self._sought)
        self.waiting_for, self.last_success = None, time.time()
        self._sought |= received.ahead
        self._seek(received.ahead)
        due = [record for record in records if record.partition not in received.ahead]
        if not due:
            return
        self.on_commit()
        for reason, number in received.dropped.items():
            metrics.DROPPED.labels(self.group, reason).inc(number)
        log_trace(log, "applied", [each.envelope.trace_id for each in received.applied], group=self.group)
        self._search(received.gaps)
        await self._commit(due)

    def _search(self, gaps: dict[int, int]) -> None:
        """Read the partition of a new gap once from the beginning, where the missing messages may stand."""
        new = {number: after for number, after in gaps.items() if self._searched.get(number) != after}
        self._searched |= new
        self._seek(dict.fromkeys(new, 0))

    def _seek(self, offsets: dict[int, int]) -> None:
        consumer = self.consumer
        for at in consumer.assignment() if consumer else ():
            if consumer and at.partition in offsets:
                consumer.seek(at, offsets[at.partition])

    async def _commit(self, records: Collection[Rec]) -> None:
        """Commit to Kafka, for lag tools only."""
        consumer = self.consumer
        last = {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
        try:
            if consumer:
                await consumer.commit(last)
        except Exception as error:  # noqa: BLE001 - the checkpoint rows hold
            log.info("offsets not committed", group=self.group, cause=type(error).__name__)


class _Assigned(ConsumerRebalanceListener):
    """Lets a consumer seek to its checkpoints when partitions are assigned to it."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Nothing: the current batch commits, and its checkpoint row keeps an older member from applying twice."""

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Seek."""
        await self._consumer.seek(assigned)


_GAPS = """
select partition, max(reached.sequence) as after, min(previous) as before from dead_letters letter
join consumer_checkpoints reached using (consumer, topic, partition)
where consumer = $1 and topic = $2 and reason = 'gap' and resolved_at is null
group by partition order by partition
"""


async def _pause(seconds: float) -> float:
    """Wait about that long; returns how long to wait the next time."""
    await asyncio.sleep(seconds * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
    return min(seconds * 2, _LONGEST_PAUSE)
