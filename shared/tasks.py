"""What runs beside the HTTP server of a service: it waits for the broker, and keeps the gauges true."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import structlog

from shared import metrics
from shared.contracts.envelope import Topic
from shared.event_store import EventStore
from shared.health import Task
from shared.kafka import Subscription, create_topics
from shared.relay import backlog
from shared.settings import Settings

log = structlog.get_logger(__name__)

_OBSERVE_SECONDS = 5.0


def once_open(settings: Settings, topics: Sequence[Topic], then: Task) -> Task:
    """A task that waits for the broker as long as it takes, creates the topics, and goes on with `then`."""

    async def task() -> None:
        await _open(settings, topics)
        await then()

    return task


async def _open(settings: Settings, topics: Sequence[Topic]) -> None:
    while True:
        try:
            return await create_topics(settings.kafka_bootstrap_servers, topics)
        except ValueError:  # a topic that breaks its contract: waiting does not mend it
            raise
        except Exception as error:  # noqa: BLE001 - the broker is away, in whatever words
            log.warning("topics wait", cause=type(error).__name__)
            await asyncio.sleep(1)


def observe_relay(store: EventStore) -> Task:
    """A task that keeps the relay's gauges true."""

    async def observe() -> None:
        while True:
            with contextlib.suppress(Exception):
                behind, oldest = await backlog(store)
                metrics.BACKLOG.set(behind)
                metrics.OLDEST.set(oldest)
            await asyncio.sleep(_OBSERVE_SECONDS)

    return observe


def observe_inbox(subscription: Subscription) -> Task:
    """A task that keeps the gauges of one consumer true."""
    consumer = subscription.inbox.consumer

    async def observe() -> None:
        while True:
            with contextlib.suppress(Exception):
                behind, oldest = await subscription.lag()
                metrics.LAG.labels(subscription.group).set(behind)
                metrics.WAITED.labels(subscription.group).set(oldest)
                metrics.GAPS.labels(subscription.group).set(await subscription.gaps())
                metrics.STOPPED.labels(subscription.group).set(subscription.stopped)
                query = "select count(*) from dead_letters where consumer = $1 and resolved_at is null"
                metrics.DEAD.labels(consumer).set(await subscription.pool.fetchval(query, consumer))
            await asyncio.sleep(_OBSERVE_SECONDS)

    return observe
