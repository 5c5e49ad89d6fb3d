"""What must be alive for a process to do its part, and what is said of a part that is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import asyncpg
import structlog
from aiokafka.admin import AIOKafkaAdminClient

log = structlog.get_logger(__name__)

Ailment = Callable[[], Awaitable[str | None]]
Task = Callable[[], Awaitable[None]]
WELL = "well"


@dataclass(slots=True)
class Health:
    """The parts of a process by name, each with a check that really asks; and the tasks that ended, which none may."""

    checks: dict[str, Ailment] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)

    async def report(self) -> dict[str, str]:
        """Each part: `well`, or what ails it as a sentence."""
        said = await asyncio.gather(*(_said(check) for check in self.checks.values()))
        return dict(zip(self.checks, said, strict=True)) | self.ended

    def note_end(self, task: asyncio.Task[None]) -> None:
        """Say, in the log and in every report from now on, that a task ended which never should."""
        fault = None if task.cancelled() else task.exception()
        cause = "cancelled" if task.cancelled() else type(fault).__name__ if fault else "returned"
        log.error("task ended", task=task.get_name(), cause=cause)
        self.ended[task.get_name()] = f"It has ended ({cause}); start this process again."


async def _said(check: Ailment) -> str:
    try:
        return await check() or WELL
    except Exception as error:  # noqa: BLE001 - whatever it is, it does not live
        return f"It does not answer ({type(error).__name__})."


@asynccontextmanager
async def running(health: Health, tasks: Mapping[str, Task]) -> AsyncIterator[None]:
    """Run the tasks beside the HTTP server; at the end cancel them and wait for the batch in hand."""
    started = [asyncio.create_task(_run(task), name=name) for name, task in tasks.items()]
    for task in started:
        task.add_done_callback(health.note_end)
    try:
        yield
    finally:
        for task in started:
            task.remove_done_callback(health.note_end)
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)


async def _run(task: Task) -> None:
    await task()


def database(pool: asyncpg.Pool[asyncpg.Record]) -> Ailment:
    """Whether the database answers within two seconds."""

    async def check() -> None:
        async with asyncio.timeout(2):
            await pool.fetchval("select 1")

    return check


def kafka(bootstrap_servers: str) -> Ailment:
    """Whether the broker answers within two seconds."""
    return partial(_ask_broker, bootstrap_servers)


async def _ask_broker(bootstrap_servers: str) -> None:
    async with asyncio.timeout(2), AsyncExitStack() as stack:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
        stack.push_async_callback(admin.close)
        await admin.start()
