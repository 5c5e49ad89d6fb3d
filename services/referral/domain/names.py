"""The rules for the name of a person who was referred: who changes or erases it alone, and who is the second.

Rights over a name come from the work with the person, never from having written it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Road:
    """One referral of a person: the city that works with him, and the organisation that referred him, if any."""

    referral: str
    city: str
    organisation: str | None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked for a change, and the cities he works in; none when he works with nobody (a referrer)."""

    subject: str
    cities: frozenset[str]


def alone(roads: Sequence[Road], cities: Collection[str]) -> bool:
    """Whether a facilitator of `cities` decides alone: every road is in his sight, and of one organisation at most."""
    organisations = {road.organisation for road in roads if road.organisation}
    return len(organisations) <= 1 and all(road.city in cities for road in roads)


def seconds(roads: Sequence[Road], first: Asker, second: Asker) -> bool:
    """Whether `second`, who works on one of the roads, may put into effect what `first` asked for.

    Who could do it alone may. Else he is another person than the first, who works on the person too, and he works in
    another city than the first where there is one.
    """
    if alone(roads, second.cities):
        return True
    if not first.cities or first.subject == second.subject:
        return False
    elsewhere = [road for road in roads if road.city not in first.cities]
    return not elsewhere or any(road.city in second.cities for road in elsewhere)
