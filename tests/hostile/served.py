"""A service as a process of its own, the memory it holds, and what was found while it was treated badly."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local import keys
from deploy.local.ports import free_port
from deploy.local.processes import spawn, stop

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("referral", "carousel", "training", "reporting")
# What is freed is given back to the system, so that memory is what the process holds and not the most it ever held.
GIVES_BACK = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
MOST_GROWTH = 0.10
"""Of the memory of a process, from the middle to the end: by the middle everything that is kept once is kept."""


@dataclass
class Found:
    """What became of a service: `memory` in bytes before, in the middle and at the end."""

    name: str
    sent: int = 0
    stopped: int = 0
    lost: int = 0
    faults: int = 0
    memory: list[int] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    examples: list[bytes] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """How much more memory it holds at the end than in the middle, as a share."""
        return self.memory[-1] / self.memory[-2] - 1

    @property
    def well(self) -> bool:
        """Whether nothing came of it."""
        return not (self.stopped or self.lost or self.faults) and self.growth < MOST_GROWTH

    def __str__(self) -> str:
        memory = " ".join(f"{each / 1e6:.1f}" for each in self.memory)
        told = " ".join(f"{what}={number}" for what, number in sorted(self.counted.items()))
        outcome = f"stopped={self.stopped} lost={self.lost} 5xx={self.faults}"
        return f"{self.name}: sent={self.sent} {outcome} memory MB {memory} ({self.growth:+.1%} from the middle) {told}"


@asynccontextmanager
async def running(name: str, url: str, home: Path, roles: str) -> AsyncIterator[tuple[int, Process]]:
    """The service as a process of its own in these roles; its port."""
    port = free_port()
    own = {
        f"{name.upper()}_DATABASE_URL": url,
        f"{name.upper()}_DATABASE_OWNER_URL": "",
        f"{name.upper()}_PORT": str(port),
        "ROLES": roles,
    }
    environment = {**os.environ, **keys.environment(home), **own, **GIVES_BACK}
    process = await spawn([sys.executable, "-m", f"services.{name}"], home / f"{name}.log", env=environment, cwd=ROOT)
    try:
        await _ready(port, process)
        yield port, process
    finally:
        await stop(process)


async def _ready(port: int, process: Process) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client, asyncio.timeout(120):
        while process.returncode is None:
            try:
                if (await client.get("/health/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("it ended before it was ready")


def resident(process: Process) -> int:
    """Bytes of memory that the process holds."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
