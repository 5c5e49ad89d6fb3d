"""SIGTERM ends a process within 25 seconds whatever hangs; what was acknowledged is kept, nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import asyncpg
import httpx
import psutil  # type: ignore[import-untyped]
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local import keys
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.processes import spawn, stop
from deploy.services import PORTS
from shared.messaging.cloudevents import Position, Topic, headers
from shared.messaging.connection import connecting
from tests.disks import fill
from tests.shared.counting import CountPublished
from tests.shared.ending import topics
from tests.shared.test_service import NOW

pytestmark = pytest.mark.durable
Ill: TypeAlias = "Callable[[Stack], AbstractAsyncContextManager[None]]"
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 25.0
HEARD = 300


@dataclass
class Stack:
    """A PostgreSQL and a Kafka of its own, and a service on them."""

    postgres: Postgres
    kafka: Kafka
    home: Path
    disk: Path
    mark: str = field(default_factory=lambda: uuid4().hex[:8])
    port: int = field(default_factory=free_port)
    acknowledged: set[int] = field(default_factory=set)
    process: Process | None = None

    @property
    def url(self) -> str:
        return self.postgres.url("referral")

    @property
    def servers(self) -> str:
        return f"127.0.0.1:{self.kafka.port}"

    async def start(self) -> None:
        environment = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self.servers,
            "ENDING_DATABASE_URL": self.url,
            "ENDING_PORT": str(self.port),
            "ENDING_MARK": self.mark,
            "ENDING_JWKS_FILE": keys.environment(self.home)["AUTH_JWKS_FILE"],
        }
        command = [sys.executable, "-m", "tests.shared.ending"]
        self.process = await spawn(command, self.home / "log" / "ending.log", env=environment, cwd=ROOT)
        async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
            while not await _ready(client, self.port):
                assert self.process.returncode is None
                await asyncio.sleep(0.1)

    async def work(self) -> None:
        """Ask for one count after another, ten at once, until cancelled; remember what was acknowledged."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client, asyncio.TaskGroup() as tasks:
            for first in range(10):
                tasks.create_task(self._count(client, first))

    async def _count(self, client: httpx.AsyncClient, n: int) -> None:
        while True:
            with suppress(httpx.TransportError):
                if (await client.post(f"http://127.0.0.1:{self.port}/count/{n}")).status_code == 200:
                    self.acknowledged.add(n)
                    n += 10
            await asyncio.sleep(0.01)

    async def say(self, first: int) -> None:
        """Messages for it to consume."""
        incoming, _ = topics(self.mark)
        async with AIOKafkaProducer(**connecting(self.servers)) as producer:
            for n in range(first, first + HEARD):
                outgoing = CountPublished(n=n)
                sealed = headers(incoming, outgoing, f"incoming-{n}", Position(n + 1, n), NOW)
                await producer.send_and_wait(
                    incoming.name, outgoing.model_dump_json().encode(), key=b"one", headers=sealed, partition=0
                )

    async def end(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), SECONDS)

    async def received_and_outgoing(self) -> None:
        """Everything acknowledged and everything received is one event, and each event was outgoing."""
        connection = await asyncpg.connect(self.url)
        async with asyncio.timeout(60):
            while await connection.fetchval("select count(*) from events where stream like 'incoming-%'") < 2 * HEARD:
                await asyncio.sleep(0.1)
        rows = await connection.fetch("select stream, count(*) as n from events group by stream")
        await connection.close()
        events = {row["stream"] for row in rows}
        assert {row["n"] for row in rows} == {1}
        assert {f"http-{n}" for n in self.acknowledged} <= events
        _, outgoing = topics(self.mark)
        assert await _outgoing(self.servers, outgoing, len(events)) == events


