"""What was counted in a period, by who referred: never published, and all that tables are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, NamedTuple, TypeAlias

from pydantic import Field, StringConstraints

from shared.contracts.released import Group, Period
from shared.domain.bounds import PRINTABLE, Code, Count
from shared.domain.messages import Message
from shared.i18n.code_lists import Explained, reasons_for

_Open = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE)]
_EXPLAINED: Mapping[str, Explained] = {"withdrawn": "withdrawn", "stopped": "stopped", "not_suitable": "not_suitable"}

Contributions: TypeAlias = Mapping[str, int]
"""By organisation; of those who came of themselves, with nobody's, the sum under the empty name."""


class Contribution(Message):
    """How many of an indicator came by one organisation, in one city and of one category of reasons."""

    indicator: Code
    city: _Open
    organisation: _Open
    sector: _Open
    category: _Open
    n: Count


class Facts(Message):
    """The contributions to the protected indicators in a period, as of one moment, and the cities of the project."""

    period: Period
    cities: Annotated[tuple[_Open, ...], Field(max_length=1000)]
    contributions: Annotated[tuple[Contribution, ...], Field(max_length=500_000)]

    def of(self, indicator: str) -> list[Contribution]:
        """Those of one indicator."""
        return [each for each in self.contributions if each.indicator == indicator]

    def total(self, indicator: str) -> int:
        """All there is of it."""
        return sum(each.n for each in self.contributions if each.indicator == indicator)

    def organisations(self) -> dict[str, set[str]]:
        """Every organisation that contributed to anything, with its sectors."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for each in self.contributions:
            if each.organisation:
                found[each.organisation].add(each.sector)
        return dict(found)


def sectors_of(facts: Iterable[Facts]) -> dict[str, set[str]]:
    """The sectors of every organisation that contributed to any of them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in facts:
        for organisation, sectors in each.organisations().items():
            found[organisation] |= sectors
    return dict(found)


class Atom(NamedTuple):
    """The finest that any table tells apart; what an indicator is not told by is empty."""

    city: str
    sector: str
    category: str


class Keys(NamedTuple):
    """The keys of one axis, and which of them an atom falls under: None when under none of them."""

    every: Sequence[str]
    of: Callable[[Atom], str | None]


def atom_of(each: Contribution) -> Atom:
    """Where it was counted."""
    return Atom(each.city, each.sector, each.category)


def keys_of(axis: str, indicator: str, cities: Sequence[str], groups: Sequence[Group]) -> Keys:
    """The keys of an axis: those that can be, so that what is not there reads as any other hidden cell."""
    match axis:
        case "sector_group":
            group_of = {sector: each.key for each in groups for sector in each.members}
            return Keys([each.key for each in groups], lambda atom: group_of.get(atom.sector))
        case "sector":
            sectors = {sector: sector for each in groups for sector in each.members}
            return Keys(list(sectors), lambda atom: sectors.get(atom.sector))
        case "city":
            known = {each: each for each in cities}
            return Keys(cities, lambda atom: known.get(atom.city))
        case _:
            categories = {each: each for each in _categories(indicator)}
            return Keys(list(categories), lambda atom: categories.get(atom.category))


def _categories(indicator: str) -> list[str]:
    """The categories that may explain it; any other is no cell at all."""
    if indicator not in _EXPLAINED:
        return []
    return sorted({category for category, _ in reasons_for(_EXPLAINED[indicator])})


def contributions_of(facts: Iterable[Contribution]) -> Contributions:
    """By organisation."""
    found: defaultdict[str, int] = defaultdict(int)
    for each in facts:
        found[each.organisation] += each.n
    return {organisation: n for organisation, n in found.items() if n}
