"""A service that consumes a number, publishes the next, and takes one by HTTP: `python -m tests.shared.ending`."""

from __future__ import annotations

import os
import time
from dataclasses import replace

from fastapi import APIRouter, HTTPException
from pydantic import SecretStr

from shared.eventstore.event_store import VersionConflict
from shared.messaging.cloudevents import Topic
from shared.messaging.inbox import Inbox
from shared.service.serving import serve
from shared.service.settings import Settings
from shared.service.wiring import Wire, Wiring, application_of
from tests.shared.counting import COUNTED, Counted, CountPublished, publish_on
from tests.shared.test_service import META, NOW, echo


def topics(mark: str) -> tuple[Topic, Topic]:
    """What it consumes, and where it publishes."""
    incoming = Topic(f"test.{mark}.incoming", "/carrousel/test", (CountPublished,), partitions=12)
    return incoming, replace(incoming, name=f"test.{mark}.outgoing", source="/carrousel/echo")


def counting(incoming: Topic, outgoing: Topic) -> Wire:
    """`POST /count/7` is one event, however often it is asked."""

    async def wire(service: Wiring) -> None:
        store = await service.add_event_store([COUNTED])
        service.add_outbox_relay(store, publish_on(outgoing), outgoing)
        service.add_consumer(Inbox("echo", incoming, lambda connection, received: echo(store, connection, received)))
        router = APIRouter()

        @router.post("/count/{n}")
        async def count(n: int) -> None:
            try:
                async with store.transaction() as connection:
                    await store.append(connection, f"http-{n}", 0, [Counted(n=n)], META, NOW)
            except VersionConflict:
                raise HTTPException(409) from None

        @router.post("/hang")
        async def hang() -> None:
            time.sleep(600)  # noqa: ASYNC251 - what no code of ours may do

        service.add_routes(router)

    return wire


def main() -> None:
    """Serve, as every service does."""
    settings = Settings(
        database_url=SecretStr(os.environ["ENDING_DATABASE_URL"]),
        port=int(os.environ["ENDING_PORT"]),
        auth_jwks_file=os.environ["ENDING_JWKS_FILE"],
    )
    incoming, outgoing = topics(os.environ["ENDING_MARK"])
    serve("ending", settings, application_of("Ending", settings, {}, counting(incoming, outgoing)))


if __name__ == "__main__":
    main()
