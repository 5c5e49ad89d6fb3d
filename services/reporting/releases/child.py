"""The engine in a process of its own, bounded in time and memory: what runs away ends there, and is a refusal here."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from pathlib import Path

from services.reporting.refusals import Refusal
from services.reporting.releases.engine import Protected, Task, run
from shared.domain.messages import Refused

SECONDS = 300
BYTES = 3 * 1024**3
_ROOT = Path(__file__).resolve().parents[3]


async def protect_in_child(task: Task) -> Protected:
    """The engine's answer. Raises Refused `release-too-large` when it takes too long or too much memory."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SECONDS + 10):
            told, _ = await process.communicate(task.model_dump_json(by_alias=True).encode())
    except TimeoutError:
        raise Refused(Refusal.RELEASE_TOO_LARGE) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Refused(Refusal.RELEASE_TOO_LARGE)
    return Protected.model_validate_json(told)


def _main() -> None:
    """Read a task, write what is protected; the solver's own words go nowhere."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    task = Task.model_validate_json(sys.stdin.buffer.read())
    answer = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with os.fdopen(answer, "wb") as out:
        out.write(run(task).model_dump_json(by_alias=True).encode())


if __name__ == "__main__":
    _main()
