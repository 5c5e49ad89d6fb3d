"""Servers that exist already: which ones the environment names, and whether they answer."""

import asyncio
import os

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.postgres import SERVICES
from deploy.local.processes import Trouble

PATIENCE = 10.0


def variable(service: str) -> str:
    """The variable that names the database of one service."""
    return f"{service.upper()}_DATABASE_URL"


def databases() -> dict[str, str]:
    """The databases the environment names, by their variable."""
    return {variable(name): url for name in SERVICES if (url := os.environ.get(variable(name)))}


async def require_database(name: str, url: str) -> None:
    """Refuse in one sentence, that never repeats the password in `url`, when no PostgreSQL lets us in there."""
    try:
        async with asyncio.timeout(PATIENCE):
            connection = await asyncpg.connect(url)
            await connection.close()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Trouble(f"The PostgreSQL that {name} names does not let us in ({type(error).__name__}).") from None


async def require_kafka(servers: str) -> None:
    """Refuse in one sentence when no Kafka answers there."""
    try:
        async with asyncio.timeout(PATIENCE):
            admin = AIOKafkaAdminClient(bootstrap_servers=servers)
            try:
                await admin.start()
            finally:
                await admin.close()
    except (OSError, TimeoutError, ValueError, KafkaError) as error:
        problem = type(error).__name__
        raise Trouble(
            f"The Kafka that KAFKA_BOOTSTRAP_SERVERS names ({servers}) does not answer ({problem})."
        ) from None
