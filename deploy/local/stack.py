"""What runs together, in which order, and the environment variables of programs that use it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from deploy.local import existing, keys, services
from deploy.local.board import Say
from deploy.local.broker_in_process import BrokerInProcess
from deploy.local.jars import Unreachable
from deploy.local.kafka import PORT as KAFKA_PORT
from deploy.local.kafka import Kafka
from deploy.local.ports import port_of
from deploy.local.postgres import PORT as POSTGRES_PORT
from deploy.local.postgres import Postgres
from deploy.local.processes import require_room
from deploy.local.supervision import kept_running
from deploy.services import SERVICES

PATIENCE = 60.0


@asynccontextmanager
async def stores(root: Path, home: Path, say: Say, *, stay: bool = False) -> AsyncIterator[dict[str, str]]:
    """PostgreSQL and Kafka, or the existing ones the environment points at; yields the environment for programs.

    What does not `stay` takes any free port, so that it never meets `up` or its own kind.
    """
    require_room(home)
    environment = services.ports(fixed=stay) | keys.environment(root / ".local")
    async with AsyncExitStack() as running:
        given = await existing.databases()
        if len(given) >= len(SERVICES):
            say("postgres", "the existing ones")
        else:
            postgres = Postgres(home, port_of("POSTGRES_PORT", POSTGRES_PORT if stay else None))
            urls = await running.enter_async_context(kept_running([postgres], say))
            environment |= urls
        if servers := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
            await existing.require_kafka(servers)
            say("kafka", f"the existing one on {servers}")
            found = {"KAFKA_BOOTSTRAP_SERVERS": servers} | existing.kafka_access()
        else:
            port = port_of("KAFKA_PORT", KAFKA_PORT if stay else None)
            controller = port_of("KAFKA_CONTROLLER_PORT", port + 1 if stay else None)
            found = await _kafka(Kafka(home, root / ".local" / "jars", port, controller), say, running)
        yield environment | given | found


@asynccontextmanager
async def everything(root: Path, home: Path, say: Say, *, stay: bool = False) -> AsyncIterator[dict[str, str]]:
    """The stores and every service; unless it is to `stay`, waits until each is ready."""
    async with stores(root, home, say, stay=stay) as environment:
        started = [services.Service(name, root, home, environment, say) for name in SERVICES]
        async with kept_running(started, say):
            if not stay:
                await asyncio.gather(*(service.wait_ready(PATIENCE) for service in started))
            yield environment


async def _kafka(kafka: Kafka, say: Say, running: AsyncExitStack) -> dict[str, str]:
    """Kafka itself, or where its jars cannot be had what takes its place."""
    if not kafka.jars.exists():
        say("jars", "Kafka's 46 jars are fetched from Maven Central (45 MB, once)")
    try:
        return await running.enter_async_context(kept_running([kafka], say))
    except Unreachable as trouble:
        found = await running.enter_async_context(kept_running([BrokerInProcess()], say))
        say(
            "kafka",
            f"{trouble} A broker inside this process takes its place, without TLS and rights, and forgets on exit.",
        )
        return found
