"""What the person at the keyboard sees: one line for each part, rewritten in place on a terminal."""

from collections.abc import Callable
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

Say = Callable[[str, str], None]


class Board:
    """Say what a part does; the last word about each part stays in view."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self.words: dict[str, str] = {}
        self.live = Live(console=self.console, auto_refresh=False)

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def say(self, part: str, words: str) -> None:
        """Replace what was said of `part`."""
        if self.words.get(part) == words:
            return
        self.words[part] = words
        if self.console.is_terminal:
            self.live.update(self._table(), refresh=True)
        else:
            self.console.print(f"{part:<12}{words}", markup=False)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for part, words in self.words.items():
            table.add_row(part, words)
        return table
