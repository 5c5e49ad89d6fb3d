"""When the carousel turns: its cycles in one or more rows, each session with its module and its day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import accumulate, pairwise

from deploy.local.figures import Carousel, Figures
from deploy.local.history.steps import LAST
from services.carousel.cycles import planning
from services.carousel.values import Module

LEAD = timedelta(days=45)  # from the first day of the project to the first session: somebody must be referred first
STARTS = time(19)
WEEKDAYS = (1, 3, 0, 2)  # of the first city, of the second, and so on


@dataclass(frozen=True, slots=True)
class Turn:
    """One session that is held."""

    session_id: str
    module: int
    entry_allowed: bool
    on: date


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle: `turns` are held, first those planned and then those added; the others are `cancelled`."""

    cycle_id: str
    city: str
    order: tuple[int, ...]
    first_on: date
    turns: tuple[Turn, ...]
    cancelled: tuple[str, ...]
    closes: bool


Row = tuple[Cycle, ...]


class _TooShortError(Exception):
    """A cycle does not fit in its days."""


def modules(number: int) -> tuple[Module, ...]:
    """The modules of a synthetic offer; the last one builds on the others, so nobody joins at it."""
    titles = ({"nl": name, "fr": name, "en": name} for name in (f"Module {nth}" for nth in range(1, number + 1)))
    return tuple(
        Module(number=nth, title=title, minutes=150, entry_allowed=nth == 1 or nth < number)
        for nth, title in enumerate(titles, 1)
    )


def rows(figures: Figures, first: date, name: Callable[[int], str]) -> tuple[Row, ...]:
    """All cycles, in as few rows as fit in the years: in a row one follows the other, and the modules turn on.

    ValueError when the sessions do not fit.
    """
    sizes = _sizes(figures.carousel)
    fewest = max(1, len(sizes) * figures.carousel.sessions_per_cycle * 7 // (LAST - first - LEAD).days)
    for number in range(fewest, len(sizes) + 1):
        with suppress(_TooShortError):
            return tuple(_row(figures, first + LEAD, each, name) for each in _dealt(sizes, number))
    if sizes:
        raise ValueError(
            f"{figures.carousel.sessions_held} sessions do not fit in {figures.project.duration_years} years."
        )
    return ()


def _sizes(figures: Carousel) -> list[int]:
    """How many sessions each cycle has: as many as the offer has modules, as far as the total allows."""
    modules, sessions = figures.sessions_per_cycle, figures.sessions_held
    number = figures.cycles_held or min(sessions, 1)
    if number * modules <= sessions:
        more = sessions - number * modules
        return [modules + more // number + (nth < more % number) for nth in range(number)]
    sizes: list[int] = []
    for after in reversed(range(number)):
        sizes.append(min(modules, sessions - sum(sizes) - after))
    return sizes


def _dealt(sizes: Sequence[int], number: int) -> Iterator[list[tuple[int, int]]]:
    """The cycles, each with its number, in so many rows of about the same length."""
    numbered = list(enumerate(sizes))
    ends = [len(sizes) * nth // number for nth in range(number + 1)]
    return (numbered[begin:end] for begin, end in pairwise(ends))


def _row(figures: Figures, begin: date, sizes: Sequence[tuple[int, int]], name: Callable[[int], str]) -> Row:
    """The cycles one after another, evenly over the time there is."""
    slot = (LAST - begin).days // len(sizes)
    days = [(begin + timedelta(nth * slot), begin + timedelta((nth + 1) * slot - 1)) for nth in range(len(sizes))]
    turned = accumulate((size for _, size in sizes), initial=0)
    return tuple(
        _cycle(figures, number, name(number), _turned(figures, before), size, between)
        for (number, size), before, between in zip(sizes, turned, days, strict=False)
    )


def _turned(figures: Figures, before: int) -> list[Module]:
    """The modules from where so many sessions left off."""
    known = modules(figures.carousel.sessions_per_cycle)
    return [known[(before + nth) % len(known)] for nth in range(len(known))]


def _cycle(
    figures: Figures, number: int, cycle_id: str, order: Sequence[Module], size: int, between: tuple[date, date]
) -> Cycle:
    since, until = between
    which = number % len(figures.cities)
    first_on = since + timedelta((WEEKDAYS[which % len(WEEKDAYS)] - since.weekday()) % 7)
    planned = planning.sessions(cycle_id, order, first_on, STARTS)
    turns = [Turn(each.session_id, each.module, each.entry_allowed, each.on) for each in planned[:size]]
    more = size - len(turns)
    gap = timedelta(min(7, (until - turns[-1].on).days // more) if more else 7)
    for nth in range(more):
        module, on = order[nth % len(order)], turns[-1].on + gap
        turns.append(Turn(f"{cycle_id}-{len(planned) + nth + 1}", module.number, module.entry_allowed, on))
    if not gap or turns[-1].on > until:
        raise _TooShortError
    cancelled = tuple(each.session_id for each in planned[size:])
    numbers = tuple(each.number for each in order)
    closes = bool(figures.carousel.cycles_held)
    return Cycle(cycle_id, figures.cities[which], numbers, first_on, tuple(turns), cancelled, closes)
