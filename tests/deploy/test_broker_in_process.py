"""No jars and no way to fetch them: a broker in the process takes Kafka's place, says so, and forgets."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from rich.console import Console

from deploy.local.board import Board
from deploy.local.stack import stores
from shared.contracts.catalogue import topics
from shared.messaging.connection import connecting
from shared.messaging.producer import open_producer
from shared.messaging.topics import create_topics

pytestmark = pytest.mark.usefixtures("_no_network")


@pytest.fixture
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    for variable in ("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_FORGETS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "PLAINTEXT")


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
async def environment(tmp_path: Path, said: io.StringIO) -> AsyncIterator[dict[str, str]]:
    async with stores(tmp_path, tmp_path, Board(Console(file=said, soft_wrap=True)).say) as environment:
        yield environment


async def test_it_is_announced_in_one_line(environment: dict[str, str], said: io.StringIO) -> None:
    lines = [line for line in said.getvalue().splitlines() if "takes its place" in line]
    assert len(lines) == 1
    assert "could not be fetched from Maven Central" in lines[0]
    assert "without TLS and rights, and forgets on exit" in lines[0]
    assert (environment["KAFKA_FORGETS"], environment["KAFKA_SECURITY_PROTOCOL"]) == ("1", "PLAINTEXT")


async def test_it_has_every_topic_of_the_contracts(environment: dict[str, str]) -> None:
    servers = environment["KAFKA_BOOTSTRAP_SERVERS"]
    await create_topics(servers, topics())  # nothing is missing, and the partitions are those of the contract
    async with AIOKafkaConsumer(**connecting(servers)) as consumer:
        assert {topic.name for topic in topics()} <= await consumer.topics()


async def test_what_is_acknowledged_is_read_back_in_order(environment: dict[str, str]) -> None:
    servers, name = environment["KAFKA_BOOTSTRAP_SERVERS"], topics()[0].name
    async with open_producer(servers) as producer:
        await producer.send_all([(name, 0, b"one key", b"%d" % nth, [("a", b"b")]) for nth in range(1000)])
    values: list[int] = []
    async with AIOKafkaConsumer(name, **connecting(servers), group_id="test", auto_offset_reset="earliest") as consumer:
        while len(values) < 1000:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                values += [int(record.value) for record in records]
    assert values == list(range(1000))
