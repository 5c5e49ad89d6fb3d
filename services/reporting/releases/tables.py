"""Tables before protection: each cell with the organisations that contributed to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from services.reporting.releases.facts import (
    Atom,
    Contribution,
    Contributions,
    Facts,
    atom_of,
    contributions_of,
    keys_of,
)
from services.reporting.releases.plan import PlannedTable
from shared.contracts.released import Cell, Group, Period, Table

CellKey: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenTable:
    """One planned table with all of its numbers. `uncounted`: somebody falls under none of its keys."""

    planned: PlannedTable
    groups: tuple[Group, ...]
    cells: Mapping[CellKey, Contributions]
    uncounted: bool

    def n(self, key: CellKey) -> int:
        """The number of one cell."""
        return sum(self.cells[key].values())

    def printed(self, hidden: Collection[CellKey], period: Period, number: int) -> Table:
        """As it is published, without the numbers of hidden cells."""
        return Table(
            code=self.planned.code,
            indicator=self.planned.indicator,
            axes=self.planned.axes,
            period=period,
            printed_in=number,
            groups=self.groups if "sector_group" in self.planned.axes else (),
            cells=tuple(Cell(keys=key, n=None if key in hidden else self.n(key)) for key in self.cells),
        )


def open_table(planned: PlannedTable, facts: Facts, groups: Sequence[Group]) -> OpenTable:
    """The table of these facts; every cell that can be is in it."""
    key_of = classification(planned.axes, planned.indicator, facts.cities, groups)
    axes = [keys_of(axis, planned.indicator, facts.cities, groups).every for axis in planned.axes]
    found: defaultdict[CellKey, list[Contribution]] = defaultdict(list)
    uncounted = False
    for each in facts.of(planned.indicator):
        key = key_of(atom_of(each))
        if key is None:
            uncounted = True
        else:
            found[key].append(each)
    cells = {key: contributions_of(found.get(key, ())) for key in product(*axes)}
    return OpenTable(planned, tuple(groups), cells, uncounted)


def classification(
    axes: Sequence[str], indicator: str, cities: Sequence[str], groups: Sequence[Group]
) -> Callable[[Atom], CellKey | None]:
    """Which cell of a table an atom falls in; None: in none."""
    each_axis = [keys_of(axis, indicator, cities, groups).of for axis in axes]

    def key_of(atom: Atom) -> CellKey | None:
        keys = [key for of in each_axis if (key := of(atom)) is not None]
        return tuple(keys) if len(keys) == len(each_axis) else None

    return key_of


def counted(table: Table, facts: Facts, cities: Sequence[str]) -> Mapping[CellKey, Contributions]:
    """What other facts hold in the cells of a table, by the groups and cities of that table."""
    key_of = classification(table.axes, table.indicator, cities, groups_of(table))
    found: defaultdict[CellKey, list[Contribution]] = defaultdict(list)
    for each in facts.of(table.indicator):
        if (key := key_of(atom_of(each))) is not None:
            found[key].append(each)
    return {each.keys: contributions_of(found.get(each.keys, ())) for each in table.cells}


def groups_of(table: Table) -> Sequence[Group]:
    """The groups of its sectors: where it tells each sector apart, each is its own."""
    if "sector" not in table.axes:
        return table.groups
    nth = table.axes.index("sector")
    return [Group(key=sector, members=(sector,)) for sector in dict.fromkeys(each.keys[nth] for each in table.cells)]
