"""Invented people who were referred, and what can be counted of them in any period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.reporting.releases.engine import Protected, Task, run
from services.reporting.releases.facts import Contribution, Facts
from services.reporting.releases.model import Snapshot
from services.reporting.releases.plan import Plan, Tightening, plan
from services.reporting.releases.values import Document
from shared.contracts.released import Period, Sum

CITIES = ("Brugge", "Oostende")
SECTORS = ("police", "justice", "welfare", "ocmw_cpas", "health", "mental_health", "education", "addiction_care")
WITHDRAWN = ("practical", "personal", "motivation", "elsewhere")
FIRST = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Person:
    """When he was referred, by whom, for which city, and how it ended."""

    on: date
    organisation: str
    sector: str
    city: str
    steps: tuple[str, ...]
    category: str = ""


def people(chance: Random, number: int, organisations: int = 12, days: int = 730) -> list[Person]:
    """So many of them, in order of day."""
    referrers = [(f"org-{nth}", SECTORS[nth % len(SECTORS)], chance.choice(CITIES)) for nth in range(organisations)] + [
        ("", "self", city) for city in CITIES
    ]
    weights = [1 / (1 + nth % 5) for nth in range(len(referrers))]
    return sorted((_person(chance, referrers, weights, days) for _ in range(number)), key=lambda each: each.on)


def _person(chance: Random, referrers: Sequence[tuple[str, str, str]], weights: Sequence[float], days: int) -> Person:
    organisation, sector, city = chance.choices(referrers, weights)[0]
    on = FIRST + timedelta(days=chance.randrange(days))
    fate = chance.random()
    if fate < 0.5:
        steps: tuple[str, ...] = ("started", "completed") if chance.random() < 0.6 else ("started", "stopped")
        category = chance.choice(WITHDRAWN) if "stopped" in steps else ""
    elif fate < 0.75:
        steps, category = ("withdrawn",), chance.choice(WITHDRAWN)
    else:
        steps, category = tuple[str, ...](), ""
    return Person(on, organisation, sector, city, steps, category)


def facts_of(them: Iterable[Person], period: Period) -> Facts:
    """What is counted of those referred in a period."""
    counted: Counter[tuple[str, str, str, str, str]] = Counter()
    for each in them:
        if period.since <= each.on <= period.until:
            for indicator in ("referrals_received", *each.steps):
                category = each.category if indicator in {"withdrawn", "stopped"} else ""
                counted[indicator, each.city, each.organisation, each.sector, category] += 1
    return Facts(
        period=period,
        cities=CITIES,
        contributions=tuple(
            Contribution(indicator=key[0], city=key[1], organisation=key[2], sector=key[3], category=key[4], n=n)
            for key, n in sorted(counted.items())
        ),
    )


def project_until(until: date) -> Period:
    """The project until that day."""
    return Period(kind="project", since=FIRST, until=until)


def year(number: int) -> Period:
    """A calendar year."""
    return Period(kind="year", since=date(number, 1, 1), until=date(number, 12, 31))


@dataclass(slots=True)
class Publisher:
    """Releases one period after another, as the service does."""

    history: list[Snapshot]
    documents: list[Document]
    plan: Plan

    @classmethod
    def new(cls) -> Publisher:
        """Nothing is published yet."""
        return cls([], [], plan())

    def release(self, facts: Facts, tightening: Tightening | None = None) -> Protected:
        """The next release."""
        sums = {code: facts.total(code) for code in {each.indicator for each in facts.contributions}}
        number = len(self.history) + 1
        task = Task(
            plan=self.plan,
            number=number,
            facts=facts,
            sums=sums,
            history=tuple(self.history),
            tightening=tightening or Tightening(),
        )
        protected = run(task)
        fresh = tuple(each for each in protected.tables if each.printed_in == number)
        self.history.append(Snapshot(number=number, facts=facts, tables=fresh, sums=sums))
        self.documents.append(
            Document(
                release=f"r-{number}",
                number=number,
                supersedes=None,
                on=date(2026, 2, 2),
                period=facts.period,
                plan=self.plan.version,
                catalogue=1,
                sums=tuple(Sum(indicator=code, n=n, revised=False) for code, n in sorted(sums.items())),
                tables=protected.tables,
                waits=(),
                counts=(),
            )
        )
        return protected
