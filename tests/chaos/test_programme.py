"""Services and broker are killed (SIGKILL) while a programme is lived through: nobody is lost, nobody counts twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local import drive, keys
from deploy.local.demo import live
from deploy.local.history import history
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.processes import spawn, stop
from deploy.services import PORTS, variable
from services.carousel.participations.aggregate import PARTICIPATION
from services.referral.referrals.aggregate import REFERRAL
from shared.domain.aggregate import AnyAggregate
from shared.eventstore.event_store import event_types, recorded
from tests.demo.files import FILE
from tests.demo.programme import Programme

ROOT = Path(__file__).resolve().parents[2]
SEED = 4
SERVICES = ("referral", "carousel", "reporting")
KILLS = ["broker", *SERVICES * 4]
LEAST = 2  # of each service
SECONDS = 400
SETTLED = 60  # seconds for the last message to be received: a killed consumer is replaced after about 10
CROWD: dict[str, Any] = {
    **FILE,
    "carousel": {"sessions_per_cycle": 6, "cycles_held": 60, "sessions_held": 360},
    "referrals": {"received": 720, "distinct_referrers": 180, "completed": 240},
    "trainings": {"basic": 1, "in_depth": 1, "participants": 9},
    "network_events": {"held": 1, "participants": 9, "cities": ["Brugge"]},
}
WORK = {  # what grows in a database while its service works
    "referral": "select coalesce(max(position), 0) from events",
    "carousel": "select coalesce(max(position), 0) from events",
    "reporting": "select coalesce(sum(sequence), 0) from consumer_checkpoints",
}


class Persistent(httpx.HTTPTransport):
    """Asks again, the same bytes under the same key, until the service is back."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        deadline = time.monotonic() + 60
        while True:
            try:
                return super().handle_request(request)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


