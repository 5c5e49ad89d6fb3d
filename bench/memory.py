"""Memory of every process of the running stack, idle and under load: `python -m bench.memory` prints it as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from deploy.services import SERVICES

ROOT = Path(__file__).resolve().parents[1]
AIM_MB = 120
_SETTLE_SECONDS = 5.0
_LOOK_SECONDS = 0.2
_MB = 1024 * 1024
_FIGURES = ROOT / "deploy" / "local" / "figures.json"


def ports() -> dict[str, int]:
    """Where each process of the stack listens."""
    found = {name: int(os.environ[f"{name.upper()}_PORT"]) for name in SERVICES}
    found["postgres"] = int(os.environ["REFERRAL_DATABASE_URL"].rsplit(":", 1)[1].split("/")[0])
    found["kafka"] = int(os.environ["KAFKA_BOOTSTRAP_SERVERS"].rsplit(":", 1)[1])
    return found


def processes(where: Mapping[str, int]) -> dict[str, psutil.Process]:
    """The process that listens on each port."""
    listening = {each.laddr.port: each.pid for each in psutil.net_connections("tcp") if each.status == "LISTEN"}
    return {name: psutil.Process(listening[port]) for name, port in where.items()}


def held(process: psutil.Process) -> tuple[float, float]:
    """RSS and PSS in MB of a process and its children; the RSS of PostgreSQL counts its shared memory many times."""
    rss = pss = 0
    for each in (process, *process.children(recursive=True)):
        try:
            full = each.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        rss, pss = rss + full.rss, pss + full.pss
    return rss / _MB, pss / _MB


async def measure(people: int) -> dict[str, Any]:
    """RSS and PSS of each process after idle seconds, and their highest while the demo lives `people` referrals."""
    found = processes(ports())
    await asyncio.sleep(_SETTLE_SECONDS)
    idle = {name: held(process) for name, process in found.items()}
    highest = dict(idle)
    load = asyncio.create_task(_demo(people))
    while not load.done():
        for name, process in found.items():
            now = held(process)
            highest[name] = (max(highest[name][0], now[0]), max(highest[name][1], now[1]))
        await asyncio.sleep(_LOOK_SECONDS)
    if code := load.result():
        raise SystemExit(f"the load ended with exit {code}: its memory is not measured")
    return {name: {"idle": idle[name], "load": highest[name]} for name in found}


async def _demo(people: int) -> int:
    """The demo with more people, its reports included."""
    figures = json.loads(_FIGURES.read_text("utf-8"))
    figures["referrals"] |= {"received": people, "distinct_referrers": people // 2, "completed": people // 3}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(figures, file)
        file.flush()
        command = [".venv/bin/python", "-m", "deploy.local.demo", "--figures", file.name]
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
        return await process.wait()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1])))))
