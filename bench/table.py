"""The table of one run: every peer's median and spread, its ratio to the named peer, and the aim beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any, Literal

from rich.table import Table


@dataclass(slots=True)
class Peer:
    """One competitor of a benchmark: the function that runs it, what it does, and what it measured each round."""

    name: str
    function: str
    does: str
    aim: str = ""
    rounds: list[Any] = field(default_factory=list)
    absent: str = ""


@dataclass(slots=True)
class Benchmark:
    """Peers that do the same work; ratios are to `against`."""

    name: str
    unit: Literal["events/s", "messages/s", "ms"]
    against: str
    peers: tuple[Peer, ...]
    fill: str | None = None


def rows(benchmark: Benchmark) -> list[tuple[str, ...]]:
    """Name, unit, median, lowest to highest round, ratio, aim, what it does; one row a peer and percentile."""
    kinds: Mapping[str, int | None] = {"ms p50": 50, "ms p99": 99} if benchmark.unit == "ms" else {benchmark.unit: None}
    lines: list[tuple[str, ...]] = []
    for unit, percent in kinds.items():
        base = next(_values(peer, percent) for peer in benchmark.peers if peer.name == benchmark.against)
        for peer in benchmark.peers:
            aim = peer.aim if percent in (None, 50) else ""
            lines.append((benchmark.name, peer.name, unit, *_numbers(peer, percent, base), aim, peer.does))
    return lines


def _values(peer: Peer, percent: int | None) -> list[float]:
    if percent is None:
        return [float(each) for each in peer.rounds]
    return [1000 * quantiles(each, n=100, method="inclusive")[percent - 1] for each in peer.rounds]


def _numbers(peer: Peer, percent: int | None, base: Sequence[float]) -> tuple[str, str, str]:
    values = _values(peer, percent)
    if not values:
        return peer.absent or "not run", "", ""
    spread = f"{_short(min(values))} to {_short(max(values))}"
    ratio = f"{median(values) / median(base):.2f}" if base else ""
    return _short(median(values)), spread, ratio


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"  # noqa: PLR2004 - three digits are enough


def shown(title: str, head: Sequence[str], lines: Sequence[Sequence[str]]) -> Table:
    """The table as a terminal and a Markdown page can both show it."""
    table = Table(*head, title=title)
    for line in lines:
        table.add_row(*line)
    return table


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """The same for docs/benchmarks.md."""
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *lines))