async def _ready(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/health/ready")).is_success
    except httpx.TransportError:
        return False


async def _outgoing(servers: str, where: Topic, many: int) -> set[str]:
    found: set[str] = set()
    async with AIOKafkaConsumer(where.name, **connecting(servers), auto_offset_reset="earliest") as consumer:
        async with asyncio.timeout(60):
            while len(found) < many:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found |= {record.key.decode() for record in records}
    return found


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    async with laid(tmp_path, tmp_path) as stack:
        yield stack


@asynccontextmanager
async def laid(database: Path, home: Path) -> AsyncIterator[Stack]:
    """A stack with its database in a folder of its own; nothing is left of it."""
    async with AsyncExitStack() as running:
        postgres = Postgres(database, free_port())
        running.push_async_callback(postgres.stop)
        await postgres.start()
        kafka = Kafka(home, ROOT / ".local" / "jars", free_port(), free_port())
        running.push_async_callback(kafka.stop)
        await kafka.start()
        stack = Stack(postgres, kafka, home, database)
        yield stack
        for each in (postgres, kafka):
            _signal(each, signal.SIGCONT)
        if stack.process:
            await stop(stack.process)


def _signal(store: Postgres | Kafka, how: signal.Signals) -> None:
    assert store.process is not None
    parent = psutil.Process(store.process.pid)
    for each in [parent, *parent.children()]:
        with suppress(psutil.NoSuchProcess):
            each.send_signal(how)


@asynccontextmanager
async def silent(store: Postgres | Kafka, before: float) -> AsyncIterator[None]:
    _signal(store, signal.SIGSTOP)
    await asyncio.sleep(before)
    yield
    _signal(store, signal.SIGCONT)


@asynccontextmanager
async def locked(stack: Stack) -> AsyncIterator[None]:
    holder = await asyncpg.connect(stack.url)
    begun = holder.transaction()
    await begun.start()
    # In the order in which a consumer takes them: in another one, the two would wait for each other.
    await holder.execute("lock table consumer_checkpoints, events, outbox_checkpoints in access exclusive mode")
    await asyncio.sleep(1)
    yield
    await begun.rollback()
    await holder.close()


@asynccontextmanager
async def held_appends(stack: Stack) -> AsyncIterator[None]:
    """An append that is never committed: the relay waits for it."""
    holder = await asyncpg.connect(stack.url)
    begun = holder.transaction()
    await begun.start()
    await holder.execute("select pg_advisory_xact_lock_shared(7226001), nextval('events_position_seq')")
    await asyncio.sleep(1)
    yield
    await begun.rollback()
    await holder.close()


@asynccontextmanager
async def disk_full(stack: Stack) -> AsyncIterator[None]:
    ballast = stack.disk / "ballast"
    fill(ballast)
    await asyncio.sleep(1)
    yield
    ballast.unlink()


def broker_silent(stack: Stack) -> AbstractAsyncContextManager[None]:
    return silent(stack.kafka, 0.2)


def database_silent(stack: Stack) -> AbstractAsyncContextManager[None]:
    return silent(stack.postgres, 0.2)


ILL = [broker_silent, database_silent, locked, held_appends]


@pytest.mark.parametrize("ill", ILL)
async def test_a_process_ends_in_time_and_everything_in_hand_is_whole(stack: Stack, ill: Ill) -> None:
    await ends_whole(stack, ill)


async def test_a_process_ends_in_time_on_a_full_disk(small_disk: Path) -> None:
    async with laid(small_disk, small_disk.parent) as stack:
        await ends_whole(stack, disk_full)


async def ends_whole(stack: Stack, ill: Ill) -> None:
    """Work, fall ill, end, get well, start again: nothing is missing and nothing is double."""
    await stack.start()
    working = asyncio.create_task(stack.work())
    await stack.say(0)
    async with asyncio.timeout(120):
        while len(stack.acknowledged) < 50:
            await asyncio.sleep(0.05)
    speaking = asyncio.create_task(stack.say(HEARD))
    async with ill(stack):
        code = await stack.end()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await speaking
    assert code in (-signal.SIGTERM, 1)
    await stack.start()
    await stack.received_and_outgoing()
    assert await stack.end() == -signal.SIGTERM


async def test_a_process_whose_loop_hangs_ends_in_time_too(stack: Stack) -> None:
    await stack.start()
    async with httpx.AsyncClient(trust_env=False, timeout=0.5) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(f"http://127.0.0.1:{stack.port}/hang")
    assert await stack.end() == 1


async def test_every_service_ends_in_time_while_the_broker_is_silent(stack: Stack) -> None:
    ports = {f"{name.upper()}_PORT": str(free_port()) for name in PORTS}
    environment = {
        **os.environ,
        **ports,
        **keys.environment(stack.home),
        **{f"{name.upper()}_DATABASE_URL": stack.postgres.url(name) for name in PORTS},
        "KAFKA_BOOTSTRAP_SERVERS": stack.servers,
    }
    log = stack.home / "log" / "services.log"
    started = [
        await spawn([sys.executable, "-m", f"services.{name}"], log, env=environment, cwd=ROOT) for name in PORTS
    ]
    try:
        async with asyncio.timeout(90), httpx.AsyncClient(trust_env=False) as client:
            for port in ports.values():
                while not await _ready(client, int(port)):
                    await asyncio.sleep(0.2)
        async with silent(stack.kafka, 8):
            for each in started:
                each.send_signal(signal.SIGTERM)
            waiting: list[Awaitable[int]] = [asyncio.wait_for(each.wait(), SECONDS) for each in started]
            assert set(await asyncio.gather(*waiting)) <= {-signal.SIGTERM, 1}
    finally:
        for each in started:
            await stop(each)
