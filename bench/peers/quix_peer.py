"""The same rows written by a quixstreams BatchingSink through psycopg; quixstreams decodes and commits."""

from __future__ import annotations

import tempfile
from typing import Any

import psycopg
from quixstreams import Application
from quixstreams.kafka import ConnectionConfig
from quixstreams.sinks import BatchingSink, SinkBatch

from bench import tally
from bench.corpus import MESSAGES
from bench.place import Place
from bench.projection import BATCH, Clock
from shared.messaging.connection import for_librdkafka


async def project(place: Place) -> float:
    """Messages a second with a checkpoint, and so a write, every 500 messages: at least once, no schema."""
    return _run(place, BATCH)


async def project_by_seconds(place: Place) -> float:
    """The same as it comes out of the box: a checkpoint every 5 seconds, so one write for all that fell into them."""
    return _run(place, 0)


class _Tables(BatchingSink):
    """Journeys and figures."""

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.connection = psycopg.connect(url)

    def add(self, *args: Any, **named: Any) -> None:
        """The clock runs from the first message."""
        self.clock.start()
        super().add(*args, **named)

    def write(self, batch: SinkBatch) -> None:
        """One transaction for the messages of one partition."""
        messages = [(_kind(item.headers), item.value) for item in batch]
        journeys, counts = tally.columns(messages)
        with self.connection.transaction():
            self.connection.execute(tally.JOURNEYS.format("%s", "%s"), journeys)
            self.connection.execute(tally.FIGURES.format(*["%s"] * 7), counts)
        self.clock.wrote(len(messages))


def _run(place: Place, every: int) -> float:
    clock = Clock(place.referrals * MESSAGES)
    url = place.url.replace("search_path=", "options=-csearch_path%3D")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(tally.SCHEMA)
    with tempfile.TemporaryDirectory() as home:
        app = Application(
            broker_address=ConnectionConfig.from_librdkafka_dict(for_librdkafka(place.servers), ignore_extras=True),
            consumer_group=place.schema,
            auto_offset_reset="earliest",
            auto_create_topics=False,
            commit_every=every,
            state_dir=home,
            loglevel="ERROR",
        )
        app.dataframe(app.topic(place.topic, value_deserializer="json")).sink(_Tables(url, clock))
        app.run(count=clock.expected, timeout=60)
    return clock.rate()


def _kind(headers: Any) -> str:
    return str(dict(headers)["ce_type"], "utf-8")
