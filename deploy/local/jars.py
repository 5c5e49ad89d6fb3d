"""The jars of Apache Kafka: fetched once by pinned coordinates, never run unless their sha256 is the pinned one."""

import asyncio
import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from jgo.maven import MavenContext

from deploy.local.processes import Trouble

LOCK = Path(__file__).with_name("kafka.lock")


class Unreachable(Trouble):
    """The jars are not here and cannot be fetched."""


class Jar(NamedTuple):
    """One line of kafka.lock: `group:artifact:version sha256:hex`."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """Its file name."""
        return f"{self.artifact}-{self.version}.jar"


def locked() -> list[Jar]:
    """Every jar the lock names."""
    return [Jar(*re.split(":| sha256:", line)) for line in LOCK.read_text("utf-8").splitlines()]


async def classpath(folder: Path) -> list[Path]:
    """Every locked jar, fetched into `folder` where missing, each one checked at every start."""
    folder.mkdir(parents=True, exist_ok=True)
    jars = locked()
    at_most = asyncio.Semaphore(8)

    async def fetch(jar: Jar) -> None:
        async with at_most:
            await asyncio.to_thread(_fetch, jar, folder)

    await asyncio.gather(*(fetch(jar) for jar in jars if not (folder / jar.name).exists()))
    for jar in jars:
        _check(jar, folder / jar.name)
    return [folder / jar.name for jar in jars]


def _fetch(jar: Jar, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        component = MavenContext(repo_cache=Path(scratch)).project(jar.group, jar.artifact).at_version(jar.version)
        try:
            found = component.artifact().resolve()
        except (OSError, RuntimeError) as error:  # requests' errors are OSErrors; jgo says "not found" by RuntimeError
            raise Unreachable(f"{jar.name} could not be fetched from Maven Central ({type(error).__name__}).") from None
        _check(jar, found)
        shutil.move(found, folder / jar.name)


def _check(jar: Jar, path: Path) -> None:
    if hashlib.sha256(path.read_bytes()).hexdigest() != jar.sha256:
        raise Trouble(
            f"{path.name} is not the jar that {LOCK.name} names (its sha256 differs), so Kafka was not started: "
            f"delete {path} to fetch it again."
        )
