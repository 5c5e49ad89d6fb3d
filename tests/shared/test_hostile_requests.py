"""Thousands of hostile requests to every service as a real process: none is our fault, and honest ones are answered.

`HOSTILE_REQUESTS=20000` asks more; `HOSTILE_SEED` another way.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import keys
from deploy.local.ports import free_port
from deploy.local.processes import spawn, stop
from deploy.local.tokens import token
from deploy.services import SERVICES
from shared.http.auth import Role
from tests.conftest import empty_database
from tests.referral.test_api import referral
from tests.shared.hostile import Hostile

ROOT = Path(__file__).resolve().parents[2]
MANY = int(os.environ.get("HOSTILE_REQUESTS", "2000"))
SEED = int(os.environ.get("HOSTILE_SEED", "12"))
AT_ONCE, HONEST_EVERY = 16, 100
GROWTH = 48_000_000  # bytes
PATIENCE = 20.0
HONEST: dict[str, tuple[str, Role]] = {
    "referral": ("/referrals/waiting", Role.FACILITATOR),
    "carousel": ("/worklists/absent-twice", Role.FACILITATOR),
    "training": ("/trainings", Role.TRAINER),
    "reporting": ("/figures?since=2026-01-01&until=2026-12-31&city=Oostende", Role.COORDINATOR),
}


@asynccontextmanager
async def running(name: str, url: str, home: Path) -> AsyncIterator[tuple[int, Process]]:
    """The service as a process of its own that answers requests only; its port."""
    port = free_port()
    own = {f"{name.upper()}_DATABASE_URL": url, f"{name.upper()}_PORT": str(port), "ROLES": "api"}
    environment = {**os.environ, **keys.environment(home), **own}
    process = await spawn([sys.executable, "-m", f"services.{name}"], home / f"{name}.log", env=environment, cwd=ROOT)
    try:
        await _ready(port, process)
        yield port, process
    finally:
        await stop(process)


async def _ready(port: int, process: Process) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client, asyncio.timeout(60):
        while process.returncode is None:
            try:
                if (await client.get("/health/ready")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise AssertionError("it ended before it was ready")


def resident(process: Process) -> int:
    """Bytes of memory that the process holds."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def answered(port: int, request: bytes) -> str:
    """The status, or that there was none. Whoever sent what is no request goes away after a while."""
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        heard = b""
        try:
            writer.write(request)
            if b"Connection: close" not in request:
                await asyncio.sleep(0.1)
                writer.write_eof()
            while piece := await reader.read(65536):
                heard = heard or piece
        except ConnectionError:
            pass
        finally:
            writer.close()
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", heard)
    return found[1].decode() if found else "none"


async def honest(client: httpx.AsyncClient, name: str, nth: int, home: Path) -> None:
    """What people really ask is answered in between."""
    path, role = HONEST[name]
    head = {"Authorization": f"Bearer {token(role, 'org-1', ['Oostende'], 'honest', home=home)}"}
    assert (await client.get(path, headers=head)).status_code == 200
    if name == "referral":
        body = referral(f"honest-{nth}")
        assert (await client.post("/referrals", json=body, headers=head)).status_code == 201


@pytest.mark.parametrize("name", SERVICES)
async def test_whatever_is_sent_the_service_answers_and_goes_on(name: str, tmp_path: Path) -> None:
    counted: Counter[str] = Counter()
    faults: list[bytes] = []
    async with empty_database(name) as url, running(name, url, tmp_path) as (port, process):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            document: dict[str, Any] = (await client.get("/openapi.json")).json()
            bearers = [f"Bearer {token(role, 'org-1', ['Oostende'], home=tmp_path)}" for role in Role]
            hostile = Hostile(document, bearers, random.Random(f"{SEED}{name}"))
            before = 0
            for nth in range(0, MANY // len(SERVICES), HONEST_EVERY):
                for _ in range(0, HONEST_EVERY, AT_ONCE):
                    requests = [hostile.request() for _ in range(AT_ONCE)]
                    found = await asyncio.gather(*(answered(port, each.data) for each in requests))
                    for each, status in zip(requests, found, strict=True):
                        hostile.heard(each, status)
                    counted.update(found)
                    faults += [each.data for each, status in zip(requests, found, strict=True) if status[0] == "5"]
                await honest(client, name, nth, tmp_path)
                before = before or resident(process)
            grown = resident(process) - before
        assert process.returncode is None
    print(name, SEED, dict(counted), f"{grown / 1e6:.1f} MB")  # noqa: T201 - what was met, when somebody looks
    assert {status for status in counted if status[0] == "5"} <= {"503"}, faults[:3]
    assert grown < GROWTH
    assert counted.keys() & {"200", "201", "401", "403", "404", "422"}
