"""What must be alive for a process to do its part, and what is said of a part that is not."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import structlog

from shared.observability import metrics

log = structlog.get_logger(__name__)

WELL = "well"
_WATCH_SECONDS = 5.0
_CHECK_SECONDS = 10.0
_END_SECONDS = (8.0, 2.0)  # for the batch in hand, then for letting go of it


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(
        Path(__file__).with_name("ailments.json").read_text(encoding="utf-8")
    )
    return found


@dataclass(frozen=True, slots=True)
class Unwell:
    """What ails a part: a stable code with a sentence in `ailments.json`, and the values that stand in it."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self, language: str = "en") -> str:
        """What ails it, in words."""
        return _sentences()[self.code][language].format(**self.values)


Ailment = Callable[[], Awaitable[Unwell | str | None]]
Task = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Progress:
    """When a part last did what it is for: its task calls `succeeded` each time, also when there was nothing to do.

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

    def overdue(self, seconds: float) -> Unwell | None:
        """What ails it when its last success is longer ago."""
        passed = time.monotonic() - self.at
        return Unwell("no-success", {"seconds": int(passed)}) if passed > seconds else None


@dataclass(slots=True)
class Health:
    """The parts of a process by name, each with a check that really asks; and the tasks that ended, which none may.

    A check returns what ails its part, or None. One that hangs is given up after ten seconds.
    """

    checks: dict[str, Ailment] = field(default_factory=dict)
    ended: dict[str, Unwell] = field(default_factory=dict)
    _exported: dict[str, str] = field(default_factory=dict)

    async def ailments(self) -> dict[str, Unwell | None]:
        """Each part, and what ails it."""
        found = await asyncio.gather(*(asked(check) for check in self.checks.values()))
        return dict(zip(self.checks, found, strict=True)) | self.ended

    async def report(self, language: str = "en") -> dict[str, str]:
        """Each part: `well`, or what ails it as a sentence."""
        return {part: found.sentence(language) if found else WELL for part, found in (await self.ailments()).items()}

    def progress(self, part: str, within: float = 60.0) -> Progress:
        """The progress of a part that is unwell when it has not succeeded for `within` seconds."""
        progress = Progress(part)
        earlier = self.checks.get(part)

        async def check() -> Unwell | str | None:
            return (earlier and await earlier()) or progress.overdue(within)

        self.checks[part] = check
        return progress

    def note_end(self, task: asyncio.Task[None]) -> None:
        """Say, in the log and in every report from now on, that a task ended which never should."""
        fault = None if task.cancelled() else task.exception()
        cause = "cancelled" if task.cancelled() else type(fault).__name__ if fault else "returned"
        log.error("task ended", task=task.get_name(), cause=cause)
        self.ended[task.get_name()] = Unwell("task-ended", {"cause": cause})

    async def watch(self) -> None:
        """A task: export what ails each part as `carrousel_unwell`, every five seconds; nothing of it at the end."""
        progress = Progress("health")
        try:
            while True:
                self._export(await self.ailments())
                progress.succeeded()
                await asyncio.sleep(_WATCH_SECONDS)
        finally:
            for part, code in self._exported.items():
                metrics.UNWELL.remove(part, code)
            self._exported.clear()

    def _export(self, found: Mapping[str, Unwell | None]) -> None:
        for part, ailment in found.items():
            code = ailment.code if ailment else ""
            before = self._exported.get(part)
            if before is not None and before != code:
                metrics.UNWELL.remove(part, before)
            if before != code and ailment:
                log.warning("part is unwell", part=part, code=code)
            metrics.UNWELL.labels(part, code).set(1 if ailment else 0)
            self._exported[part] = code


async def asked(check: Ailment) -> Unwell | None:
    """What a check finds; one that fails finds that its part does not answer."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            found = await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it does not live
        return Unwell("does-not-answer", {"cause": type(error).__name__})
    return Unwell("said", {"sentence": found}) if isinstance(found, str) else found


@asynccontextmanager
async def running(
    health: Health, tasks: Mapping[str, Task], patience: tuple[float, ...] = _END_SECONDS
) -> AsyncIterator[None]:
    """Run the tasks beside the HTTP server; at the end cancel them and wait for the batch in hand.

    Who has not ended after the first of `patience` (seconds) is cancelled again, and abandoned after the last:
    nothing that is in hand was committed, so nothing of it is half done.
    """
    started = [asyncio.create_task(_run(task), name=name) for name, task in tasks.items()]
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


async def _run(task: Task) -> None:
    await task()
