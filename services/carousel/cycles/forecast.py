"""What can be foreseen: which modules a person attends when, what he must catch up, and when he can finish."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.carousel.cycles.places import seats
from services.carousel.values import Session


@dataclass(frozen=True, slots=True)
class Running:
    """A cycle as far as it can still be joined: its sessions to come, and which of them have no seat left."""

    cycle_id: str
    sessions: tuple[Session, ...]
    full: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Visit:
    """A session the person would attend."""

    cycle: str
    session: str
    module: int
    on: date


@dataclass(frozen=True, slots=True)
class Forecast:
    """`visits` in order of day; `catch_up` the modules of a cycle after the first; `missing` those nobody planned yet.

    `finishes_on` is None while a module is missing. While no group fits him nobody knows which offer he will follow:
    nothing is foreseen, nor missing.
    """

    visits: tuple[Visit, ...]
    catch_up: tuple[int, ...]
    missing: tuple[int, ...]
    finishes_on: date | None


def forecast(cycles: Sequence[Running], modules: Collection[int], attended: Collection[int], from_on: date) -> Forecast:
    """If he joins on `from_on` and attends everything: `cycles` in the order in which he may join them.

    He stays in a cycle to its last session before he joins another, and joins none in which a seat he needs is taken.
    """
    have = frozenset(attended)
    visits: list[Visit] = []
    day = from_on
    for cycle in cycles:
        chosen = seats(cycle.sessions, have, day)
        if not chosen or any(each.session_id in cycle.full for each in chosen):
            continue
        visits += [Visit(cycle.cycle_id, each.session_id, each.module, each.on) for each in chosen]
        have |= {each.module for each in chosen}
        day = max(each.on for each in cycle.sessions) + timedelta(days=1)
    return _told(visits, frozenset(modules), have)


def _told(visits: Sequence[Visit], modules: frozenset[int], have: frozenset[int]) -> Forecast:
    first = visits[0].cycle if visits else None
    missing = tuple(sorted(modules - have))
    needed = [visit for visit in visits if visit.module in modules]
    return Forecast(
        visits=tuple(needed),
        catch_up=tuple(visit.module for visit in needed if visit.cycle != first),
        missing=missing,
        finishes_on=max((visit.on for visit in needed), default=None) if not missing else None,
    )
