"""The parts of a stack: each is started, watched, and started again when it ends."""

import asyncio
from abc import ABC, abstractmethod
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGTERM

from deploy.local.board import Say
from deploy.local.processes import Trouble, stop

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


class Part(ABC):
    """One program of the stack; `started` is what is said of it once it is. One without a process is not watched."""

    name: str
    port: int
    log: Path
    started = "ready on 127.0.0.1:{port}"
    stop_signal = SIGTERM
    process: Process | None = None

    @abstractmethod
    async def start(self) -> dict[str, str]:
        """Start it and return where programs find it; Trouble when it does not start, and nothing of it is left."""

    async def stop(self) -> None:
        """Stop it and leave nothing of it."""
        if self.process:
            await stop(self.process, how=self.stop_signal)


@asynccontextmanager
async def kept_running(parts: Sequence[Part], say: Say) -> AsyncIterator[dict[str, str]]:
    """Start every part in its order, and again whenever it ends; stop all of them at the end of the block.

    Yields where programs find them.
    """
    found: dict[str, str] = {}
    watches = []
    try:
        for part in parts:
            say(part.name, "starting")
            found |= await part.start()
            say(part.name, part.started.format(port=part.port))
            watches.append(asyncio.create_task(_start_again(part, say)))
        yield found
    finally:
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        await asyncio.gather(*(part.stop() for part in parts))


async def _start_again(part: Part, say: Say) -> None:
    """Start it whenever it ends, after a pause that grows until it has lived for longer than the longest one."""
    pause, clock = SHORTEST_PAUSE, asyncio.get_running_loop().time
    began, words = clock(), ""
    while part.process:
        words = words or f"ended with exit {await part.process.wait()}"
        if clock() - began > LONGEST_PAUSE:
            pause = SHORTEST_PAUSE
        say(part.name, f"{words}; again in {pause:.1f} s; see {part.log}")
        await asyncio.sleep(pause)
        began, words, pause = clock(), "", min(pause * 2, LONGEST_PAUSE)
        try:
            await part.stop()
            await part.start()
            say(part.name, part.started.format(port=part.port))
        except (Trouble, OSError) as trouble:
            words = str(trouble)
