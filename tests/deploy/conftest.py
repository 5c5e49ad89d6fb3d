"""A house of its own for tests of the local stack: a copy of the code, its own .local, real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from deploy.local.ports import free_port
from deploy.local.processes import MARK
from deploy.services import PORTS
from shared.messaging.connection import KafkaAccess
from tests.deploy.guarded import Guarded, guarding
from tests.deploy.manifests import Cluster, built
from tests.servers import OWNERS

ROOT = Path(__file__).resolve().parents[2]
ACCESS = tuple(name.upper() for name in KafkaAccess.model_fields)
STORES = (
    "OIDC_ISSUER",
    "KAFKA_BOOTSTRAP_SERVERS",
    "KAFKA_FORGETS",
    *ACCESS,
    *(f"{name.upper()}_DATABASE_{what}" for name in PORTS for what in ("URL", "OWNER_URL")),
)


@dataclass
class House:
    """A copy of the code in `root`; what it starts carries a mark, by which what is left of it is found."""

    root: Path
    environment: dict[str, str]
    started: list[Process] = field(default_factory=list)
    last: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.root / ".local"

    async def start(self, *arguments: str) -> Process:
        """`python -m deploy.local ...` as a person types it."""
        command = [sys.executable, "-m", "deploy.local", *arguments]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=self.root, env=self.environment, stdout=PIPE, stderr=PIPE, start_new_session=True
        )
        self.started.append(process)
        return process

    async def say(self, *arguments: str) -> tuple[int | None, str]:
        """Its exit code and everything it said, once it has ended."""
        process = await self.start(*arguments)
        async with asyncio.timeout(120):
            out, err = await process.communicate()
        return process.returncode, (out + err).decode()

    def left(self) -> list[psutil.Process]:
        """The processes of this house that are alive."""
        return [each for each in psutil.process_iter() if self._ours(each)]

    def of(self, words: str) -> psutil.Process:
        """The one process of this house whose command line has `words` in it, oldest first."""
        found = [each for each in self.left() if words in " ".join(each.cmdline())]
        return min(found, key=lambda each: each.create_time())

    def _ours(self, process: psutil.Process) -> bool:
        try:
            mark = str(process.environ().get(MARK, ""))
            return mark.startswith(str(self.home)) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    async def hear(self, process: Process, part: str, words: str) -> None:
        """Return once the last the board said of `part` has `words` in it."""
        assert process.stderr is not None
        async with asyncio.timeout(120):
            while words not in self.last.get(part, ""):
                line = (await process.stderr.readline()).decode()
                assert line, f"it ended before it said of {part}: {words}"
                self.last[line.split(maxsplit=1)[0]] = line

    async def clear(self) -> None:
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        for each in self.left():
            each.kill()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose ports are all free, and that no variable of this run points elsewhere."""
    root = tmp_path / "house"
    for folder in ("deploy", "shared", "services"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (root / ".local").mkdir()
    if (ROOT / ".local" / "jars").exists():
        (root / ".local" / "jars").symlink_to((ROOT / ".local" / "jars").resolve())
    kept = {name: value for name, value in os.environ.items() if name not in STORES and name != MARK}
    ports = {
        f"{name}_PORT": str(free_port())
        for name in ("KAFKA", "KAFKA_CONTROLLER", "POSTGRES", "ISSUER", *map(str.upper, PORTS))
    }
    house = House(root, {**kept, **ports})
    yield house
    await house.clear()


@pytest.fixture
def given() -> Callable[[], dict[str, str]]:
    """The servers this run has, as somebody would give them to another stack."""
    return lambda: {name: os.environ[name] for name in STORES if name in os.environ} | OWNERS


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    """A broker with every topic of the contracts, whose users are those of this run."""
    async with guarding(tmp_path_factory.mktemp("guarded")) as broker:
        yield broker


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """What the whole programme is in a cluster, where there is a kubectl to say so."""
    return built()
