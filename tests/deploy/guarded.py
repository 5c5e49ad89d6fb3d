"""A real broker that checks who comes: its principals, and a way in for each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from confluent_kafka import KafkaError, Producer
from confluent_kafka.admin import (
    AdminClient,
)

from deploy.kafka import partners, principals
from deploy.kafka.rights import OPERATOR, Right, rights, rights_of_partner
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.services import SERVICES
from shared.contracts.catalogue import topics
from shared.messaging.connection import KafkaAccess, connecting, for_librdkafka
from shared.messaging.topics import create_topics

ROOT = Path(__file__).resolve().parents[2]
RESTRICTED = [each for each in topics() if each.restricted]
OPEN = [each for each in topics() if not each.restricted]
PARTNER, STRANGER = "partner.newspaper", "stranger"
EVERYBODY = (OPERATOR, *SERVICES, PARTNER, STRANGER)
REFUSED = {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED}
AUTHORIZATION = (TopicAuthorizationFailedError, GroupAuthorizationFailedError)
SECONDS = 30


class Guarded:
    """A broker with every topic of the contracts, one message on each, and a way in for each principal."""

    def __init__(self, kafka: Kafka, folder: Path) -> None:
        self.kafka, self.folder = kafka, folder
        self.servers = f"127.0.0.1:{kafka.port}"
        self.operator = AdminClient(for_librdkafka(self.servers, self.access(OPERATOR)))

    def access(self, principal: str) -> KafkaAccess:
        """The settings by which a process is this principal."""
        own = self.folder / f"{principal}.password"
        file = own if own.exists() else self.kafka.authority.password_file(principal)
        return KafkaAccess(
            kafka_security_protocol="SASL_SSL",
            kafka_mechanism="SCRAM-SHA-512",
            kafka_user=principal,
            kafka_password_file=str(file),
            kafka_ca_file=str(self.kafka.authority.ca),
        )

    def keep(self, principal: str, password: str) -> None:
        file = self.folder / f"{principal}.password"
        file.write_text(password, encoding="utf-8")
        file.chmod(0o600)

    def options(self, principal: str) -> dict[str, Any]:
        return for_librdkafka(self.servers, self.access(principal)) | {"log_level": 0}

    async def read(self, principal: str, topic: str, group: str | None) -> bytes | None:
        """The first message of a topic, in a group."""
        options = connecting(self.servers, self.access(principal))
        consumer = AIOKafkaConsumer(topic, group_id=group, auto_offset_reset="earliest", retry_backoff_ms=50, **options)
        try:
            await consumer.start()
            value: bytes | None = (await consumer.getone()).value
            return value
        finally:
            await consumer.stop()


@asynccontextmanager
async def guarding(home: Path) -> AsyncIterator[Guarded]:
    """One of its own, until the end of the block."""
    with pytest.MonkeyPatch.context() as patch:
        kafka = Kafka(home, ROOT / ".local" / "jars", free_port(), free_port())
        for name, value in (await kafka.start()).items():
            patch.setenv(name, value)
        broker = Guarded(kafka, home)
        await create_topics(broker.servers, topics())
        producer = Producer(broker.options(OPERATOR))
        for topic in topics():
            producer.produce(topic.name, f"of {topic.name}".encode(), b"key", partition=0)
        assert await asyncio.to_thread(producer.flush, SECONDS) == 0
        principals.set_passwords(broker.operator, {STRANGER: "a stranger's"})
        broker.keep(STRANGER, "a stranger's")
        broker.keep(PARTNER, await partners.add(broker.servers, PARTNER.removeprefix("partner.")))
        principals.give(broker.operator, [Right(STRANGER, "READ", "GROUP", STRANGER)])
        wanted = 1 + len(rights(topics())) + len(rights_of_partner("newspaper", topics()))
        await until(lambda: len(principals.standing(broker.operator)) == wanted)
        yield broker
        await kafka.stop()


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not await asyncio.to_thread(there):
            await asyncio.sleep(0.05)
