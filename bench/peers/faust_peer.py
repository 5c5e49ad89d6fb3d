"""The same rows written by a faust agent that takes batches of 500; faust decodes, commits by itself every 2.8 s."""

from __future__ import annotations

import tempfile
from typing import Any

import asyncpg
import faust
from faust.types import EventT

from bench import tally
from bench.corpus import MESSAGES
from bench.place import Place
from bench.projection import BATCH, WAIT_MS, Clock, write
from shared.messaging.connection import connecting


async def project(place: Place) -> float:
    """Messages a second: at least once, no schema, no order across restarts, duplicates counted twice."""
    clock = Clock(place.referrals * MESSAGES)
    async with asyncpg.create_pool(place.url, min_size=1, max_size=2) as pool:
        await pool.execute(tally.SCHEMA)
        with tempfile.TemporaryDirectory() as home:
            app = _app(place, home, pool, clock)
            async with app:
                await clock.complete.wait()
    return clock.rate()


def _app(place: Place, home: str, pool: asyncpg.Pool[asyncpg.Record], clock: Clock) -> faust.App:
    app = faust.App(
        place.schema,
        broker=f"aiokafka://{place.servers}",
        broker_credentials=_credentials(place.servers),
        datadir=home,
        topic_disable_leader=True,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
    )
    topic = app.topic(place.topic, value_serializer="json", key_type=bytes, value_type=dict, key_serializer="raw")

    @app.agent(topic)
    async def fold(stream: Any) -> None:
        async for events in stream.take_events(BATCH, within=WAIT_MS / 1000):
            clock.start()
            async with pool.acquire() as connection, connection.transaction():
                await write(connection, [_message(event) for event in events])
            clock.wrote(len(events))

    return app


def _credentials(servers: str) -> faust.SASLCredentials | None:
    options = connecting(servers)
    return options.get("sasl_mechanism") and faust.SASLCredentials(
        mechanism=options["sasl_mechanism"],
        username=options["sasl_plain_username"],
        password=options["sasl_plain_password"],
        ssl_context=options["ssl_context"],
    )


def _message(event: EventT[Any]) -> tuple[str, dict[str, Any]]:
    headers = event.headers
    kind = headers["ce_type"] if isinstance(headers, dict) else dict(headers)["ce_type"]
    return kind.decode(), event.value
