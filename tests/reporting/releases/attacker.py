"""Somebody who reads published releases and computes: he has the documents, what he referred himself, and nothing else.

He knows nothing of the service's own code. A variable of his is a printed cell; whatever two printed cells have to do
with one another is a rule between them. First he narrows plainly, rule by rule; then he asks a solver for the rest.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any, NamedTuple

import highspy

from tests.reporting.releases.lives import Person

Json = dict[str, Any]
MOST = 10**6
PARTS = {
    "completed": "started",
    "stopped": "started",
    "started": "referrals_received",
    "withdrawn": "referrals_received",
}


class Cell(NamedTuple):
    """A printed cell: of which release, of which indicator, and which people it is about."""

    release: int
    indicator: str
    city: str
    sectors: frozenset[str]
    category: str
    since: str
    until: str

    def about(self, person: Person) -> bool:
        """Whether it counts this person."""
        return (
            self.since <= person.on.isoformat() <= self.until
            and self.indicator in ("referrals_received", *person.steps)
            and self.city in {"", person.city}
            and (not self.sectors or person.sector in self.sectors)
            and self.category in {"", person.category}
        )


class Rule(NamedTuple):
    """The sum of `more` without the sum of `less` is nothing, or (`least`) nothing or more."""

    more: tuple[Cell, ...]
    less: tuple[Cell, ...]
    least: bool


@dataclass(slots=True)
class Attacker:
    """`mine` are the people he referred: he subtracts them from everything, and wants to know of the others."""

    documents: list[Json]
    mine: list[Person]
    shown: dict[Cell, int | None] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        for document in self.documents:
            for cell, n in printed(document):
                self.shown.setdefault(cell, n)
        self.rules = list(dict.fromkeys([*self._sums(), *self._parts(), *self._growth()]))

    def others(self, cell: Cell) -> int | None:
        """What is printed without his own."""
        n = self.shown[cell]
        return None if n is None else n - sum(cell.about(each) for each in self.mine)

    def _sums(self) -> Iterator[Rule]:
        """A cell is the sum of those that split it along one axis: whole lines only."""
        lines: defaultdict[tuple[Any, ...], list[Cell]] = defaultdict(list)
        for each in self.shown:
            if each.city:
                lines[each._replace(city=""), "city"].append(each)
            if each.category:
                lines[each._replace(category=""), "category"].append(each)
            if each.sectors:
                lines[each._replace(sectors=frozenset()), len(each.sectors) == 1].append(each)
        for (coarse, _), parts in lines.items():
            if coarse in self.shown and _disjoint(parts):
                yield Rule((coarse,), tuple(parts), least=False)
        yield from self._groups()

    def _groups(self) -> Iterator[Rule]:
        """A group of sectors is the sum of its sectors, where each of them is printed."""
        for each in self.shown:
            if len(each.sectors) > 1:
                parts = tuple(each._replace(sectors=frozenset({one})) for one in sorted(each.sectors))
                if all(part in self.shown for part in parts):
                    yield Rule((each,), parts, least=False)

    def _parts(self) -> Iterator[Rule]:
        """Whoever is in the part is in the whole."""
        for each in self.shown:
            if each.indicator in PARTS:
                whole = each._replace(indicator=PARTS[each.indicator], category="")
                if whole in self.shown:
                    yield Rule((whole,), (each,), least=True)

    def _growth(self) -> Iterator[Rule]:
        """A period that holds another holds its people; the same period holds the same; years add up."""
        alike: defaultdict[tuple[Any, ...], list[Cell]] = defaultdict(list)
        for each in self.shown:
            alike[each.indicator, each.city, each.sectors, each.category].append(each)
        for cells in alike.values():
            for outer in cells:
                within = [c for c in cells if c != outer and outer.since <= c.since and c.until <= outer.until]
                yield from (Rule((outer,), (inner,), least=True) for inner in within)
                for one, other in product(cells, cells):
                    if outer not in {one, other} and one.since <= outer.since and one.until < other.until:
                        yield from _two(one, other, outer)

    def propagate(self) -> dict[Cell, tuple[int, int]]:
        """Between which numbers each cell lies, by plain arithmetic until nothing changes."""
        bounds = {cell: (0, MOST) if (n := self.others(cell)) is None else (n, n) for cell in self.shown}
        changed = True
        while changed:
            changed = False
            for rule in self.rules:
                for cell, bound in list(_narrowed(rule, bounds)):
                    if bound != bounds[cell]:
                        bounds[cell], changed = bound, True
        return bounds

    def solve(self, wanted: Iterable[tuple[tuple[Cell, ...], tuple[Cell, ...]]]) -> list[tuple[int, int]]:
        """Between which whole numbers the sum of some cells without the sum of others lies, by a solver."""
        asking = highspy.Highs()
        asking.setOptionValue("output_flag", False)  # noqa: FBT003 - the solver's own signature
        variables = {cell: asking.addIntegral(lb=low, ub=high) for cell, (low, high) in self.propagate().items()}
        for rule in self.rules:
            total = sum(variables[each] for each in rule.more) - sum(variables[each] for each in rule.less)
            asking.addConstr(total >= 0 if rule.least else total == 0)
        return [_range(asking, variables, more, less) for more, less in wanted]

    def narrow(self, least: int = 5) -> list[tuple[Cell, int, int]]:
        """The hidden cells of which he can compute too much."""
        hidden = [cell for cell, n in self.shown.items() if n is None]
        found = self.solve(((cell,), ()) for cell in hidden)
        return [(cell, low, high) for cell, (low, high) in zip(hidden, found, strict=True) if high - low + 1 < least]


def printed(document: Json) -> Iterator[tuple[Cell, int | None]]:
    """Every cell of a release; one of an earlier printing is of that one."""
    own = document["period"]
    for each in document["sums"]:
        yield Cell(document["number"], each["indicator"], "", frozenset(), "", own["since"], own["until"]), each["n"]
    for table in document["tables"]:
        groups = {each["key"]: frozenset(each["members"]) for each in table["groups"]}
        period = table["period"]
        for cell in table["cells"]:
            keys = dict(zip(table["axes"], cell["keys"], strict=True))
            sector = keys.get("sector")
            sectors = frozenset({sector}) if sector else groups.get(keys.get("sector_group", ""), frozenset())
            yield (
                Cell(
                    table["printed_in"],
                    table["indicator"],
                    keys.get("city", ""),
                    sectors,
                    keys.get("category", ""),
                    period["since"],
                    period["until"],
                ),
                cell["n"],
            )


def read(documents: Iterable[bytes]) -> list[Json]:
    """As they are published."""
    return [json.loads(each) for each in documents]


def _disjoint(parts: list[Cell]) -> bool:
    return all(
        not (one.sectors & other.sectors) for nth, one in enumerate(parts) for other in parts[nth + 1 :]
    ) or not any(each.sectors for each in parts) or len({each.sectors for each in parts}) == 1  # fmt: skip


def _two(one: Cell, other: Cell, outer: Cell) -> Iterator[Rule]:
    """Two periods that follow one another, and a third: it lies in both together, or holds both."""
    following = date.fromisoformat(other.since) - date.fromisoformat(one.until)
    if following.days <= 1 and outer.until <= other.until:
        yield Rule((one, other), (outer,), least=True)
    if following.days >= 1 and outer.since <= one.since and other.until <= outer.until:
        yield Rule((outer,), (one, other), least=True)


def _narrowed(rule: Rule, bounds: dict[Cell, tuple[int, int]]) -> Iterator[tuple[Cell, tuple[int, int]]]:
    for side, other in ((rule.more, rule.less), (rule.less, rule.more)):
        most = sum(bounds[each][1] for each in other)
        least = sum(bounds[each][0] for each in other)
        for cell in side:
            low, high = bounds[cell]
            rest_least = sum(bounds[each][0] for each in side if each != cell)
            rest_most = sum(bounds[each][1] for each in side if each != cell)
            if not rule.least or side is rule.less:
                high = min(high, most - rest_least)
            if not rule.least or side is rule.more:
                low = max(low, least - rest_most)
            yield cell, (low, high)


def _range(
    asking: highspy.Highs, variables: dict[Cell, Any], more: tuple[Cell, ...], less: tuple[Cell, ...]
) -> tuple[int, int]:
    total = sum(variables[each] for each in more) - sum(variables[each] for each in less)
    return _best(asking, asking.minimize, total), _best(asking, asking.maximize, total)


def _best(asking: highspy.Highs, way: Callable[[Any], Any], total: Any) -> int:
    way(total)
    assert asking.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return round(asking.getInfo().objective_function_value)
