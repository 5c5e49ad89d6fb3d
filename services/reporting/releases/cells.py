"""When a cell about people may be shown: enough of them, by several organisations, none of which can subtract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.reporting.releases.facts import Contributions

LEAST = 5
ORGANISATIONS = 3
MEASURED = 10
POLICE = "police"


def showable(contributions: Contributions, insiders: Iterable[frozenset[str]] = ()) -> bool:
    """Whether n >= 5, three organisations contribute, and what is left without any insider's own is 0 or >= 5.

    Each organisation is an insider; `insiders` are those who know what each other referred. Whoever came of himself, by
    no organisation, is a contributor of his own.
    """
    n = sum(contributions.values())
    alone = contributions.get("", 0)
    named = [own for organisation, own in contributions.items() if organisation and own > 0]
    if min(contributions.values(), default=0) < 0 or n < LEAST or len(named) + alone < ORGANISATIONS:
        return False
    together = [sum(contributions.get(each, 0) for each in insider) for insider in insiders]
    return all(n == own or n - own >= LEAST for own in {*named, *together, min(alone, 1)})


def changeable(before: Contributions, after: Contributions, insiders: Iterable[frozenset[str]] = ()) -> bool:
    """Whether a printed cell may be printed anew: what came in between is nothing, or could be shown itself."""
    between = {each: after.get(each, 0) - before.get(each, 0) for each in {*before, *after}}
    return not any(between.values()) or showable(between, insiders)


def coalitions(sectors: Mapping[str, set[str]]) -> list[frozenset[str]]:
    """Who knows what each other referred: the police zones of all cities."""
    zones = frozenset(each for each, its in sectors.items() if POLICE in its)
    return [zones] if len(zones) > 1 else []
