"""Lives through the years of a project with synthetic people, reads its figures back and fetches its report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

from deploy.local.drive import Services
from deploy.local.figures import Asked, checked
from deploy.local.history import history, period, told
from deploy.local.processes import Trouble
from deploy.local.tokens import HOME

FILE = Path(__file__).with_name("figures.json")
COVERED = {("referrals", "received"): "referrals_received", ("referrals", "distinct_referrers"): "referring_persons"}
LANGUAGES, FORMATS = ("nl", "fr", "en"), ("pdf", "html")
NO_FIGURES = {"source", "project", "steering_group", "not_published"}
screen = Console()


def main(
    figures: Annotated[Path, typer.Option(help="The figures to live up to.")] = FILE,
    seed: Annotated[int, typer.Option(help="Another seed, other synthetic people.")] = 0,
) -> None:
    """Exit 0 when all covered figures read back as in the file and as told, 1 when one differs, 2 when it cannot be."""
    try:
        file = _read(figures)
        equal = live(file, seed, HOME / "demo")
    except (Trouble, ValueError) as trouble:
        Console(stderr=True).print(str(trouble), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    raise typer.Exit(0 if equal else 1)


def live(file: Mapping[str, Any], seed: int, home: Path, client: httpx.Client | None = None) -> bool:
    """Drive the services through the synthetic history of `file`; True when the covered figures are equal."""
    asked, steps, (since, until) = checked(file), history(file, seed), period(file)
    services = Services(asked.cities, client)
    screen.print(
        f"A synthetic history of {since} to {until} from seed {seed}: every person and organisation is invented."
    )
    services.introduce(asked)
    for step in track(steps, "Telling the synthetic history", console=screen):
        services.tell(step)
    expected = told(steps) | {code: int(file[part][name]) for (part, name), code in COVERED.items()}
    found = services.figures_once_caught_up(expected, since, until)
    _show(file, expected, found)
    home.mkdir(parents=True, exist_ok=True)
    content = json.dumps(read_back(file, found, seed), ensure_ascii=False, indent=2) + "\n"
    (home / "figures.json").write_text(content, encoding="utf-8")
    screen.print(f"Figures read back of the synthetic history: {home / 'figures.json'}", soft_wrap=True)
    _fetch_reports(services, home, since, until)
    return _equal(expected, found, asked)


def read_back(file: Mapping[str, Any], found: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """A file of the same shape with the figures read back; null is what is not covered yet."""
    blank: dict[str, Any] = {name: _blank(value) for name, value in file.items()}
    blank["source"] = f"read back from the reporting service after a synthetic history (seed {seed}); null: not covered"
    for (part, name), code in COVERED.items():
        blank[part][name] = found.get(code)
    return blank


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        checked(content)
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise Trouble(f"{path} cannot be lived up to: {error}") from None
    return dict(content)


def _blank(value: object) -> dict[str, Any] | None:
    return {name: _blank(inner) for name, inner in value.items()} if isinstance(value, Mapping) else None


def _show(file: Mapping[str, Any], expected: Mapping[str, int], found: Mapping[str, Any]) -> None:
    table = Table(Column("figure", no_wrap=True), "file", "read back", "equal", title="Figures of a synthetic history")
    for part, content in file.items():
        if part in NO_FIGURES or not isinstance(content, Mapping):
            continue
        for name, value in content.items():
            code = COVERED.get((part, name))
            row = ("not covered yet", "-") if code is None else (str(found.get(code)), _yes(found.get(code) == value))
            table.add_row(f"{part}.{name}", ", ".join(value) if isinstance(value, list) else str(value), *row)
    for code in [code for code in expected if code not in COVERED.values()]:
        value = f"{expected[code]} (synthetic)"
        table.add_row(code, value, str(found.get(code)), _yes(found.get(code) == expected[code]))
    screen.print(table)


def _yes(equal: bool) -> str:
    return "yes" if equal else "[red]NO[/red]"


def _fetch_reports(services: Services, home: Path, since: date, until: date) -> None:
    for language in LANGUAGES:
        for file_format in FORMATS:
            path = home / f"report.{language}.{file_format}"
            path.write_bytes(services.report(language, file_format, since, until))
            screen.print(f"Report on the synthetic history: {path}", soft_wrap=True)


def _equal(expected: Mapping[str, int], found: Mapping[str, Any], asked: Asked) -> bool:
    different = [code for code, value in expected.items() if found.get(code) != value]
    if different:
        screen.print(f"Different from what was told: {', '.join(different)}.", style="red")
        more = found.get("referrals_received")
        if isinstance(more, int) and more > asked.received:
            screen.print("More than the file has: data of another history is kept here; make clean forgets it.")
    return not different


if __name__ == "__main__":
    typer.run(main)
