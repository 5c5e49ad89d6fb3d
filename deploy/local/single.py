"""One `up` at a time in one working copy: a locked pid file, and how `down` reaches its owner."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from deploy.local.processes import MARK, Trouble

PATIENCE = 60.0


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Hold the pid file for as long as the stack runs; the system lets go of it however we end."""
    home.mkdir(parents=True, exist_ok=True)
    with _file(home).open("a+") as file:
        if not _lock(file.fileno()):
            raise Trouble("The stack already runs here: stop it first (make down).")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def stop_the_other(home: Path) -> bool:
    """Ask the running `up` to stop and wait for it; False when none runs."""
    if not _file(home).exists():
        return False
    with _file(home).open("r+") as file:
        if _lock(file.fileno()):
            return False
        os.kill(int(file.read()), signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while not _lock(file.fileno()):
            if time.monotonic() > deadline:
                raise Trouble(f"The stack has not stopped within {PATIENCE:.0f} s.")
            time.sleep(0.1)
    return True


def stop_leftovers(home: Path) -> bool:
    """Stop what an `up` of this working copy left when it was killed; False when there is nothing."""
    found = [process for process in psutil.process_iter() if _mark(process) == str(home / "log")]
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(found, timeout=20)[1]:
        process.kill()
    return bool(found)


def _mark(process: psutil.Process) -> str | None:
    with suppress(psutil.Error):
        mark: str | None = process.environ().get(MARK)
        return mark
    return None


def _file(home: Path) -> Path:
    return home / "up.pid"


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
