"""What every kind of row has: whose messages it hears, how they fold into it, and what it says to the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar

from services.reporting.indicators import CityMeans, Member, StepName
from shared.messaging.cloudevents import PublicMessage

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Note:
    """What a row of one kind tells rows of a later kind; `holds` is False once it no longer does."""

    holds: bool = field(default=True, kw_only=True)


Said: TypeAlias = "PublicMessage | Note"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that a row says to the figures: the catalogue decides which indicators count it.

    `n` is how many at once, `received_on` the day its referral came in, `measured` a whole number or a mean as text.
    """

    step: StepName
    on: date
    cities: Mapping[CityMeans, str] = field(default_factory=dict)
    partner: str = ""
    sector: str = ""
    reason: str = ""
    n: int = 1
    received_on: date | None = None
    measured: str | None = None
    members: Mapping[Member, str] = field(default_factory=dict)


def _silent(_row: object) -> Iterable[Note]:
    return ()


def _uneventful(_row: object) -> Iterable[Happening]:
    return ()


@dataclass(frozen=True, eq=False, slots=True)
class Grain(Generic[R]):
    """One kind of row. `hears` says per type of message which rows it concerns.

    A row is a function of the last that each of its sources said in its own order,
    so that the interleaving of topics changes nothing.
    """

    table: str
    row: type[R]
    hears: Mapping[type, Callable[[Any], Iterable[str]]]
    fold: Callable[[R | None, Any], R]
    happenings: Callable[[R], Iterable[Happening]] = _uneventful
    tells: Callable[[R], Iterable[Note]] = _silent

    def addressed(self, said: Iterable[Said]) -> list[tuple[str, Said]]:
        """What of it concerns this kind of row, each with the id of its row, in order."""
        return [(key, each) for each in said if (rows := self.hears.get(type(each))) for key in rows(each)]

    def folded(self, before: Mapping[str, R], addressed: Sequence[tuple[str, Said]]) -> dict[str, R]:
        """The rows that are no longer as they were before."""
        after: dict[str, R] = {}
        for key, each in addressed:
            after[key] = self.fold(after[key] if key in after else before.get(key), each)
        return {key: row for key, row in after.items() if row != before.get(key)}

    def told(self, before: Mapping[str, R], after: Mapping[str, R]) -> Iterator[Note]:
        """What these rows no longer say, then what they say now."""
        was = {key: frozenset(self.tells(before[key])) if key in before else frozenset() for key in after}
        now = {key: frozenset(self.tells(row)) for key, row in after.items()}
        yield from (replace(note, holds=False) for key in after for note in was[key] - now[key])
        yield from (note for key in after for note in now[key] - was[key])


def last_said(_row: R | None, message: R) -> R:
    """A row that is the message last said of it."""
    return message
