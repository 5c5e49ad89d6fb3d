"""What happenings add to the figures, as the catalogue of indicators says: pure, without database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise, product
from typing import Any, NamedTuple, TypeAlias

from services.reporting.indicators import Indicator, by_step
from services.reporting.rows.grain import Grain, Happening, Note, Said

ANY = "*"  # of a span: whatever the city, the partner or the sector
NEVER = date.min
Place: TypeAlias = tuple[str, str, str]  # city, partner, sector


class FigureKey(NamedTuple):
    """What one row of figures is about; `month` is its first day, `reason` a code or what was measured."""

    month: date
    city: str
    partner: str
    sector: str
    indicator: str
    reason: str


class MemberKey(NamedTuple):
    """One referrer, organisation or participant that a distinct indicator must count once over any period."""

    indicator: str
    member: str
    month: date
    city: str
    partner: str
    sector: str


class SpanKey(NamedTuple):
    """Members seen in `month`, and last before it in the month `previous`.

    In a period that began after `previous` they are new in `month`: adding these up counts everyone once.
    """

    month: date
    previous: date
    city: str
    partner: str
    sector: str
    indicator: str


@dataclass(slots=True)
class Changes:
    """By how much each row of figures and of members goes up or down."""

    figures: Counter[FigureKey] = field(default_factory=Counter)
    members: Counter[MemberKey] = field(default_factory=Counter)

    def add(self, happenings: Iterable[Happening], sign: int) -> None:
        """Count what happened (`sign` 1), or take it back (-1)."""
        for happening in happenings:
            for indicator in by_step().get(happening.step, ()):
                if indicator.only not in {None, happening.reason}:
                    continue
                month, city, partner, sector = _place(indicator, happening)
                if indicator.member:
                    if member := happening.members.get(indicator.member):
                        self.members[MemberKey(indicator.code, member, month, city, partner, sector)] += sign
                elif (reason := _reason(indicator, happening)) is not None:
                    key = FigureKey(month, city, partner, sector, indicator.code, reason)
                    self.figures[key] += sign * happening.n


def _place(indicator: Indicator, happening: Happening) -> tuple[date, str, str, str]:
    on = happening.received_on if indicator.month == "receipt" and happening.received_on else happening.on
    return (
        on.replace(day=1),
        happening.cities.get(indicator.city, "") if indicator.city else "",
        happening.partner if indicator.partner else "",
        happening.sector if indicator.sector else "",
    )


def _reason(indicator: Indicator, happening: Happening) -> str | None:
    return happening.reason if indicator.kind == "count" else happening.measured


def respanned(held: Mapping[MemberKey, int], changed: Mapping[MemberKey, int]) -> Counter[SpanKey]:
    """By how much spans go up or down; `held` is everything known of the members that `changed` is about.

    Who was seen once more where he was seen already changes nothing.
    """
    seen = {key for key, n in held.items() if n > 0}
    turned = {key for key, n in changed.items() if (held.get(key, 0) + n > 0) != (key in seen)}
    members = {(key.indicator, key.member) for key in turned}
    before = {key for key in seen if (key.indicator, key.member) in members}
    was, now = _months(before), _months(before ^ turned)
    difference: Counter[SpanKey] = Counter()
    for indicator, member in members:
        then, since = was[indicator, member], now[indicator, member]
        for places, looks in _looks({*then, *since}):
            gone, come = _spans(then, places), _spans(since, places)
            for look in looks:
                difference.update(SpanKey(month, previous, *look, indicator) for previous, month in come - gone)
                difference.subtract(SpanKey(month, previous, *look, indicator) for previous, month in gone - come)
    return difference


def _months(seen: Iterable[MemberKey]) -> defaultdict[tuple[str, str], defaultdict[Place, set[date]]]:
    """In which months each member was seen, by city, partner and sector."""
    months: defaultdict[tuple[str, str], defaultdict[Place, set[date]]] = defaultdict(lambda: defaultdict(set))
    for key in seen:
        months[key.indicator, key.member][key.city, key.partner, key.sector].add(key.month)
    return months


def _looks(places: Iterable[Place]) -> Iterable[tuple[frozenset[Place], list[Place]]]:
    """Every way of looking at a city, partner and sector, by the places that it takes together."""
    together: defaultdict[Place, set[Place]] = defaultdict(set)
    for place in places:
        for city, partner, sector in product(*map(_ways, place)):
            together[city, partner, sector].add(place)
    looks: defaultdict[frozenset[Place], list[Place]] = defaultdict(list)
    for look, taken in together.items():
        looks[frozenset(taken)].append(look)
    return looks.items()


def _spans(months: Mapping[Place, set[date]], places: Iterable[Place]) -> set[tuple[date, date]]:
    """The months in which a member was seen in these places, each with the one before it."""
    return set(pairwise((NEVER, *sorted({month for place in places for month in months.get(place, ())}))))


def _ways(value: str) -> tuple[str, ...]:
    return (ANY, value) if value else (ANY,)


def advance(
    grain: Grain[Any], before: Mapping[str, Any], addressed: list[tuple[str, Said]], changes: Changes
) -> tuple[dict[str, Any], list[Note]]:
    """The rows of one kind that what was said changes, and what they tell later kinds; `changes` counts along."""
    after = grain.folded(before, addressed)
    for key, row in after.items():
        changes.add(grain.happenings(row), 1)
        if key in before:
            changes.add(grain.happenings(before[key]), -1)
    return after, list(grain.told(before, after))
