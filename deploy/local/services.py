"""The services as separate processes: started, watched, started again when they die."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path

import httpx

from deploy.local.board import Say
from deploy.local.ports import port_of, require_free
from deploy.local.processes import Trouble, spawn, stop

PORTS = {"referral": 8101, "carousel": 8102, "training": 8103, "reporting": 8104}
LONGEST_PAUSE = 30.0


def present(root: Path) -> list[str]:
    """The services that exist so far."""
    return [name for name in PORTS if (root / "services" / name / "__main__.py").exists()]


def ports(*, fixed: bool) -> dict[str, str]:
    """`<NAME>_PORT` for every service: the caller's choice, else the `fixed` one or any that is free."""
    usual = {f"{name.upper()}_PORT": port if fixed else None for name, port in PORTS.items()}
    return {variable: str(port_of(variable, port)) for variable, port in usual.items()}


class Service:
    """One service: `python -m services.<name>`, its output in `home`/log/<name>.log."""

    def __init__(self, name: str, root: Path, home: Path, environment: Mapping[str, str], say: Say) -> None:
        self.name = name
        self.root = root
        self.log = home / "log" / f"{name}.log"
        self.environment = {**os.environ, **environment}
        self.variable = f"{name.upper()}_PORT"
        self.port = int(self.environment[self.variable])
        self.say = say
        self.ready = asyncio.Event()
        self.watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it and keep it running until `stop`."""
        require_free(self.port, self.name, self.variable)
        self.watch = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """Stop it and leave nothing of it."""
        if self.watch:
            self.watch.cancel()
            await asyncio.wait([self.watch])

    async def wait_ready(self, seconds: float) -> None:
        """Return when it is ready; Trouble after `seconds`."""
        try:
            await asyncio.wait_for(self.ready.wait(), seconds)
        except TimeoutError:
            raise Trouble(f"{self.name} was not ready within {seconds:.0f} s; see {self.log}.") from None

    async def _keep_running(self) -> None:
        pause = 0.5
        while True:
            began = asyncio.get_running_loop().time()
            command = [sys.executable, "-m", f"services.{self.name}"]
            process = await spawn(command, self.log, env=self.environment, cwd=self.root)
            looking = asyncio.create_task(self._look(process))
            try:
                code = await process.wait()
            finally:
                looking.cancel()
                await stop(process)
            self.ready.clear()
            lived = asyncio.get_running_loop().time() - began
            pause = 0.5 if lived > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            self.say(self.name, f"ended with exit {code}; again in {pause:.0f} s; see {self.log}")
            await asyncio.sleep(pause)

    async def _look(self, process: Process) -> None:
        """Say whether it is ready, once a second, a little more often while it starts."""
        where = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while process.returncode is None:
                try:
                    ready = (await client.get(f"{where}/health/ready")).is_success
                except httpx.HTTPError:
                    ready = False
                if ready:
                    self.ready.set()
                self.say(self.name, f"ready on {where}" if ready else f"waiting for {where}/health/ready")
                await asyncio.sleep(1 if ready else 0.25)
