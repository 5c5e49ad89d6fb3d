"""Servers that exist already: which ones the environment names, and whether they answer."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.processes import Trouble
from deploy.services import SERVICES, variable
from shared.messaging.connection import KafkaAccess, connecting

PATIENCE = 10.0


async def databases() -> dict[str, str]:
    """The databases the environment names, by their variable; Trouble, without a password, when one lets nobody in."""
    names = [variable(service, "database_url") for service in SERVICES]
    given = {name: url for name in names if (url := os.environ.get(name))}
    for name, url in given.items():
        async with _answering(f"The PostgreSQL that {name} names does not let us in"):
            await (await asyncpg.connect(url)).close()
    owners = [variable(service, "database_owner_url") for service in SERVICES]
    return given | {name: url for name in owners if (url := os.environ.get(name))}


def kafka_access() -> dict[str, str]:
    """How the environment says that the existing Kafka is reached."""
    names = [name.upper() for name in KafkaAccess.model_fields]
    return {name: os.environ[name] for name in names if name in os.environ}


async def require_kafka(servers: str) -> None:
    """Refuse in one sentence when no Kafka answers there."""
    async with _answering(f"The Kafka that KAFKA_BOOTSTRAP_SERVERS names ({servers}) does not answer"):
        admin = AIOKafkaAdminClient(**connecting(servers))
        try:
            await admin.start()
        finally:
            await admin.close()


@asynccontextmanager
async def _answering(otherwise: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except (OSError, ValueError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Trouble(f"{otherwise} ({type(error).__name__}).") from None
