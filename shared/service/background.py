"""Tasks beside the HTTP server of a service: they wait for the broker, and keep gauges current."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from shared.messaging.cloudevents import Topic
from shared.messaging.consumer import Consumer
from shared.messaging.outbox_relay import OutboxRelay, backlog
from shared.messaging.topics import create_topics
from shared.messaging.unpublishable import how_many_wait
from shared.observability import metrics
from shared.observability.health import Progress, Task
from shared.service.settings import Settings

log = structlog.get_logger(__name__)

_OBSERVE_SECONDS = 5.0


def once_open(settings: Settings, topics: Sequence[Topic], then: Task) -> Task:
    """A task that waits for the broker as long as it takes, creates the topics, and goes on with `then`."""

    async def task() -> None:
        await _open(settings, topics)
        await then()

    return task


async def _open(settings: Settings, topics: Sequence[Topic]) -> None:
    servers = settings.kafka_bootstrap_servers
    while True:
        try:
            return await create_topics(servers, topics, settings.kafka_replication)
        except ValueError:  # a topic that breaks its contract: waiting does not mend it
            raise
        except Exception as error:  # noqa: BLE001 - the broker is away, whatever it raises
            log.warning("topics wait", cause=type(error).__name__)
            await asyncio.sleep(1)


def observing(part: str, look: Callable[[], Awaitable[None]]) -> Task:
    """A task that sets gauges with `look`, every five seconds.

    While `look` fails, the gauges are as old as `carrousel_last_success_timestamp_seconds` of `part`.
    """

    async def observe() -> None:
        progress = Progress(part)
        while True:
            try:
                async with asyncio.timeout(_OBSERVE_SECONDS):
                    await look()
                progress.succeeded()
            except Exception as error:  # noqa: BLE001 - whatever it is, the gauges are stale
                log.warning("gauges are stale", part=part, cause=type(error).__name__)
            await asyncio.sleep(_OBSERVE_SECONDS)

    return observe


def observe_relay(relay: OutboxRelay) -> Task:
    """A task that sets the relay's gauges."""

    async def look() -> None:
        metrics.LAST_SUCCESS.labels("relay").set(time.time() - (time.monotonic() - relay.last_success))
        behind, oldest = await backlog(relay.store)
        metrics.BACKLOG.set(behind)
        metrics.OLDEST.set(oldest)
        metrics.UNPUBLISHABLE.set(await how_many_wait(relay.store))

    return observing("relay metrics", look)


def observe_consumer(consumer: Consumer) -> Task:
    """A task that sets the gauges of one consumer."""
    name, group = consumer.inbox.consumer, consumer.group

    async def look() -> None:
        behind, oldest = await consumer.lag()
        idle = not behind and consumer.waiting_for is None
        metrics.LAST_SUCCESS.labels(group).set(time.time() if idle else consumer.last_success)
        metrics.LAG.labels(group).set(behind)
        metrics.OLDEST_UNAPPLIED.labels(group).set(oldest)
        metrics.GAP.labels(group).set(await consumer.gaps())
        metrics.STOPPED.labels(group).set(consumer.stopped)
        query = "select count(*) from dead_letters where consumer = $1 and resolved_at is null"
        metrics.DEAD.labels(name).set(await consumer.pool.fetchval(query, name))

    return observing(f"{group} metrics", look)
