"""Which parts of a process are healthy, and the sentence for each problem."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import structlog

from shared.observability import metrics

log = structlog.get_logger(__name__)

HEALTHY = "healthy"
_WATCH_SECONDS = 5.0
_CHECK_SECONDS = 10.0
_END_SECONDS = (8.0, 2.0)  # for the current batch, then for abandoning it


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(Path(__file__).with_name("health_problems.json").read_bytes())
    return found


@dataclass(frozen=True, slots=True)
class Unhealthy:
    """The problem of a part: a stable code with a sentence in `health_problems.json`, and the values in it."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self, language: str = "en") -> str:
        """The problem in words."""
        return _sentences()[self.code][language].format(**self.values)


HealthCheck = Callable[[], Awaitable[Unhealthy | None]]
Task = Callable[[], Coroutine[object, object, None]]


@dataclass(slots=True)
class Progress:
    """When a part last did its work: its task calls `succeeded` each time, also when there was nothing to do.

    Exported as `carrousel_last_success_timestamp_seconds`; from its start until the first success it is the start.
    """

    part: str
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.succeeded()

    def succeeded(self) -> None:
        """It did, just now."""
        self.at = time.monotonic()
        metrics.LAST_SUCCESS.labels(self.part).set_to_current_time()

    def overdue(self, seconds: float) -> Unhealthy | None:
        """The problem when its last success is longer ago."""
        passed = time.monotonic() - self.at
        return Unhealthy("no-success", {"seconds": int(passed)}) if passed > seconds else None


@dataclass(slots=True)
class Health:
    """The parts of a process by name, each with a check that really asks; and the tasks that ended, which none may.

    A check returns the problem of its part, or None. One that hangs is cancelled after ten seconds.
    """

    checks: dict[str, HealthCheck] = field(default_factory=dict)
    ended: dict[str, Unhealthy] = field(default_factory=dict)
    _exported: dict[str, str] = field(default_factory=dict)

    async def problems(self) -> dict[str, Unhealthy | None]:
        """Each part, and its problem."""
        found = await asyncio.gather(*(asked(check) for check in self.checks.values()))
        return dict(zip(self.checks, found, strict=True)) | self.ended

    async def report(self, language: str = "en") -> dict[str, str]:
        """Each part: `healthy`, or its problem as a sentence."""
        return {part: found.sentence(language) if found else HEALTHY for part, found in (await self.problems()).items()}

    def progress(self, part: str, within: float = 60.0) -> Progress:
        """The progress of a part that is unhealthy when it has not succeeded for `within` seconds."""
        progress = Progress(part)
        earlier = self.checks.get(part)

        async def check() -> Unhealthy | None:
            return (earlier and await earlier()) or progress.overdue(within)

        self.checks[part] = check
        return progress

    def note_end(self, task: asyncio.Task[None]) -> None:
        """Log and report from now on that a task ended which never should."""
        fault = None if task.cancelled() else task.exception()
        cause = "cancelled" if task.cancelled() else type(fault).__name__ if fault else "returned"
        log.error("task ended", task=task.get_name(), cause=cause)
        self.ended[task.get_name()] = Unhealthy("task-ended", {"cause": cause})

    async def watch(self) -> None:
        """A task: export the problem of each part as `carrousel_unhealthy`, every five seconds; removed at the end."""
        progress = Progress("health")
        try:
            while True:
                self._export(await self.problems())
                progress.succeeded()
                await asyncio.sleep(_WATCH_SECONDS)
        finally:
            for part, code in self._exported.items():
                metrics.UNHEALTHY.remove(part, code)
            self._exported.clear()

    def _export(self, found: Mapping[str, Unhealthy | None]) -> None:
        for part, problem in found.items():
            code = problem.code if problem else ""
            before = self._exported.get(part)
            if before is not None and before != code:
                metrics.UNHEALTHY.remove(part, before)
            if before != code and problem:
                log.warning("part is unhealthy", part=part, code=code)
            metrics.UNHEALTHY.labels(part, code).set(1 if problem else 0)
            self._exported[part] = code


async def asked(check: HealthCheck) -> Unhealthy | None:
    """The result of a check; one that raises means that its part does not answer."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the part does not answer
        return Unhealthy("does-not-answer", {"cause": type(error).__name__})


@asynccontextmanager
async def running(
    health: Health, tasks: Mapping[str, Task], patience: tuple[float, ...] = _END_SECONDS
) -> AsyncIterator[None]:
    """Run the tasks beside the HTTP server; at the end cancel them and wait for the current batch.

    A task that has not ended after the first of `patience` (seconds) is cancelled again, and abandoned after the last:
    its transaction is not committed, so nothing is half done.
    """
    started = [asyncio.create_task(task(), name=name) for name, task in tasks.items()]
    for task in started:
        task.add_done_callback(health.note_end)
    try:
        yield
    finally:
        for task in started:
            task.remove_done_callback(health.note_end)
        await _end(set(started), patience)


async def _end(left: set[asyncio.Task[None]], patience: tuple[float, ...]) -> None:
    for seconds in patience:
        for task in left:
            task.cancel()
        if left:
            _, left = await asyncio.wait(left, timeout=seconds)
    for task in left:
        log.error("task abandoned", task=task.get_name())
