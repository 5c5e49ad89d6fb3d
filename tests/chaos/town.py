"""Two databases, a broker, two relays and two consumers: processes that can die, stand still or lose their data."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
from pydantic import BaseModel

from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.processes import Trouble, spawn, stop
from shared.eventstore import event_store, projection_versions
from shared.eventstore.event_store import EventStore, event_types
from shared.eventstore.outages import is_infrastructure
from shared.eventstore.pool import open_pool
from shared.messaging import inbox
from shared.messaging.outbox_relay import OutboxRelay, backlog
from shared.projections.topic_rebuild import rebuild
from shared.service.wiring import create_tables
from tests.chaos import broker
from tests.chaos.worker import GOOD, LEDGER, fold_of
from tests.shared.counting import Counted, publish_on, topic

ROOT = Path(__file__).resolve().parents[2]
RELAYS, CONSUMERS = ("relay-1", "relay-2"), ("consumer-1", "consumer-2")
WORKERS = (*RELAYS, *CONSUMERS)
DISK = "700m"
_SMALL_LOG = ("max_wal_size = '96MB'", "min_wal_size = '32MB'")  # the disk is small, and every backup is a copy


class Said(BaseModel):
    """What a worker last said of itself."""

    code: str
    sentence: str
    works: bool


class Town:
    """What is attacked; `publisher` and `reader` are servers of their own, the second on a small disk if possible."""

    def __init__(self, home: Path, logs: Path | None = None) -> None:
        self.home, self.logs = home, logs or home / "log"
        home.chmod(0o755)
        self.small_disk = _mounted(home / "reader")
        self.servers = {name: Postgres(home / name, free_port()) for name in ("publisher", "reader")}
        self.kafka = Kafka(home / "kafka", ROOT / ".local" / "jars", free_port(), free_port())
        self.broker = f"127.0.0.1:{self.kafka.port}"
        self.topic = topic()
        self.urls: dict[str, str] = {}
        self.workers: dict[str, Process] = {}
        self.versions = dict.fromkeys(CONSUMERS, "1")
        self.releases = dict.fromkeys(CONSUMERS, GOOD)
        self.pools: dict[str, asyncpg.Pool[asyncpg.Record]] = {}

    async def begin(self) -> None:
        started = [each.start() for each in self.servers.values()]
        publisher, reader, _ = await asyncio.gather(*started, self.kafka.start())
        self.urls = {"publisher": publisher["REFERRAL_DATABASE_URL"], "reader": reader["REPORTING_DATABASE_URL"]}
        for name, url in self.urls.items():
            await self._keep_log_small(name)
            self.pools[name] = await asyncpg.create_pool(url, min_size=0, max_size=20, command_timeout=60)
        await create_tables(self.pools["publisher"], [event_store.SCHEMA])
        await create_tables(self.pools["reader"], [inbox.SCHEMA, projection_versions.SCHEMA, LEDGER])
        for worker in WORKERS:
            await self.start(worker)

    async def end(self) -> None:
        for pool in self.pools.values():
            pool.terminate()
        await asyncio.gather(*(stop(each, patience=5) for each in self.workers.values()))
        await self.kafka.stop()
        for server in self.servers.values():
            await server.stop()
        if self.small_disk:
            await asyncio.to_thread(_unmounted, self.home / "reader")

    @property
    def store(self) -> EventStore:
        return EventStore(self.pools["publisher"], event_types(Counted))

    def relay(self) -> OutboxRelay:
        return OutboxRelay(self.store, publish_on(self.topic), [self.topic], self.broker, self.urls["publisher"])

    async def _keep_log_small(self, server: str) -> None:
        connection = await asyncpg.connect(self.servers[server].url("postgres"))
        for each in (*(f"alter system set {setting}" for setting in _SMALL_LOG), "select pg_reload_conf()"):
            await connection.execute(each)
        await connection.close()

    async def start(self, part: str) -> None:
        kind = part.partition("-")[0]
        where = self.urls["publisher" if kind == "relay" else "reader"]
        says = self._says(part)
        says.unlink(missing_ok=True)
        environment = {
            **os.environ,
            "CHAOS_DATABASE_URL": where,
            "CHAOS_BOOTSTRAP_SERVERS": self.broker,
            "CHAOS_TOPIC": self.topic.name,
            "CHAOS_SAYS": str(says),
            "CHAOS_DIES": str(self.home / "dies"),
        }
        work = [kind, self.versions.get(part, "0"), self.releases.get(part, GOOD)]
        command = [sys.executable, "-m", "tests.chaos.worker", *work]
        self.workers[part] = await spawn(command, self.logs / f"{part}.log", env=environment, cwd=ROOT)

    def _says(self, part: str) -> Path:
        return self.home / f"{part}.json"

    def said(self, part: str) -> Said | None:
        """What it last said of itself since it was started."""
        try:
            return Said.model_validate_json(self._says(part).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def forget_said(self) -> None:
        """Whatever was said is old."""
        for part in WORKERS:
            self._says(part).unlink(missing_ok=True)

    def process(self, part: str) -> Process:
        found = self.kafka.process if part == "kafka" else None
        found = found or (self.servers[part].process if part in self.servers else self.workers.get(part))
        if found is None:
            raise RuntimeError(part)
        return found

    async def kill(self, part: str) -> None:
        process = self.process(part)
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()

    async def die_in_a_batch(self, parts: Sequence[str], seconds: float) -> list[str]:
        """Let one of these consumers die between what its next batch writes and its checkpoint; returns which did."""
        told = self.home / "dies"
        told.touch()
        dying = {asyncio.create_task(self.workers[part].wait(), name=part) for part in parts}
        dead, alive = await asyncio.wait(dying, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        told.unlink(missing_ok=True)
        for each in alive:
            each.cancel()
        return [each.get_name() for each in dead]

    async def restart(self, part: str) -> None:
        """Start it again after a kill; a server that recovers is waited for."""
        for _ in range(60):
            try:
                if part == "kafka":
                    await self.kafka.start()
                elif part in self.servers:
                    await self.servers[part].start()
                    await self.pools[part].expire_connections()
                else:
                    await self.start(part)
            except (Trouble, OSError):
                await asyncio.sleep(0.5)
            else:
                return
        raise RuntimeError(f"{part} does not start again")

    @asynccontextmanager
    async def standing_still(self, part: str) -> AsyncIterator[None]:
        """SIGSTOP, and SIGCONT after that."""
        pids = [self.process(part).pid]
        if part in self.servers:  # a server is its children too
            listed = await asyncio.create_subprocess_exec("pgrep", "-P", str(pids[0]), stdout=subprocess.PIPE)
            pids += map(int, (await listed.communicate())[0].split())
        _signalled(pids, signal.SIGSTOP)
        try:
            yield
        finally:
            _signalled(pids, signal.SIGCONT)

    async def backup(self, server: str, name: str) -> Path:
        """Its files as they stand at one moment."""
        kept = self.home / f"{server}.{name}"
        await asyncio.to_thread(shutil.rmtree, kept, ignore_errors=True)
        async with self.standing_still(server):
            await asyncio.to_thread(_copied, self.servers[server].data, kept)
        return kept

    async def put_back(self, server: str, kept: Path) -> None:
        """A real restore: the files of the backup take the place of those that are there."""
        await self.kill(server)
        await asyncio.to_thread(shutil.rmtree, self.servers[server].data)
        await asyncio.to_thread(_copied, kept, self.servers[server].data)
        await self.restart(server)

    async def lose_broker(self) -> None:
        """All that Kafka held."""
        await self.kill("kafka")
        await asyncio.to_thread(shutil.rmtree, self.kafka.data)
        await self.restart("kafka")

    async def fill_disk(self, seconds: float) -> None:
        """Nothing more can be written in the reader's database for a while."""
        filler = self.home / "reader" / "filler"
        with suppress(OSError), filler.open("wb") as file:
            while True:
                file.write(b"x" * 2**20)
        await asyncio.sleep(seconds)
        filler.unlink()

    async def rebuild(self) -> None:
        """As `rebuild` of a service does. Raises AlreadyRebuilding, TopicIncomplete, and what is away."""
        async with open_pool(self.urls["reader"], 4) as pool:
            await rebuild(pool, self.urls["reader"], self.broker, fold_of(self.topic, self.versions["consumer-2"]))

    async def published(self) -> bool:
        """Whether nothing waits to be published."""
        return (await backlog(self.store))[0] == 0

    async def caught_up(self) -> bool:
        """Whether nothing waits to be published, nor to be applied."""
        told = await self.pools["publisher"].fetchval("select count(*) from events")
        rows = await self.pools["reader"].fetchval("select count(*) from ledger")
        return await self.published() and bool(rows == told)

    async def read_to_the_end(self) -> bool:
        """Whether nothing waits to be published, and nothing on the topic to be read: what comes too often came."""
        return await self.published() and await self.read() == await broker.end(self.broker, self.topic)

    async def read(self) -> int:
        """The offsets at which consumers read on, of all partitions, added up."""
        query = "select coalesce(sum(next_offset), 0) from consumer_checkpoints where consumer = 'ledger'"
        return int(await self.pools["reader"].fetchval(query))


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Whether it came true within that time; what is away meanwhile is waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if await condition():
                return True
        except Exception as error:
            if not is_infrastructure(error):
                raise
        await asyncio.sleep(0.1)
    return False


def _signalled(pids: list[int], number: signal.Signals) -> None:
    for each in pids:
        with suppress(ProcessLookupError):
            os.kill(each, number)


def _copied(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", source, target], check=True)  # noqa: S603, S607
    (target / "postmaster.pid").unlink(missing_ok=True)


def _unmounted(folder: Path) -> None:
    subprocess.run(["umount", "-l", folder], check=False)  # noqa: S603, S607


def _mounted(folder: Path) -> bool:
    folder.mkdir(parents=True)
    if os.geteuid() != 0:
        return False
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], check=False)  # noqa: S603, S607
    return made.returncode == 0
