"""What is done to a broker that works: passwords are rotated, and data of a release without users is taken over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError
from confluent_kafka.admin import AdminClient

from deploy.kafka.principals import set_passwords, standing
from deploy.kafka.rights import OPERATOR, rights
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from shared.contracts.catalogue import topics
from shared.eventstore.event_store import EventStore
from shared.messaging.connection import KafkaAccess, connecting, for_librdkafka
from shared.messaging.topics import create_topics
from tests.shared.counting import Counted
from tests.shared.test_exactly_once_over_kafka import META, NOW, Road

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120


class Earlier(Kafka):
    """A broker as the release before started it: without TLS, users and rights."""

    def _set_up(self) -> None:
        pass

    def _settings(self) -> dict[str, str | int]:
        clients = f"PLAINTEXT://127.0.0.1:{self.port}"
        own = {name: value for name, value in super()._settings().items() if not _of_locks(name)}
        return own | {
            "listeners": f"{clients},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": clients,
        }


def _of_locks(name: str) -> bool:
    words = ("ssl", "sasl", "authorizer", "acl", "super.users", "protocol.map", "inter.broker", "reauth")
    return any(word in name for word in words)


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    """The jars of this working copy, beside which there are keys and passwords of this test alone."""
    tmp_path.chmod(0o755)
    (tmp_path / "jars").symlink_to((ROOT / ".local" / "jars").resolve())
    return tmp_path / "jars"


@pytest.fixture
async def kafka(tmp_path: Path, jars: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Kafka]:
    kafka = Kafka(tmp_path / "one", jars, free_port(), free_port())
    for name, value in (await kafka.start()).items():
        monkeypatch.setenv(name, value)
    yield kafka
    await kafka.stop()


async def append(store: EventStore, first: int, stop: asyncio.Event) -> int:
    """Commands go on, one event each, until told to stop; any that fails fails the test."""
    version = first
    while not stop.is_set():
        async with store.transaction() as connection:
            await store.append(connection, "a", version, [Counted(n=version)], META, NOW)
        version += 1
        await asyncio.sleep(0.01)
    return version


async def received(road: Road, number: int) -> None:
    async with asyncio.timeout(SECONDS):
        while await road.pool.fetchval("select count(*) from ledger") < number:
            await asyncio.sleep(0.05)


@pytest.mark.durable
async def test_a_password_is_rotated_while_messages_flow(
    kafka: Kafka, pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    road = Road(pool, database_url, f"127.0.0.1:{kafka.port}")
    await road.lay()
    for part in ("relay", "subscription"):
        road.start(part)
    stop = asyncio.Event()
    commands = asyncio.create_task(append(road.store, 0, stop))
    await received(road, 1)
    before = KafkaAccess().model_copy(update={"kafka_password_file": str(_kept(kafka))})
    set_passwords(AdminClient(for_librdkafka(road.servers)), {OPERATOR: "another-password"})
    kafka.authority.password_file(OPERATOR).write_text("another-password", encoding="utf-8")
    await kafka.stop()  # every connection has to be made again, with the new password
    await kafka.start()
    written = await pool.fetchval("select count(*) from events")
    await received(road, written)
    stop.set()
    written = await commands
    await received(road, written)
    assert [row["n"] for row in await pool.fetch("select n from ledger order by n")] == list(range(written))
    consumer = AIOKafkaConsumer(**connecting(road.servers, before))
    with pytest.raises(KafkaConnectionError):
        await consumer.start()
    await consumer.stop()
    for part in ("relay", "subscription"):
        await road.stop(part)


def _kept(kafka: Kafka) -> Path:
    """The password as it was."""
    file = kafka.authority.folder / "before.password"
    file.write_bytes(kafka.authority.password_file(OPERATOR).read_bytes())
    file.chmod(0o600)
    return file


@pytest.mark.durable
async def test_the_data_of_a_broker_without_users_is_taken_over(
    tmp_path: Path, jars: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports, topic = (free_port(), free_port()), topics()[0].name
    earlier = Earlier(tmp_path / "one", jars, *ports)
    await earlier.start()
    plain = KafkaAccess(kafka_security_protocol="PLAINTEXT")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "PLAINTEXT")
    await create_topics(f"127.0.0.1:{ports[0]}", topics())
    async with AIOKafkaProducer(**connecting(f"127.0.0.1:{ports[0]}", plain)) as producer:
        await producer.send_and_wait(topic, b"of then", partition=0)
    await earlier.stop()
    later = Kafka(tmp_path / "one", jars, *ports)
    try:
        for name, value in (await later.start()).items():
            monkeypatch.setenv(name, value)
        servers = f"127.0.0.1:{ports[0]}"
        async with AIOKafkaConsumer(topic, auto_offset_reset="earliest", **connecting(servers)) as consumer:
            assert (await consumer.getone()).value == b"of then"
        admin = AdminClient(for_librdkafka(servers))
        assert len(standing(admin)) == len(rights(topics()))
    finally:
        await later.stop()