class Town:
    """The stores, which remember, and the services, which die."""

    def __init__(self, kafka: Kafka, urls: dict[str, str], home: Path) -> None:
        self.kafka, self.urls, self.home = kafka, urls, home
        self.ports = {f"{name.upper()}_PORT": str(free_port()) for name in PORTS}
        self.environment = {
            **os.environ,
            **self.ports,
            **keys.environment(ROOT / ".local"),
            **urls,
            "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{kafka.port}",
        }
        self.running: dict[str, Process] = {}
        self.began: dict[str, int] = {}

    async def start(self, part: str) -> None:
        if part == "broker":
            await self.kafka.start()
            return
        log = self.home / "log" / f"{part}.log"
        command = [sys.executable, "-m", f"services.{part}"]
        self.running[part] = await spawn(command, log, env=self.environment, cwd=ROOT)

    async def kill(self, part: str) -> None:
        process = self.kafka.process if part == "broker" else self.running[part]
        assert process is not None
        assert process.returncode is None, f"the {part} ended by itself"
        os.kill(process.pid, signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL

    async def stop(self) -> None:
        await asyncio.gather(*(stop(process) for process in self.running.values()))

    async def ready(self, part: str) -> None:
        """Return when it says so itself."""
        where = f"http://127.0.0.1:{self.ports[f'{part.upper()}_PORT']}/health/ready"
        async with httpx.AsyncClient(trust_env=False) as client:
            await until(lambda: _answers(client, where))

    async def at_work(self, part: str) -> None:
        """Return once the service, or for the broker the one that consumes most, has got something more done."""
        service = "reporting" if part == "broker" else part
        before = await self.read(service, WORK[service])
        await until(lambda: self._beyond(service, before))

    async def _beyond(self, service: str, before: int) -> bool:
        return await self.read(service, WORK[service]) > before

    async def read(self, service: str, query: str) -> int:
        return int((await self.rows(service, query))[0][0])

    async def rows(self, service: str, query: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.urls[variable(service, "database_url")])
        try:
            return await connection.fetch(query)
        finally:
            await connection.close()


@dataclass(frozen=True)
class Rules:
    """The streams of one aggregate, as its rules fold what stands in the database of its service."""

    service: str
    aggregate: AnyAggregate

    def concerns(self, stream: str, state: object) -> bool:
        return stream.startswith(self.aggregate.stream("")) and state != self.aggregate.initial

    async def of(self, town: Town) -> dict[str, Any]:
        states: dict[str, Any] = {}
        types = event_types(*self.aggregate.events)
        query = f"select * from events where stream like '{self.aggregate.stream('')}%' order by position"
        for row in await town.rows(self.service, query):
            before = states.get(row["stream"], self.aggregate.initial)
            states[row["stream"]] = self.aggregate.evolve(before, recorded(row, types).event)
        return states


RULES = (Rules("referral", REFERRAL), Rules("carousel", PARTICIPATION))


async def _answers(client: httpx.AsyncClient, where: str) -> bool:
    try:
        return (await client.get(where)).is_success
    except httpx.TransportError:
        return False


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    while not await reached():
        await asyncio.sleep(0.02)


@pytest.fixture
async def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    async with AsyncExitStack() as running:
        postgres = Postgres(tmp_path, free_port())
        running.push_async_callback(postgres.stop)
        urls = await postgres.start()
        kafka = Kafka(tmp_path, ROOT / ".local" / "jars", free_port(), free_port())
        running.push_async_callback(kafka.stop)
        await kafka.start()
        laid = Town(kafka, urls, tmp_path)
        running.push_async_callback(laid.stop)
        for name in PORTS:
            await laid.start(name)
        for name in PORTS:
            await laid.ready(name)
        for variable, port in laid.ports.items():
            monkeypatch.setenv(variable, port)
        monkeypatch.setattr(drive, "PATIENCE", 120.0)
        yield laid


@pytest.mark.chaos
@pytest.mark.durable
async def test_nobody_is_lost_and_nobody_counts_twice_while_the_services_are_killed(town: Town, tmp_path: Path) -> None:
    """Accepted people reach the waiting list, sessions reach the journeys, and what comes of them the referrals."""
    client = httpx.Client(transport=Persistent(), timeout=30)
    async with asyncio.timeout(SECONDS):
        living = asyncio.create_task(asyncio.to_thread(live, CROWD, SEED, tmp_path, client))
        killed = await _kill_while(living, town)
        assert await living, "a figure differs from what was told"
        assert killed["broker"], "it ended too soon"
        assert min(killed[name] for name in SERVICES) >= LEAST, f"it ended too soon: {killed}"
        await _stands_as_if_nothing_had_died(town)


async def _kill_while(living: asyncio.Task[bool], town: Town) -> Counter[str]:
    """Kill one part after another at a random moment of its work; each starts again at once."""
    chance, began = random.Random(SEED), time.monotonic()
    killed: Counter[str] = Counter()
    for part in chance.sample(KILLS, len(KILLS)):
        working = asyncio.create_task(town.at_work(part))
        await asyncio.wait([living, working], return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        if living.done():
            break
        await asyncio.sleep(chance.random())
        await town.kill(part)
        killed[part] += 1
        say(f"{time.monotonic() - began:5.1f} s  {part} killed at work")
        await town.start(part)
    return killed


async def _stands_as_if_nothing_had_died(town: Town) -> None:
    """Every referral and every participation comes where the same steps lead without a network; nothing is dead."""
    programme = Programme()
    programme.live(history(CROWD, SEED).steps)
    for rules in RULES:
        expected = {stream: state for stream, state in programme.states.items() if rules.concerns(stream, state)}
        different = await _settled(rules, town, expected)
        assert not different, (
            f"{len(different)} {rules.aggregate.prefix}s lost, made up or left behind: {sorted(different)[:5]}"
        )
        say(f"{len(expected)} {rules.aggregate.prefix}s as if nothing had died")
    for service in SERVICES:
        assert await town.read(service, "select count(*) from dead_letters") == 0


async def _settled(rules: Rules, town: Town, expected: Mapping[str, Any]) -> set[str]:
    """The streams that still differ once what is under way has had its time to arrive."""
    deadline = time.monotonic() + SETTLED
    while True:
        states = await rules.of(town)
        different = {stream for stream in states.keys() | expected.keys() if states.get(stream) != expected.get(stream)}
        if not different or time.monotonic() > deadline:
            return different
        await asyncio.sleep(0.5)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")  # pytest -s shows it
