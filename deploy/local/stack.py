"""What runs together, in which order, and what it tells the programs that use it (environment variables)."""

import asyncio
import os
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

from deploy.local import existing, keys, services
from deploy.local.board import Board
from deploy.local.broker_in_process import BrokerInProcess
from deploy.local.jars import Unreachable
from deploy.local.kafka import PORT as KAFKA_PORT
from deploy.local.kafka import Kafka
from deploy.local.ports import port_of
from deploy.local.postgres import PORT as POSTGRES_PORT
from deploy.local.postgres import SERVICES, Postgres
from deploy.local.processes import Trouble, require_room
from shared.contracts.catalogue import topics
from shared.messaging.cloudevents import Topic

PATIENCE = 60.0
SPARE = [Topic(f"spare.{nth}", "", ()) for nth in range(100)]  # for tests: nobody else can create one there


@asynccontextmanager
async def stores(root: Path, home: Path, board: Board, *, stay: bool = False) -> AsyncIterator[dict[str, str]]:
    """PostgreSQL and Kafka, or the existing ones the environment points at; yields the environment for programs.

    What does not `stay` takes any free port, so that it never meets `up` or its own kind.
    """
    require_room(home)
    environment = services.ports(fixed=stay) | keys.environment(root / ".local")
    async with AsyncExitStack() as running:
        given = existing.databases()
        for variable, url in given.items():
            await existing.require_database(variable, url)
        if len(given) == len(SERVICES):
            board.say("postgres", "the existing ones")
        else:
            postgres = Postgres(home, port_of("POSTGRES_PORT", POSTGRES_PORT if stay else None))
            urls = await _start("postgres", postgres, board, running)
            environment |= {existing.variable(name): url for name, url in urls.items()}
        environment |= given
        if servers := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
            await existing.require_kafka(servers)
            board.say("kafka", f"the existing one on {servers}")
            environment["KAFKA_BOOTSTRAP_SERVERS"] = servers
        else:
            port = port_of("KAFKA_PORT", KAFKA_PORT if stay else None)
            controller = port_of("KAFKA_CONTROLLER_PORT", port + 1 if stay else None)
            kafka = Kafka(home, root / ".local" / "jars", port, controller)
            environment |= await _kafka(kafka, board, running)
        yield environment


@asynccontextmanager
async def everything(root: Path, home: Path, board: Board, *, stay: bool = False) -> AsyncIterator[dict[str, str]]:
    """The stores and every service that exists; unless it is to `stay`, waits until each is ready."""
    async with stores(root, home, board, stay=stay) as environment, AsyncExitStack() as running:
        started = [services.Service(name, root, home, environment, board.say) for name in services.present(root)]
        running.push_async_callback(_stop_together, started)
        for service in started:
            service.start()
        for service in () if stay else started:
            await service.wait_ready(PATIENCE)
        yield environment


async def _kafka(kafka: Kafka, board: Board, running: AsyncExitStack) -> dict[str, str]:
    """Kafka itself, or where its jars cannot be had what takes its place."""
    if not kafka.jars.exists():
        board.say("jars", "Kafka's 46 jars are fetched from Maven Central (45 MB, once)")
    try:
        return await _start("kafka", kafka, board, running)
    except Unreachable as trouble:
        told = await _start("broker", BrokerInProcess([*topics(), *SPARE]), board, running)
        board.say("kafka", f"{trouble} A broker inside this process takes its place and forgets on exit.")
        return told


async def _stop_together(started: Sequence[services.Service]) -> None:
    await asyncio.gather(*(service.stop() for service in started))


class Store(Protocol):
    """PostgreSQL, Kafka, or what takes Kafka's place."""

    @property
    def port(self) -> int: ...
    @property
    def process(self) -> Process | None: ...

    async def start(self) -> dict[str, str]: ...
    async def stop(self) -> None: ...


async def _start(name: str, store: Store, board: Board, running: AsyncExitStack) -> dict[str, str]:
    board.say(name, "starting")
    running.push_async_callback(store.stop)
    told = await store.start()
    board.say(name, f"ready on 127.0.0.1:{store.port}")
    watch = asyncio.create_task(_start_again(name, store, board))
    running.push_async_callback(_end, watch)
    return told


async def _start_again(name: str, store: Store, board: Board) -> None:
    """Start it again whenever it ends, each time after a longer pause."""
    pause = 0.5
    while store.process:
        code = await store.process.wait()
        board.say(name, f"ended with exit {code}; again in {pause:.1f} s")
        await asyncio.sleep(pause)
        pause = min(pause * 2, services.LONGEST_PAUSE)
        try:
            await store.start()
            board.say(name, f"ready again on 127.0.0.1:{store.port}")
        except (Trouble, OSError) as trouble:
            board.say(name, str(trouble))


async def _end(watch: asyncio.Task[None]) -> None:
    watch.cancel()
    await asyncio.wait([watch])
