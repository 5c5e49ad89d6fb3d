"""Starting a program on its own, waiting for it, and leaving nothing of it behind."""

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

MARK = "CARROUSEL_LOCAL_LOG"  # in the environment of all we start: how `down` knows what a killed `up` left behind

COMMAND_PATIENCE = 10.0
_ROUND = 2**16  # free bytes below which nothing more can be written


class Trouble(Exception):  # noqa: N818 - a sentence for a person, not a fault
    """Something the person at the keyboard can act on, in one sentence."""


async def spawn(
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
) -> Process:
    """Start `command` in a session of its own, its output appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    identity = {"user": user, "group": user, "extra_groups": []} if user else {}
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *map(str, command),
            stdin=DEVNULL,
            stdout=output,
            stderr=output,
            env={**(os.environ if env is None else env), MARK: str(log.parent)},
            cwd=cwd,
            start_new_session=True,
            **identity,  # type: ignore[arg-type]
        )


async def finish(command: Sequence[str | Path], log: Path, *, user: str | None = None) -> None:
    """Run `command` to its end; Trouble when it fails."""
    process = await spawn(command, log, user=user)
    try:
        code = await process.wait()
    finally:
        await stop(process)
    if code:
        raise Trouble(f"{Path(command[0]).name} failed (exit {code}): {last_words(log)}.")


async def listening(process: Process, port: int, what: str, log: Path, *, seconds: float = 60) -> None:
    """Return when 127.0.0.1:`port` answers; Trouble when the process ends or stays silent."""
    for _ in range(int(seconds * 10)):
        if process.returncode is not None:
            raise Trouble(f"{what} ended with exit {process.returncode} while starting: {last_words(log)}.")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise Trouble(f"{what} did not answer on port {port} within {seconds:.0f} s: {last_words(log)}.")


def require_room(folder: Path, needed: int = 300) -> None:
    """Refuse in one sentence when the disk under `folder` has less than `needed` MB free."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < needed:
        raise Trouble(f"The disk that holds {folder} is full: {free} MB are free, {needed} MB are needed.")


def last_words(log: Path) -> str:
    """Why a program ended, as far as is known: the disk is full, or where to read on."""
    tail = log.read_bytes()[-4096:] if log.exists() else b""
    if b"No space left on device" in tail or shutil.disk_usage(log.parent).free < _ROUND:
        return f"the disk that holds {log.parent} is full"
    return f"its last words are in {log}"


async def stop(process: Process, *, how: signal.Signals = signal.SIGTERM, patience: float = 20) -> None:
    """Ask the process to stop, then kill its whole group."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()  # where it leads no group of its own
    await process.wait()


async def run_command(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run it to its end and return its exit code as a shell would; cancelled, end it first."""
    try:
        process = await asyncio.create_subprocess_exec(*command, env=environment)
    except OSError as error:
        raise Trouble(f"{command[0]} cannot be run: {error.strerror}.") from None
    try:
        code = await process.wait()
    except asyncio.CancelledError as cancelled:
        if "SIGINT" in cancelled.args:  # Ctrl-C reached the command too: let it finish in its own way
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), COMMAND_PATIENCE)
        await stop(process, patience=COMMAND_PATIENCE)
        raise
    return code if code >= 0 else 128 - code
