"""One `up` at a time in one working copy: a locked pid file, and how `down` reaches its owner."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOBase
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from deploy.local.processes import MARK, Trouble

PATIENCE = 60.0


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Hold the pid file for as long as the stack runs; the system lets go of it however we end."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.pid").open("a+") as file:
        if not _lock(file):
            raise Trouble("The stack already runs here: stop it first (make down).")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def stop_the_other(home: Path) -> bool:
    """Ask the running `up` to stop and wait for it; False when none runs."""
    with suppress(FileNotFoundError), (home / "up.pid").open("r+") as file:
        if _lock(file):
            return False
        other = psutil.Process(int(file.read()))
        other.terminate()
        try:
            other.wait(PATIENCE)
        except psutil.TimeoutExpired:
            raise Trouble(f"The stack has not stopped within {PATIENCE:.0f} s.") from None
        return True
    return False


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


def _lock(file: TextIOBase) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
