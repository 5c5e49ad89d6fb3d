"""Sends the synthetic history of a project, reads its figures back and fetches its report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Column, Table

from deploy.local.drive import Services
from deploy.local.figures import Figures, checked
from deploy.local.found import Comparison, Reported, comparisons, read_back
from deploy.local.history import expected_counts, history, period
from deploy.local.processes import Trouble
from deploy.local.tokens import HOME
from shared.domain.messages import JsonObject

FILE = Path(__file__).with_name("figures.json")
LANGUAGES, FORMATS = ("nl", "fr", "en"), ("pdf", "html")
screen = Console()


def main(
    figures: Annotated[Path, typer.Option(help="The figures to live up to.")] = FILE,
    seed: Annotated[int, typer.Option(help="Another seed, other synthetic people.")] = 0,
    home: Annotated[Path, typer.Option(help="Where the figures read back and the reports go.")] = HOME / "demo",
    check: Annotated[bool, typer.Option("--check", help="Only say whether a history can have these figures.")] = False,
) -> None:
    """Exit 0 when every figure reads back as in the file and the history, 1 when one differs, 2 when it cannot be."""
    try:
        file = _read(figures, seed)
        equal = check or live(file, seed, home)
    except (Trouble, ValueError) as trouble:
        Console(stderr=True).print(str(trouble), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    raise typer.Exit(0 if equal else 1)


def live(file: JsonObject, seed: int, home: Path, client: httpx.Client | None = None) -> bool:
    """Drive the services through the synthetic history of `file`; True when every figure is equal."""
    figures, lived, (since, until) = checked(file), history(file, seed), period(file)
    services = Services(figures.everywhere, client)
    screen.print(
        f"A synthetic history of {since} to {until} from seed {seed}: every person in it is invented,"
        " and every organisation but the partners."
    )
    services.describe_project(figures)
    with Progress(console=screen) as progress:
        sent_one = partial(progress.advance, progress.add_task("Sending the synthetic history", total=len(lived.steps)))
        services.send(lived.registered, sent_one)
        services.send(lived.before, sent_one)
        services.wait_until_consumed(lived.steps)
        services.send(lived.during, sent_one)
        services.send(lived.after, sent_one)
    compare = partial(comparisons, figures, expected_counts(lived.steps))
    found = services.found_once(lambda found: not _different(compare(found)), since, until)
    home.mkdir(parents=True, exist_ok=True)
    for language, kind in product(LANGUAGES, FORMATS):
        (home / f"report.{language}.{kind}").write_bytes(services.report(language, kind, since, until))
    content = json.dumps(read_back(figures, found, seed), ensure_ascii=False, indent=2) + "\n"
    (home / "figures.json").write_text(content, encoding="utf-8")
    _show(compare(found), home)
    return _equal(_different(compare(found)), found, figures)


def _read(path: Path, seed: int) -> JsonObject:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        history(content, seed)
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise Trouble(f"{path} cannot be lived up to: {error}") from None
    return dict(content)


def _show(figures: Iterable[Comparison], home: Path) -> None:
    columns = Column("figure", no_wrap=True), Column("file", overflow="fold"), Column("read back", overflow="fold")
    table = Table(*columns, "equal", title="Figures of a synthetic history")
    for each in figures:
        equal = "yes" if each.found == each.expected else "[red]NO[/red]"
        expected = _text(each.expected) + (" (synthetic)" if each.synthetic else "")
        table.add_row(each.name, expected, _text(each.found), equal)
    screen.print(table)
    screen.print(f"Figures read back of the synthetic history: {home / 'figures.json'}", soft_wrap=True)
    reports = f"{home / 'report'}.{{{','.join(LANGUAGES)}}}.{{{','.join(FORMATS)}}}"
    screen.print(f"Reports on the synthetic history: {reports}", soft_wrap=True, markup=False)


def _text(value: object) -> str:
    return escape("\n".join(map(str, value)) if isinstance(value, list) else str(value))


def _different(figures: Iterable[Comparison]) -> list[str]:
    return [each.name for each in figures if each.found != each.expected]


def _equal(different: Sequence[str], found: Reported, figures: Figures) -> bool:
    if different:
        screen.print(f"Different from what was sent: {', '.join(different)}.", style="red")
        if (found.value("referrals_received") or 0) > figures.referrals.received:
            more = "More than the file has: data of another history is kept here; make clean forgets it."
            screen.print(more, soft_wrap=True)
    return not different


if __name__ == "__main__":
    typer.run(main)
