"""Two databases, a broker, two relays and two consumers: processes that can die, stand still or lose their data."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path

import asyncpg

from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.processes import Trouble, spawn, stop
from shared.eventstore import event_store, projection_versions
from shared.eventstore.event_store import EventStore, event_types
from shared.eventstore.pool import open_pool
from shared.messaging import inbox
from shared.messaging.outbox_relay import OutboxRelay
from shared.projections.topic import rebuild
from shared.service.wiring import create_tables
from tests.chaos.worker import LEDGER, fold_of
from tests.shared.counting import Counted, publish_on, topic

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("relay-1", "relay-2", "consumer-1", "consumer-2")
DISK = "700m"


class Town:
    """What is attacked; `publisher` and `reader` are servers of their own, the second on a small disk if possible."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.chmod(0o755)
        self.small_disk = _mounted(home / "reader")
        self.servers = {name: Postgres(home / name, free_port()) for name in ("publisher", "reader")}
        self.kafka = Kafka(home / "kafka", ROOT / ".local" / "jars", free_port(), free_port())
        self.broker = f"127.0.0.1:{self.kafka.port}"
        self.topic = topic()
        self.urls: dict[str, str] = {}
        self.workers: dict[str, Process] = {}
        self.versions = {"consumer-1": "1", "consumer-2": "1"}
        self.pools: dict[str, asyncpg.Pool[asyncpg.Record]] = {}

    async def begin(self) -> None:
        self.urls = {
            "publisher": (await self.servers["publisher"].start())["referral"],
            "reader": (await self.servers["reader"].start())["reporting"],
        }
        await self.kafka.start()
        for name, url in self.urls.items():
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

    async def start(self, part: str) -> None:
        kind = part.partition("-")[0]
        where = self.urls["publisher" if kind == "relay" else "reader"]
        environment = {
            **os.environ,
            "CHAOS_DATABASE_URL": where,
            "CHAOS_BOOTSTRAP_SERVERS": self.broker,
            "CHAOS_TOPIC": self.topic.name,
        }
        command = [sys.executable, "-m", "tests.chaos.worker", kind, self.versions.get(part, "0")]
        self.workers[part] = await spawn(command, self.home / "log" / f"{part}.log", env=environment, cwd=ROOT)

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

    async def restart(self, part: str) -> None:
        """Start it again after a kill; a server that recovers is waited for."""
        for _ in range(60):
            try:
                if part == "kafka":
                    await self.kafka.start()
                elif part in self.servers:
                    await self.servers[part].start()
                else:
                    await self.start(part)
            except (Trouble, OSError):
                await asyncio.sleep(0.5)
            else:
                return
        raise RuntimeError(f"{part} does not start again")

    async def stop_for(self, part: str, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after that."""
        pids = [self.process(part).pid]
        if part in self.servers:  # a server is its children too
            listed = await asyncio.create_subprocess_exec("pgrep", "-P", str(pids[0]), stdout=subprocess.PIPE)
            pids += map(int, (await listed.communicate())[0].split())
        for each in pids:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        for each in pids:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)

    async def backup(self, server: str) -> Path:
        """Its files as they stand when it is down for a moment."""
        await self.kill(server)
        kept = self.home / f"{server}.backup"
        await asyncio.to_thread(shutil.rmtree, kept, ignore_errors=True)
        await asyncio.to_thread(_copied, self.servers[server].data, kept)
        await self.restart(server)
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
        async with open_pool(self.urls["reader"], 4) as pool:
            await rebuild(pool, self.urls["reader"], self.broker, fold_of(self.topic, self.versions["consumer-2"]))


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
