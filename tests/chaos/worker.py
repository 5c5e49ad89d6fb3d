"""A relay or a consumer as a process of its own: `python -m tests.chaos.worker relay|consumer VERSION RELEASE`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection, EventStore, event_types
from shared.eventstore.pool import open_pool
from shared.messaging.cloudevents import Topic
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox, ReceivedMessage
from shared.messaging.outbox_relay import OutboxRelay
from shared.observability.health import Unhealthy
from shared.projections.topic import TopicProjection, prepare
from shared.projections.topic_rebuild import keep_current
from tests.shared.counting import Counted, CountPublished, publish_on, topic

GOOD, REFUSES, CANNOT_READ = "good", "refuses", "cannot-read"
LEDGER = "create table if not exists ledger (stream text, n int, version text, nth bigserial)"
_SAY_SECONDS = 0.3


def odd(n: int) -> bool:
    """The numbers that a bad release cannot take."""
    return n % 5 == 3


def _taken(n: int) -> int:
    if odd(n):
        raise ValueError("not-this-one")
    return n


class Narrow(CountPublished):
    """The message as a release knows it that cannot read all of them."""

    n: Annotated[int, AfterValidator(_taken)]

    @classmethod
    def type_name(cls) -> str:
        return CountPublished.type_name()


@dataclass(frozen=True)
class Ledger:
    """Every message a row, with the version of the consumer that wrote it."""

    version: str
    release: str

    async def apply(self, connection: Connection, received: Sequence[ReceivedMessage]) -> None:
        rows = []
        for each in received:
            assert isinstance(each.message, CountPublished)
            if self.release == REFUSES and odd(each.message.n):
                raise Refused("not-this-one")
            rows.append((each.envelope.subject, each.message.n, self.version))
        await connection.executemany("insert into ledger (stream, n, version) values ($1, $2, $3)", rows)
        _die_if_told()


def _die_if_told() -> None:
    """Between what a batch wrote and its checkpoint, when somebody left a file that says so."""
    told = Path(os.environ.get("CHAOS_DIES", "nowhere"))
    with suppress(FileNotFoundError):
        told.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def fold_of(where: Topic, version: str, release: str = GOOD) -> TopicProjection:
    """The ledger as a consumer of that version and release folds it."""
    where = replace(where, messages=(Narrow,)) if release == CANNOT_READ else where
    return TopicProjection("ledger", version, [LEDGER], [Inbox("ledger", where, Ledger(version, release).apply)])


async def main(part: str, version: str, release: str) -> None:
    """Work until killed."""
    url, servers = os.environ["CHAOS_DATABASE_URL"], os.environ["CHAOS_BOOTSTRAP_SERVERS"]
    where = replace(topic(), name=os.environ["CHAOS_TOPIC"])
    async with open_pool(url, 5) as pool:
        if part == "relay":
            relay = OutboxRelay(EventStore(pool, event_types(Counted)), publish_on(where), [where], servers, url)
            await asyncio.gather(relay.run(), _say(relay.check_health, lambda: relay.leading))
            return
        fold = fold_of(where, version, release)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(1)")
            await prepare(connection, fold)
        subscription = Consumer(servers, "ledger", fold.live[0], pool)
        await asyncio.gather(
            subscription.run(),
            _look(subscription),
            _say(subscription.check_health, lambda: subscription.waiting_for is None),
            keep_current(pool, url, servers, fold),
        )


async def _look(subscription: Consumer) -> None:
    """As the observer of a service does: a consumer that reads elsewhere than its checkpoint is sent there."""
    while True:
        await asyncio.sleep(1)
        try:
            await subscription.lag()
        except Exception:  # noqa: BLE001, S112 - the database or the broker is away
            continue


async def _say(check_health: Callable[[], Awaitable[Unhealthy | None]], works: Callable[[], bool]) -> None:
    """Write its health problem down for whoever follows the runbooks, as /health/ready would report it."""
    path = Path(os.environ["CHAOS_SAYS"])
    while True:
        await asyncio.sleep(_SAY_SECONDS)
        try:
            found = await check_health()
        except Exception:  # noqa: BLE001, S112 - the database is away, and says so itself
            continue
        said = {"code": found.code if found else "", "sentence": str(found or ""), "works": works()}
        path.with_suffix(".new").write_text(json.dumps(said), encoding="utf-8")
        path.with_suffix(".new").replace(path)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
