"""Hostile requests to a service that serves, and honest ones in between."""

from __future__ import annotations

import asyncio
import random
import re
from asyncio.subprocess import Process
from pathlib import Path

import httpx

from deploy.local.tokens import token
from shared.http.auth import Role
from tests.conftest import empty_database
from tests.hostile.served import Found, resident, running
from tests.referral.desk import Desk, known, referral
from tests.shared.hostile import Hostile

AT_ONCE, ROUND = 16, 96  # an honest request after each round
PATIENCE = 20.0
HONEST: dict[str, tuple[str, Role]] = {
    "referral": ("/referrals/waiting", Role.FACILITATOR),
    "carousel": ("/worklists/absent-twice", Role.FACILITATOR),
    "training": ("/trainings", Role.TRAINER),
    "reporting": ("/figures?since=2026-01-01&until=2026-12-31&city=Oostende", Role.COORDINATOR),
}


async def ask(name: str, many: int, seed: int, home: Path) -> Found:
    """That many, at least, to the service of this name; what became of it."""
    found = Found(name)
    async with empty_database(name) as url, running(name, url, home, "api") as (port, process):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            document = (await client.get("/openapi.json")).json()
            bearers = [f"Bearer {token(role, 'org-1', ['Oostende'], home=home)}" for role in Role]
            hostile = Hostile(document, bearers, random.Random(f"{seed}{name}"))
            found.memory.append(resident(process))
            for half in (many // 2, many):
                await _until(half, found, hostile, client, home)
                found.memory.append(_held(process))
        found.stopped += process.returncode is not None
    return found


def _held(process: Process) -> int:
    return resident(process) if process.returncode is None else 0


async def _until(many: int, found: Found, hostile: Hostile, client: httpx.AsyncClient, home: Path) -> None:
    port = client.base_url.port
    assert port is not None
    while found.sent < many:
        for _ in range(0, ROUND, AT_ONCE):
            requests = [hostile.request() for _ in range(AT_ONCE)]
            statuses = await asyncio.gather(*(answered(port, each.data) for each in requests))
            for each, status in zip(requests, statuses, strict=True):
                hostile.received(each, status)
                found.counted[status] += 1
                if status.startswith("5"):
                    found.faults += 1
                    found.examples.append(each.data)
        found.sent += ROUND
        found.lost += not await honest(client, found.name, found.sent, home)


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


async def honest(client: httpx.AsyncClient, name: str, nth: int, home: Path) -> bool:
    """What people really ask is answered in between."""
    path, role = HONEST[name]
    head = {"Authorization": f"Bearer {token(role, 'org-1', ['Oostende'], f'honest-{nth}', home=home)}"}
    answers = [await client.get(path, headers=head)]
    if name == "referral":
        await known(Desk(client, home))
        answers.append(await client.post("/referrals", json=referral(f"honest-{nth}"), headers=head))
    return all(each.is_success for each in answers)
