"""What the periods of several releases have to do with one another: which holds, or is held by, others together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from shared.contracts.released import Period

_DAY = timedelta(days=1)


class Relation(NamedTuple):
    """The releases `parts` and the release `whole`, by their places.

    `holds`: the parts do not overlap and lie in the whole. `held`: every day of the whole lies in a part, and `apart`
    says that these do not overlap. Both: they are the same days.
    """

    whole: int
    parts: tuple[int, ...]
    holds: bool
    held: bool
    apart: bool


def relations(periods: Sequence[Period]) -> list[Relation]:
    """Of each release to each chain of the last releases of other periods, one after the other in time."""
    last = {each.bounds(): nth for nth, each in enumerate(periods)}
    found: dict[tuple[int, tuple[int, ...]], Relation] = {}
    for whole, period in enumerate(periods):
        for parts in _chains(period, whole, periods, sorted(set(last.values()))):
            relation = _relation(whole, parts, periods)
            if relation.holds or relation.held:
                found[whole, parts] = relation
    return list(found.values())


def _chains(period: Period, whole: int, periods: Sequence[Period], last: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Each other release alone, and as the first of a chain of later ones until the end of the period."""
    for first in range(len(periods)):
        if first != whole and (periods[first].bounds() != period.bounds() or first < whole):
            yield (first,)
            if first in last and periods[first].bounds() != period.bounds():
                yield from _longer((first,), period, whole, periods, last)


def _longer(
    chain: tuple[int, ...], period: Period, whole: int, periods: Sequence[Period], last: Sequence[int]
) -> Iterator[tuple[int, ...]]:
    end = periods[chain[-1]].until
    following = [
        nth
        for nth in last
        if nth != whole
        and periods[nth].bounds() != period.bounds()
        and periods[chain[-1]].since < periods[nth].since <= end + _DAY
        and periods[nth].until > end
    ]
    for nth in following:
        longer = (*chain, nth)
        yield longer
        yield from _longer(longer, period, whole, periods, last)


def _relation(whole: int, parts: tuple[int, ...], periods: Sequence[Period]) -> Relation:
    period, told = periods[whole], [periods[nth] for nth in parts]
    apart = all(one.until < other.since for one, other in pairwise(told))
    return Relation(
        whole,
        parts,
        holds=apart and all(each.within(period) for each in told),
        held=told[0].since <= period.since and period.until <= told[-1].until and _needed(period, told),
        apart=apart,
    )


def _needed(period: Period, told: Sequence[Period]) -> bool:
    """Whether none of them covers it without the others."""
    return len(told) == 1 or not any(
        rest[0].since <= period.since and period.until <= rest[-1].until for rest in (told[1:], told[:-1])
    )
