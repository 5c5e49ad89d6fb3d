"""The command line of the local stack: up, down, clean, run."""

import asyncio
import errno
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from deploy.local import single
from deploy.local.board import Board
from deploy.local.processes import Trouble, run_command
from deploy.local.stack import everything, stores

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".local"
T = TypeVar("T")
SIGNS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
app = typer.Typer(no_args_is_help=True, add_completion=False, help="The whole stack on one machine, nothing installed.")


@app.command()
def up() -> None:
    """Start PostgreSQL, Kafka and the services; Ctrl-C stops them all."""

    async def stay() -> None:
        with single.one_at_a_time(HOME), Board() as board:
            async with everything(ROOT, HOME, board.say, stay=True):
                board.say("", "Ctrl-C, or make down, stops everything.")
                await asyncio.Event().wait()

    _complete(stay())


@app.command()
def down() -> None:
    """Stop a running `up`, or what one that was killed left behind."""
    with _plainly():
        stopped = single.stop_the_other(HOME) or single.stop_leftovers(HOME)
    typer.echo("Stopped." if stopped else "Nothing was running.", err=True)


@app.command()
def clean() -> None:
    """Forget all local data (the jars stay)."""
    with _plainly(), single.one_at_a_time(HOME):
        for path in (HOME / "postgres", HOME / "kafka", HOME / "log", HOME / "kafka.properties", *HOME.glob("run-*")):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    typer.echo("Forgotten.", err=True)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def run(
    command: Annotated[list[str], typer.Argument(metavar="-- CMD", help="What to run.")],
    services: Annotated[bool, typer.Option("--services", help="Start the services too.")] = False,
) -> None:
    """Start a passing stack, empty and on free ports, run CMD in it, and forget it."""

    async def once() -> int:
        home = Path(tempfile.mkdtemp(prefix="run-", dir=HOME))
        home.chmod(0o755)
        code = 1
        try:
            async with AsyncExitStack() as running:
                with Board() as board:
                    starting = everything if services else stores
                    environment = await running.enter_async_context(starting(ROOT, home, board.say))
                code = await run_command(command, {**os.environ, **environment})
        finally:
            for name in ("postgres", "kafka") if code else (".",):  # after a failure the logs stay, until `clean`
                shutil.rmtree(home / name, ignore_errors=True)
        return code

    HOME.mkdir(exist_ok=True)
    raise typer.Exit(_complete(once()))


def _complete(work: Coroutine[object, object, T]) -> T:
    """Run `work`; Ctrl-C and SIGTERM cancel it, so that whatever it started is stopped."""

    async def main() -> T:
        task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()

        def end(name: str) -> None:
            for sign in SIGNS:  # signalled twice, it still stops everything in good order
                loop.add_signal_handler(sign, lambda: None)
            task.cancel(name)

        for sign in SIGNS:
            loop.add_signal_handler(sign, end, sign.name)
        return await task

    with _plainly():
        try:
            return asyncio.run(main())
        except asyncio.CancelledError:
            raise typer.Exit(130) from None


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except Trouble as trouble:
        typer.echo(str(trouble), err=True)
        sys.exit(1)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        typer.echo(f"The disk that holds {HOME} is full.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    app()
