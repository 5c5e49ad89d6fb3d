"""Counts of distinct members over any period: kept as differences, without looking at members when they are read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise, product
from typing import NamedTuple, TypeAlias

ANY = "*"  # in a DistinctKey: whatever the city, the partner or the sector
NEVER = date.min


class Place(NamedTuple):
    """Whose something is; what an indicator has none of is empty."""

    city: str
    partner: str
    sector: str


Intervals: TypeAlias = set[tuple[date, date]]


class MemberKey(NamedTuple):
    """One referrer, organisation or participant that a distinct indicator counts once over any period."""

    indicator: str
    member: str
    day: date
    city: str
    partner: str
    sector: str


class DistinctKey(NamedTuple):
    """Members seen on the day or in the month `seen`, and last before it on the day or in the month `previous`.

    In a period that begins after `previous` they are new then: the sum over its days or months counts each once.
    """

    seen: date
    previous: date
    city: str
    partner: str
    sector: str
    indicator: str


class DistinctMonthKey(NamedTuple):
    """The same by month, as it is kept."""

    month: date
    previous: date
    city: str
    partner: str
    sector: str
    indicator: str


def distinct_delta(held: Mapping[MemberKey, int], changes: Mapping[MemberKey, int]) -> Counter[DistinctKey]:
    """By how much the distinct counts change; `held` is all that is known of the members in `changes`.

    A member seen once more in a place and on a day, or in a month, when it was seen before changes nothing.
    """
    seen = {key for key, n in held.items() if n > 0}
    flipped = {key for key, n in changes.items() if (held.get(key, 0) + n > 0) != (key in seen)}
    before, after = _times_by_place(seen), _times_by_place(seen ^ flipped)
    delta: Counter[DistinctKey] = Counter()
    for indicator, member in {(key.indicator, key.member) for key in flipped}:
        old, new = before[indicator, member], after[indicator, member]
        for places, slices in _slices({*old, *new}):
            removed, added = _intervals(old, places), _intervals(new, places)
            for place in slices:
                delta.update(DistinctKey(on, previous, *place, indicator) for previous, on in added - removed)
                delta.subtract(DistinctKey(on, previous, *place, indicator) for previous, on in removed - added)
    return delta


def by_month(members: Mapping[MemberKey, int]) -> Counter[MemberKey]:
    """The same by month: its first day stands for it."""
    months: Counter[MemberKey] = Counter()
    for key, n in members.items():
        months[key._replace(day=key.day.replace(day=1))] += n
    return months


def _times_by_place(seen: Iterable[MemberKey]) -> defaultdict[tuple[str, str], defaultdict[Place, set[date]]]:
    """For each indicator and member: when it was seen, by place."""
    times: defaultdict[tuple[str, str], defaultdict[Place, set[date]]] = defaultdict(lambda: defaultdict(set))
    for key in seen:
        times[key.indicator, key.member][Place(key.city, key.partner, key.sector)].add(key.day)
    return times


def _slices(places: Iterable[Place]) -> Iterator[tuple[frozenset[Place], list[Place]]]:
    """Every narrowing to a city, partner and sector, or to ANY of them, with the places that it takes together.

    Narrowings that take the same places together come in one list: what they count is computed once.
    """
    taken: defaultdict[Place, set[Place]] = defaultdict(set)
    for place in places:
        for narrowing in product(*((ANY, value) if value else (ANY,) for value in place)):
            taken[Place(*narrowing)].add(place)
    slices: defaultdict[frozenset[Place], list[Place]] = defaultdict(list)
    for narrowed, together in taken.items():
        slices[frozenset(together)].append(narrowed)
    yield from slices.items()


def _intervals(times: Mapping[Place, set[date]], places: Iterable[Place]) -> Intervals:
    """When a member was seen in any of these places, each time as (the one before it or NEVER, it)."""
    return set(pairwise((NEVER, *sorted({each for place in places for each in times.get(place, ())}))))
