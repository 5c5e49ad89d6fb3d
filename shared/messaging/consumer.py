"""One consumer group on one topic, feeding an inbox: nothing is skipped, and what is away is waited for."""

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
from shared.messaging.checkpoints import Partitions
from shared.messaging.closing import let_end
from shared.messaging.group_member import Member, Rec, member_of
from shared.messaging.inbox import AllDead, Inbox, OfAnotherVersion
from shared.observability import metrics
from shared.observability.health import Unwell
from shared.observability.logs import log_trace

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = 10.0
_END_SECONDS = 15.0
_LOOK_SECONDS = 2.0


@dataclass(slots=True)
class Consumer:
    """One consumer group on one topic, feeding an inbox; infrastructure failures are waited out in place.

    Where it reads on stands in its checkpoint rows: it seeks there when partitions are assigned, and whenever what
    comes is not what comes next. `on_commit` is called after each commit: what was heard may have led to facts.
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
    _in_hand: tuple[Rec, ...] = ()

    @property
    def _rows(self) -> Partitions:
        return Partitions(self.inbox.consumer, self.inbox.topic)

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        """The consumer that reads now, or None while the broker is away."""
        return self._member.consumer if self._member else None

    async def ailment(self) -> Unwell | None:
        """Nothing when partitions are assigned, no batch is stuck and no gap is open."""
        if self.stopped:
            return Unwell("all-dead")
        if self._left.is_set():
            return Unwell("overtaken")
        if self.waiting_for is not None:
            return Unwell("waits", {"for": self.waiting_for})
        if self.consumer is None or not self.consumer.assignment():
            return Unwell("no-partitions")
        if not (gaps := await self._gaps()):
            return None
        missing = ", ".join(f"{row['partition']} after {row['after']} up to {row['before']}" for row in gaps[:3])
        return Unwell("gap", {"topic": self.inbox.topic.name, "missing": missing})

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

        Counted from the checkpoint to the end that the broker told last. A consumer that reads behind its checkpoint,
        as its database was put back to an earlier state, is sent there.
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
            if not self._in_hand and self.waiting_for is None and await consumer.position(at) > begin:
                consumer.seek(at, begin)
        since = min((record.timestamp / 1000 for record in self._in_hand), default=self.last_success)
        return behind, max(0.0, time.time() - since) if behind else 0.0

    async def run(self) -> None:
        """Subscribe, retrying while the broker is away, until cancelled; then finish the batch in hand."""
        while True:
            topic = self.inbox.topic.name
            self._member = member = member_of(self.bootstrap_servers, self.group, topic, self._batch, _Assigned(self))
            try:
                await member.broker.start()
                self.waiting_for = None
                await self._consuming(member)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - the broker is away: say so and come back
                self.waiting_for = "broker"
                log.warning("subscription waits", group=self.group, cause=type(error).__name__)
                await asyncio.sleep(1)
            finally:
                await let_end(member.broker.stop(), _END_SECONDS)
            if self._left.is_set():
                await self._until_ours()

    async def _consuming(self, member: Member) -> None:
        """Raise when nothing consumes any more."""
        left = asyncio.create_task(self._left.wait())
        try:
            while loops := member.loops:
                await asyncio.wait([*loops, left], return_when=asyncio.FIRST_COMPLETED)
                if left.done():
                    return
        finally:
            left.cancel()
        raise RuntimeError("the consumer has ended")

    async def _until_ours(self) -> None:
        """Out of the group, so that others have its partitions: until the live tables are of this version again."""
        while True:
            if not self._all_dead and await self._ours():
                self._left.clear()
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _ours(self) -> bool:
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                await self.inbox.require_version(connection)
        except Exception as error:
            if isinstance(error, OfAnotherVersion) or is_infrastructure(error):
                return False
            raise
        return True

    async def seek(self, assigned: Iterable[TopicPartition]) -> None:
        """Go where the checkpoint rows say; waits while the database is away."""
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
        self._in_hand = records
        try:
            while not self._left.is_set():
                try:
                    await self._receive(records)
                    break
                except (AllDead, OfAnotherVersion) as answer:
                    self._all_dead = isinstance(answer, AllDead)
                    self._left.set()
                    log.warning("consumer leaves its group", group=self.group, cause=type(answer).__name__)
                except Exception as error:  # noqa: BLE001 - nothing was committed; whatever it is, nothing is skipped
                    self.waiting_for = "database" if is_infrastructure(error) else "fault to be mended"
                    log.warning("batch waits", group=self.group, cause=type(error).__name__)
                    pause = await _pause(pause)
        finally:
            self._in_hand = ()
        metrics.BATCH_SIZE.labels(self.group).observe(len(records))
        metrics.BATCH_SECONDS.labels(self.group).observe(time.perf_counter() - began)

    async def _receive(self, records: tuple[Rec, ...]) -> None:
        async with self.pool.acquire() as connection:
            received = await self.inbox.receive(connection, records, sought=self._sought)
        self.waiting_for, self.last_success = None, time.time()
        self._sought |= received.ahead
        self._go_to(received.ahead)
        due = [record for record in records if record.partition not in received.ahead]
        if not due:
            return
        self.on_commit()
        for reason, number in received.dropped.items():
            metrics.DROPPED.labels(self.group, reason).inc(number)
        log_trace(log, "heard", [each.envelope.thread for each in received.applied], group=self.group)
        self._search(received.gaps)
        await self._commit(due)

    def _search(self, gaps: dict[int, int]) -> None:
        """Behind a new gap: read its partition once from the beginning, where what is missing may stand."""
        new = {number: after for number, after in gaps.items() if self._searched.get(number) != after}
        self._searched |= new
        self._go_to(dict.fromkeys(new, 0))

    def _go_to(self, offsets: dict[int, int]) -> None:
        consumer = self.consumer
        for at in consumer.assignment() if consumer else ():
            if consumer and at.partition in offsets:
                consumer.seek(at, offsets[at.partition])

    async def _commit(self, records: Collection[Rec]) -> None:
        """For lag tools only."""
        consumer = self.consumer
        last = {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
        try:
            if consumer:
                await consumer.commit(last)
        except Exception as error:  # noqa: BLE001 - the checkpoint rows hold
            log.info("offsets not committed", group=self.group, cause=type(error).__name__)


class _Assigned(ConsumerRebalanceListener):
    """Sends a consumer to its checkpoints when partitions are assigned to it."""

    def __init__(self, subscription: Consumer) -> None:
        self._subscription = subscription

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Nothing: what is in hand commits, and its checkpoint row makes a zombie harmless."""

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Seek."""
        await self._subscription.seek(assigned)


_GAPS = """
select partition, max(reached.sequence) as after, min(previous) as before from dead_letters letter
join consumer_checkpoints reached using (consumer, topic, partition)
where consumer = $1 and topic = $2 and reason = 'gap' and resolved_at is null
group by partition order by partition
"""


async def _pause(seconds: float) -> float:
    """Wait that long, give or take; returns how long to wait the next time."""
    await asyncio.sleep(seconds * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
    return min(seconds * 2, _LONGEST_PAUSE)
