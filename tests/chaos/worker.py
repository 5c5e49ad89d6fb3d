"""A relay or a consumer as a process of its own: `python -m tests.chaos.worker relay|consumer VERSION`."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace

from shared.eventstore.event_store import EventStore, event_types
from shared.eventstore.pool import open_pool
from shared.messaging.cloudevents import Topic
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.messaging.outbox_relay import OutboxRelay
from shared.projections.topic import TopicProjection, keep_current, prepare
from tests.shared.counting import Counted, Ledger, publish_on, topic

LEDGER = "create table if not exists ledger (stream text, n int, nth bigserial)"


def fold_of(where: Topic, version: str) -> TopicProjection:
    """The ledger as a consumer of that version folds it."""
    return TopicProjection("ledger", version, [LEDGER], [Inbox("ledger", where, Ledger().apply)])


async def main(part: str, version: str) -> None:
    """Work until killed."""
    url, servers = os.environ["CHAOS_DATABASE_URL"], os.environ["CHAOS_BOOTSTRAP_SERVERS"]
    where = replace(topic(), name=os.environ["CHAOS_TOPIC"])
    async with open_pool(url, 5) as pool:
        if part == "relay":
            await OutboxRelay(EventStore(pool, event_types(Counted)), publish_on(where), [where], servers, url).run()
            return
        fold = fold_of(where, version)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(1)")
            await prepare(connection, fold)
        subscription = Consumer(servers, "ledger", fold.live[0], pool)
        await asyncio.gather(
            subscription.run(),
            _look(subscription),
            keep_current(pool, url, servers, fold) if version != "0" else _rest(),
        )


async def _look(subscription: Consumer) -> None:
    """As the observer of a service does: a consumer that reads elsewhere than its checkpoint is sent there."""
    while True:
        await asyncio.sleep(1)
        try:
            await subscription.lag()
        except Exception:  # noqa: BLE001, S112 - the database or the broker is away
            continue


async def _rest() -> None:
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "0"))
