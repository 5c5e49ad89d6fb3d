"""The output of the command line: tables, sentences, progress, failures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console
from rich.progress import Progress

from shared.projections.shadow_schema import ProgressCallback

OUT = Console()
_ERR = Console(stderr=True)


@contextmanager
def progress(what: str) -> Iterator[ProgressCallback]:
    """A bar while something is built."""
    with Progress(console=OUT) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)
    OUT.print(f"{what}: built and in place.")


def fail(sentence: str) -> NoReturn:
    """Print this sentence and end with exit 1."""
    _ERR.print(sentence)
    raise typer.Exit(1)
