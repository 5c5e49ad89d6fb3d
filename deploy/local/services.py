"""The services as processes of their own."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path

import httpx

from deploy.local.board import Say
from deploy.local.ports import port_of, require_free
from deploy.local.processes import Trouble, spawn
from deploy.local.supervision import Part
from deploy.services import PORTS, variable


def ports(*, fixed: bool) -> dict[str, str]:
    """`<NAME>_PORT` for every service: the caller's choice, else the `fixed` one or any that is free."""
    usual = {variable(name, "port"): port if fixed else None for name, port in PORTS.items()}
    return {name: str(port_of(name, port)) for name, port in usual.items()}


def principal(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which a service is itself for Kafka: its own user, where there is a password of it."""
    given = environment.get("KAFKA_PASSWORD_FILE")
    own = Path(given).with_name(f"{name}.password") if given else None
    return {"KAFKA_USER": name, "KAFKA_PASSWORD_FILE": str(own)} if own and own.exists() else {}


class Service(Part):
    """One service: `python -m services.<name>`, its output in `home`/log/<name>.log."""

    started = "waiting for 127.0.0.1:{port}"

    def __init__(self, name: str, root: Path, home: Path, environment: Mapping[str, str], say: Say) -> None:
        self.name, self.root, self.say = name, root, say
        self.log = home / "log" / f"{name}.log"
        self.environment = {**os.environ, **environment}
        self.environment |= principal(name, self.environment)
        self.port = int(self.environment[variable(name, "port")])
        self.ready = asyncio.Event()
        self.probe: asyncio.Task[None] | None = None

    async def start(self) -> dict[str, str]:
        """Start it; whether it is ready is said from then on."""
        require_free(self.port, self.name, variable(self.name, "port"))
        command = [sys.executable, "-m", f"services.{self.name}"]
        self.process = await spawn(command, self.log, env=self.environment, cwd=self.root)
        self.probe = asyncio.create_task(self._probe(self.process))
        return {}

    async def stop(self) -> None:
        """Stop it and leave nothing of it."""
        if self.probe:
            self.probe.cancel()
        await super().stop()

    async def wait_ready(self, seconds: float) -> None:
        """Return when it is ready; Trouble after `seconds`."""
        try:
            await asyncio.wait_for(self.ready.wait(), seconds)
        except TimeoutError:
            raise Trouble(f"{self.name} was not ready within {seconds:.0f} s; see {self.log}.") from None

    async def _probe(self, process: Process) -> None:
        """Ask whether it is ready once a second, a little more often while it starts."""
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
