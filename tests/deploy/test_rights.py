"""Who may read and write which topic: said by the contracts, and held by a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from deploy.kafka.__main__ import give
from deploy.kafka.rights import Right, publisher, rights
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.services import SERVICES
from shared.contracts.catalogue import topics
from shared.messaging.topics import create_topics

ROOT = Path(__file__).resolve().parents[2]
RESTRICTED = [each for each in topics() if each.restricted]
OPEN = [each for each in topics() if not each.restricted]


class GuardedKafka(Kafka):
    """A broker that asks for a name and a password, and checks rights; whoever comes by the plain door may do all."""

    def __init__(self, home: Path, jars: Path) -> None:
        super().__init__(home, jars, free_port(), free_port())
        self.guarded = free_port()

    def _settings(self) -> dict[str, str | int]:
        door = f"SASL_PLAINTEXT://127.0.0.1:{self.guarded}"
        users = " ".join(f'user_{name}="{name}"' for name in (*SERVICES, "newspaper"))
        settings = super()._settings()
        return settings | {
            "listeners": f"{settings['listeners']},{door}",
            "advertised.listeners": f"{settings['advertised.listeners']},{door}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config": "org.apache.kafka.common.security.plain"
            f".PlainLoginModule required {users};",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        }

    def as_user(self, name: str) -> dict[str, Any]:
        """How a client says who it is."""
        return {
            "bootstrap_servers": f"127.0.0.1:{self.guarded}",
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "PLAIN",
            "sasl_plain_username": name,
            "sasl_plain_password": name,
        }

    async def read(self, name: str, topic: str, group: str) -> bytes | None:
        """The first message of a topic, as `name`."""
        settings = {"group_id": group, "auto_offset_reset": "earliest", "retry_backoff_ms": 50}
        consumer = AIOKafkaConsumer(topic, **settings, **self.as_user(name))
        try:
            await consumer.start()
            value: bytes | None = (await consumer.getone()).value
            return value
        finally:
            await consumer.stop()

    async def write(self, name: str, topic: str) -> None:
        """One message, as `name`."""
        async with AIOKafkaProducer(**self.as_user(name), acks="all", enable_idempotence=True) as producer:
            await producer.send_and_wait(topic, f"of {topic}".encode())


def standing(admin: AdminClient) -> list[AclBinding]:
    """Every right the broker knows of."""
    anything: Any = None
    everything = AclBindingFilter(
        ResourceType.ANY,
        anything,
        ResourcePatternType.ANY,
        anything,
        anything,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    return list(admin.describe_acls(everything).result(30))


@pytest.fixture
async def kafka(tmp_path: Path) -> AsyncIterator[GuardedKafka]:
    broker = GuardedKafka(tmp_path, ROOT / ".local" / "jars")
    servers = (await broker.start())["KAFKA_BOOTSTRAP_SERVERS"]
    await create_topics(servers, topics())
    wanted = rights(topics())
    admin = AdminClient({"bootstrap.servers": servers})
    assert give(admin, wanted) == len(wanted)
    while len(await asyncio.to_thread(standing, admin)) < len(wanted):  # the broker hears of them a moment later
        await asyncio.sleep(0.05)
    yield broker
    await broker.stop()


def test_no_partner_is_given_a_restricted_topic() -> None:
    assert {each.name for each in RESTRICTED} >= {"referral.cases", "carousel.cases"}
    names = {each.name for each in RESTRICTED}
    assert {right.principal for right in rights(topics()) if right.name in names} <= set(SERVICES)


def test_each_topic_is_written_by_the_service_that_publishes_it_alone() -> None:
    writers = {(right.name, right.principal) for right in rights(topics()) if right.operation == "WRITE"}
    assert writers == {(each.name, publisher(each)) for each in topics()}
    assert {publisher(each) for each in topics()} <= set(SERVICES)


def test_anybody_may_read_an_open_topic() -> None:
    for each in OPEN:
        assert Right("*", "READ", "TOPIC", each.name) in rights(topics())


@pytest.mark.durable
async def test_the_broker_holds_the_rights(kafka: GuardedKafka) -> None:
    case, fact = RESTRICTED[0], OPEN[0]
    admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{kafka.port}"})
    assert give(admin, rights(topics())) == len(standing(admin))  # given again, they are the same
    for topic in (case, fact):
        await kafka.write(publisher(topic), topic.name)
    assert await kafka.read("reporting", case.name, f"reporting.{case.name}") == f"of {case.name}".encode()
    assert await kafka.read("newspaper", fact.name, "partner.newspaper") == f"of {fact.name}".encode()
    with pytest.raises(TopicAuthorizationFailedError):
        await kafka.read("newspaper", case.name, "partner.newspaper")
    with pytest.raises(GroupAuthorizationFailedError):
        await kafka.read("newspaper", fact.name, f"reporting.{fact.name}")
    stranger = next(name for name in SERVICES if name != publisher(fact))
    with pytest.raises(TopicAuthorizationFailedError):
        await kafka.write(stranger, fact.name)


@pytest.mark.durable
def test_a_broker_that_checks_no_rights_is_said(bootstrap_servers: str) -> None:
    assert give(AdminClient({"bootstrap.servers": bootstrap_servers}), rights(topics())) == 0
