"""What is true of a year, as plain values: who came when, what happened to him, what took place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

CITIES = ("Oostende", "Brugge")
MODULES = 4
ORGANISER = "org-1"
OVER = {"withdraw", "stop", "decline-not-eligible", "decline-not-suitable"}
Mark = Literal["present", "absent", "excused"]


@dataclass(frozen=True)
class Organisation:
    """One that refers, with those who refer for it; `merged`: since when it is a part of which other."""

    name: str
    sector: str
    city: str
    referrers: tuple[str, ...]
    merged: tuple[date, Organisation] | None = None

    def on(self, day: date) -> Organisation:
        """Itself, or the one of which it was a part on that day."""
        return self.merged[1] if self.merged and self.merged[0] <= day else self


@dataclass
class Session:
    """A day of a group: planned for one day, on `on` in the end; held, cancelled, or still to come.

    `extra`: it repeats a module. `excused`: somebody stands on its sheet who did not have to come.
    """

    name: str
    module: int
    planned_on: date
    on: date
    held: bool = False
    cancelled: str | None = None
    extra: bool = False
    excused: bool = False

    @property
    def entry(self) -> bool:
        return self.module != MODULES


@dataclass
class Cycle:
    """A group that runs through the modules once, in one city."""

    name: str
    city: str
    planned_on: date
    order: tuple[int, ...]
    sessions: list[Session]
    closed_on: date | None = None
    people: set[str] = field(default_factory=set)

    def by_day(self) -> list[Session]:
        return sorted(self.sessions, key=lambda each: (each.on, each.name))


@dataclass(frozen=True)
class Entry:
    """How a person came in."""

    received_on: date
    sector: str
    city: str
    organisation: str | None = None
    referrer: str | None = None
    referrer_city: str | None = None


@dataclass(frozen=True)
class Fact:
    """Something that happened in a life on a day; what it is about, by its kind."""

    kind: str
    on: date
    cycle: str = ""
    session: str = ""
    mark: Mark | None = None
    city: str = ""
    of: str = ""
    reason: tuple[str, str] = ("", "")
    until: date | None = None


@dataclass
class Life:
    """One referral of a person, and what happened to it in the order of its days.

    `erased`: his name was forgotten today; that ended a road that was open, which is a withdrawal `of` itself.
    """

    name: str
    person: str
    entry: Entry
    facts: list[Fact] = field(default_factory=list)
    erased: bool = False

    def add(self, kind: str, on: date, **about: object) -> None:
        self.facts.append(replace(Fact(kind, on), **about))  # type: ignore[arg-type]

    def of(self, *kinds: str) -> list[Fact]:
        return [each for each in self.facts if each.kind in kinds]

    def last(self, *kinds: str) -> Fact | None:
        return next((each for each in reversed(self.facts) if each.kind in kinds), None)

    def first(self, *kinds: str) -> Fact | None:
        return next((each for each in self.facts if each.kind in kinds), None)

    @property
    def counts(self) -> bool:
        """Whether it was no error, and no duplicate of another."""
        return not self.of("retract", "link-duplicate")

    def before(self, fact: Fact | None) -> Fact | None:
        """What happened last before it, or until today, but for the marks."""
        earlier = self.facts[: self.facts.index(fact)] if fact else self.facts
        return next((each for each in reversed(earlier) if each.kind != "mark"), None)

    def present(self) -> list[Fact]:
        return [each for each in self.of("mark") if each.mark == "present"]

    def city_on(self, on: date | None = None) -> str:
        """Where he wants to go, on that day or now."""
        moved = [each for each in self.of("transfer") if on is None or each.on <= on]
        return moved[-1].city if moved else self.entry.city


@dataclass(frozen=True)
class Professional:
    """One who comes to trainings."""

    name: str
    organisation: Organisation


@dataclass
class Training:
    """One training: on which days each of its people was there, and how many came without a name."""

    name: str
    kind: str
    city: str
    days: list[date]
    required: int | None
    pitched: bool
    cancelled: bool
    people: dict[Professional, list[date]] = field(default_factory=dict)
    walked_in: set[Professional] = field(default_factory=set)
    counted: dict[str, int] = field(default_factory=dict)

    def certified(self, who: Professional) -> bool:
        """Whether he was there on as many days as a certificate needs."""
        return len(self.people[who]) >= (self.required or len(self.days))


@dataclass
class Year:
    """All of it."""

    today: date
    organisations: list[Organisation]
    cycles: dict[str, Cycle]
    lives: dict[str, Life]
    trainings: list[Training] = field(default_factory=list)

    def earlier(self, life: Life) -> list[Life]:
        """The roads of the same person that ended before this one began."""
        roads = [each for each in self.lives.values() if each.person == life.person and each.counts]
        return sorted(
            (each for each in roads if each.entry.received_on < life.entry.received_on),
            key=lambda each: each.entry.received_on,
        )

    def modules(self, life: Life) -> set[int]:
        """Those that he attended on this road."""
        return {self.session(each.session)[1].module for each in life.present()}

    def carried(self, life: Life) -> set[int]:
        """Those that he attended on earlier roads since he last had them all."""
        had: set[int] = set()
        for road in self.earlier(life):
            had |= self.modules(road)
            if len(had) == MODULES:
                had = set()
        return had

    def completed(self, life: Life) -> bool:
        """Whether he has them all, the last of them on this road."""
        return bool(life.present()) and len(self.carried(life) | self.modules(life)) == MODULES

    def sessions(self) -> Iterator[tuple[Cycle, Session]]:
        return ((cycle, each) for cycle in self.cycles.values() for each in cycle.sessions)

    def session(self, name: str) -> tuple[Cycle, Session]:
        return next(each for each in self.sessions() if each[1].name == name)
