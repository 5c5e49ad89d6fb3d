"""The one command that `run` runs in the foreground, on the caller's terminal."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from deploy.local.processes import Trouble, stop

PATIENCE = 10.0


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
                await asyncio.wait_for(process.wait(), PATIENCE)
        await stop(process, patience=PATIENCE)
        raise
    return code if code >= 0 else 128 - code
