"""Starting a program on its own, waiting for it, and leaving nothing of it behind."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

MARK = "CARROUSEL_LOCAL_LOG"  # in the environment of all we start: how `down` knows what a killed `up` left behind


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
        raise Trouble(f"{Path(command[0]).name} failed (exit {code}); its last words are in {log}.")


async def listening(process: Process, port: int, what: str, log: Path, *, seconds: float = 60) -> None:
    """Return when 127.0.0.1:`port` answers; Trouble when the process ends or stays silent."""
    for _ in range(int(seconds * 10)):
        if process.returncode is not None:
            raise Trouble(f"{what} ended with exit {process.returncode} while starting; its last words are in {log}.")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise Trouble(f"{what} did not answer on port {port} within {seconds:.0f} s; its last words are in {log}.")


async def stop(process: Process, *, how: signal.Signals = signal.SIGTERM, patience: float = 20) -> None:
    """Ask the process to stop, then kill its whole group."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
