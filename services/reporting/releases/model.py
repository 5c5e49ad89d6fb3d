"""What an attacker knows of all releases together, as one linear programme over the inner cells.

A variable is how many came in one inner cell (city x sector x category) of one indicator in the period of one release,
without what the attacker referred himself. What is published, and what anybody may assume, are its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.reporting.releases.cells import changeable, coalitions
from services.reporting.releases.facts import Atom, Facts, atom_of, sectors_of
from services.reporting.releases.periods import Relation, relations
from services.reporting.releases.plan import Link
from services.reporting.releases.tables import CellKey, classification, counted, groups_of
from shared.contracts.released import Table, Tables
from shared.domain.messages import Message

Vector: TypeAlias = NDArray[np.int64]
Place: TypeAlias = tuple[int, str, Atom]
_FAMILY = {"sector_group": "sector", "sector": "sector", "city": "city", "category": "category"}


class Snapshot(Message):
    """What one release printed anew, and the facts behind it; `sums` are its totals."""

    number: int
    facts: Facts
    tables: Tables
    sums: dict[str, int]


class Row(NamedTuple):
    """Sum of coefficient x variable: equal to `value` of what is published, or to 0, or (`least`) at least 0.

    Of a published one the attacker subtracts his own.
    """

    columns: tuple[int, ...]
    coefficients: tuple[int, ...]
    value: int = 0
    published: bool = False
    least: bool = False


class Target(NamedTuple):
    """What an attacker is after: a hidden cell of a table, or (`since` a release) how much it grew."""

    number: int
    table: Table
    keys: CellKey
    columns: tuple[int, ...]
    coefficients: tuple[int, ...]
    since: int | None = None


@dataclass(slots=True)
class Model:
    """All releases, the last of them the one that is asked about."""

    snapshots: Sequence[Snapshot]
    links: Sequence[Link]
    columns: dict[Place, int] = field(init=False)
    rows: list[Row] = field(init=False)
    targets: list[Target] = field(init=False)
    _cities: Sequence[str] = field(init=False)
    _relations: list[Relation] = field(init=False)
    _sectors: Mapping[str, str] = field(init=False)
    _families: dict[str, set[str]] = field(init=False)
    _grids: dict[str, list[Atom]] = field(init=False)
    _members: dict[tuple[int, str], dict[CellKey, tuple[int, ...]]] = field(init=False)

    def __post_init__(self) -> None:
        self._cities = sorted({city for each in self.snapshots for city in each.facts.cities})
        self._sectors = _alike(self.snapshots)
        self._families = _families(self.snapshots)
        self._grids = {each: _grid(self.snapshots, each, told, self._sectors) for each, told in self._families.items()}
        places = [
            (nth, indicator, atom)
            for nth in range(len(self.snapshots))
            for indicator, grid in self._grids.items()
            for atom in grid
        ]
        self.columns = {place: nth for nth, place in enumerate(places)}
        self._members = {
            (nth, table.code): self._cells(nth, table)
            for nth, each in enumerate(self.snapshots)
            for table in each.tables
        }
        self._relations = relations([each.facts.period for each in self.snapshots])
        self.rows = [*self._published(), *self._growth(), *self._linked()]
        self.targets = list(self._targets())

    def known_by(self, organisations: Iterable[str] | None) -> Vector:
        """What these organisations referred, or everybody (None), by variable."""
        wanted = None if organisations is None else frozenset(organisations)
        known = np.zeros(len(self.columns), dtype=np.int64)
        for nth, snapshot in enumerate(self.snapshots):
            for each in snapshot.facts.contributions:
                if each.indicator in self._grids and (wanted is None or each.organisation in wanted):
                    known[self.columns[nth, each.indicator, self._coarse(each.indicator, atom_of(each))]] += each.n
        return known

    def _coarse(self, indicator: str, atom: Atom) -> Atom:
        told = self._families[indicator]
        same = atom._replace(sector=self._sectors[atom.sector])
        return Atom(*(value if family in told else "" for family, value in zip(Atom._fields, same, strict=True)))

    def _cells(self, nth: int, table: Table) -> dict[CellKey, tuple[int, ...]]:
        """The variables of release `nth` behind each cell of a table."""
        key_of = classification(table.axes, table.indicator, self._cities, groups_of(table))
        found: defaultdict[CellKey, list[int]] = defaultdict(list)
        for atom in self._grids[table.indicator]:
            if (key := key_of(atom)) is not None:
                found[key].append(self.columns[nth, table.indicator, atom])
        return {key: tuple(columns) for key, columns in found.items()}

    def _published(self) -> Iterator[Row]:
        """Every number that is printed."""
        for nth, snapshot in enumerate(self.snapshots):
            for indicator, n in snapshot.sums.items():
                if indicator in self._grids:
                    columns = tuple(self.columns[nth, indicator, atom] for atom in self._grids[indicator])
                    yield Row(columns, (1,) * len(columns), n, published=True)
            for table in snapshot.tables:
                members = self._members[nth, table.code]
                for cell in table.cells:
                    if cell.n is not None:
                        columns = members.get(cell.keys, ())
                        yield Row(columns, (1,) * len(columns), cell.n, published=True)

    def _growth(self) -> Iterator[Row]:
        """A period holds what the periods within it hold; what covers a period holds as much; the same is the same."""
        for relation in self._relations:
            for indicator, grid in self._grids.items():
                for atom in grid:
                    yield from self._related(relation, indicator, atom)

    def _related(self, relation: Relation, indicator: str, atom: Atom) -> Iterator[Row]:
        columns = tuple(self.columns[nth, indicator, atom] for nth in (relation.whole, *relation.parts))
        signs = (1, *(-1 for _ in relation.parts))
        if relation.holds:
            yield Row(columns, signs, least=True)
        if relation.held:
            yield Row(columns, tuple(-sign for sign in signs), least=True)
        if relation.holds and relation.held:
            yield Row(columns, signs)

    def _linked(self) -> Iterator[Row]:
        """A part is never more than its whole, wherever both are told apart."""
        for link in self.links:
            if link.part in self._grids and link.whole in self._grids:
                for nth in range(len(self.snapshots)):
                    yield from self._part_of(nth, link)

    def _part_of(self, nth: int, link: Link) -> Iterator[Row]:
        """By sector only: the cities of two steps may differ, and the reasons do."""
        by_sector: defaultdict[str, dict[int, int]] = defaultdict(dict)
        both = all("sector" in self._families[each] for each in (link.part, link.whole))
        for indicator, sign in ((link.whole, 1), (link.part, -1)):
            for atom in self._grids[indicator]:
                by_sector[atom.sector if both else ""][self.columns[nth, indicator, atom]] = sign
        for row in by_sector.values():
            yield Row(tuple(row), tuple(row.values()), least=True)

    def _targets(self) -> Iterator[Target]:
        for nth, snapshot in enumerate(self.snapshots):
            for table in snapshot.tables:
                members = self._members[nth, table.code]
                for cell in table.cells:
                    if cell.n is None:
                        columns = members.get(cell.keys, ())
                        yield Target(snapshot.number, table, cell.keys, columns, (1,) * len(columns))
        yield from self._grown()

    def _grown(self) -> Iterator[Target]:
        """What lies between releases in a cell of the last of them, unless that could be shown itself."""
        insiders = coalitions(sectors_of(each.facts for each in self.snapshots))
        for relation in self._relations:
            places = (relation.whole, *relation.parts)
            if relation.holds or (relation.held and relation.apart):
                for table in self.snapshots[max(places)].tables:
                    if all(self._tells(nth, table.indicator) for nth in places):
                        yield from self._between(relation, table, insiders)

    def _tells(self, nth: int, indicator: str) -> bool:
        return any(each.indicator == indicator for each in self.snapshots[nth].tables)

    def _between(self, relation: Relation, table: Table, insiders: Sequence[frozenset[str]]) -> Iterator[Target]:
        sign = 1 if relation.holds else -1
        signs = {relation.whole: sign, **dict.fromkeys(relation.parts, -sign)}
        counts = {nth: counted(table, self.snapshots[nth].facts, self._cities) for nth in signs}
        cells = {nth: self._cells(nth, table) for nth in signs}
        last = max(signs)
        for keys in cells[last]:
            between: defaultdict[str, int] = defaultdict(int)
            for nth, each in signs.items():
                for organisation, n in counts[nth][keys].items():
                    between[organisation] += each * n
            if not changeable({}, between, insiders):
                columns = tuple(column for nth in signs for column in cells[nth][keys])
                coefficients = tuple(each for nth, each in signs.items() for _ in cells[nth][keys])
                since = self.snapshots[max(nth for nth in signs if nth != last)].number
                yield Target(self.snapshots[last].number, table, keys, columns, coefficients, since)


def _families(snapshots: Sequence[Snapshot]) -> dict[str, set[str]]:
    """What tells the inner cells of each indicator apart: as fine as any of its tables, and no finer."""
    families: defaultdict[str, set[str]] = defaultdict(set)
    for snapshot in snapshots:
        for table in snapshot.tables:
            families[table.indicator] |= {_FAMILY[axis] for axis in table.axes}
    for indicator in {each for snapshot in snapshots for each in snapshot.sums}:
        families.setdefault(indicator, set())
    return {each: families[each] for each in sorted(families)}


def _alike(snapshots: Sequence[Snapshot]) -> dict[str, str]:
    """For each sector one that no table ever tells apart from it: they are one inner cell."""
    signs: defaultdict[str, list[str]] = defaultdict(list)
    sectors = {sector for each in snapshots for its in each.facts.organisations().values() for sector in its}
    sectors |= {one.sector for each in snapshots for one in each.facts.contributions}
    groups = {tuple(groups_of(table)) for each in snapshots for table in each.tables if _tells_sectors(table)}
    sectors |= {sector for those in groups for group in those for sector in group.members}
    for those in sorted(groups, key=str):
        key_of = {sector: group.key for group in those for sector in group.members}
        for sector in sectors:
            signs[sector].append(key_of.get(sector, ""))
    first: dict[tuple[str, ...], str] = {}
    return {each: first.setdefault(tuple(signs[each]), each) for each in sorted(sectors)}


def _tells_sectors(table: Table) -> bool:
    return not {"sector", "sector_group"}.isdisjoint(table.axes)


def _grid(snapshots: Sequence[Snapshot], indicator: str, families: set[str], alike: Mapping[str, str]) -> list[Atom]:
    values: dict[str, set[str]] = {"city": set(), "sector": set(alike.values()), "category": set()}
    for snapshot in snapshots:
        values["city"] |= set(snapshot.facts.cities)
        for table in snapshot.tables:
            if table.indicator == indicator and "category" in table.axes:
                values["category"] |= {cell.keys[table.axes.index("category")] for cell in table.cells}
        for each in snapshot.facts.of(indicator):
            values["city"].add(each.city)
            values["category"].add(each.category)
    axes = [sorted(values[family]) if family in families else [""] for family in Atom._fields]
    return [Atom(*each) for each in product(*axes)]
