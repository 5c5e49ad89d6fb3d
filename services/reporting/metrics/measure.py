"""What rows measure, and what that adds to the figures, as the catalogue of indicators says: pure, no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from services.reporting.metrics.catalogue import CityMeans, Indicator, Member, StepName, by_step
from services.reporting.metrics.distinct import MemberKey, Place


@dataclass(frozen=True, slots=True)
class Measurement:
    """One thing that a row measures: the catalogue decides which indicators count it.

    `source` is the id of the journey or activity that it is measured on, as the catalogue says for its step; `n` is how
    many at once, `measured` a whole number or a mean as text. `received_on` is the day its referral came in,
    `received_for` the city that was preferred then: a cohort stays where it was received.
    """

    step: StepName
    on: date
    source: str
    cities: Mapping[CityMeans, str] = field(default_factory=dict)
    partner: str = ""
    sector: str = ""
    reason: str = ""
    n: int = 1
    received_on: date | None = None
    received_for: str = ""
    measured: str | None = None
    members: Mapping[Member, str] = field(default_factory=dict)


class FigureKey(NamedTuple):
    """What one row of figures is about: `day` is the one it counts on, `reason` a code or what was measured."""

    day: date
    city: str
    partner: str
    sector: str
    indicator: str
    reason: str


class MonthKey(NamedTuple):
    """The same of a whole month, by its first day."""

    month: date
    city: str
    partner: str
    sector: str
    indicator: str
    reason: str


def months_of(figures: Mapping[FigureKey, int]) -> Counter[MonthKey]:
    """What figures of days add to those of their months."""
    months: Counter[MonthKey] = Counter()
    for key, n in figures.items():
        months[MonthKey(key.day.replace(day=1), *key[1:])] += n
    return months


class SourceKey(NamedTuple):
    """What one journey or activity adds to an indicator on a day, in a place, for a reason."""

    indicator: str
    day: date
    source: str
    city: str
    partner: str
    sector: str
    reason: str


@dataclass(slots=True)
class FigureChanges:
    """By how much each row of figures, each member of a distinct count and each source goes up or down."""

    figures: Counter[FigureKey] = field(default_factory=Counter)
    members: Counter[MemberKey] = field(default_factory=Counter)
    sources: Counter[SourceKey] = field(default_factory=Counter)

    def add(self, measurements: Iterable[Measurement], sign: int) -> None:
        """Count what was measured (`sign` 1), or take it back (-1)."""
        for measurement in measurements:
            for indicator in by_step().get(measurement.step, ()):
                if indicator.only in {None, measurement.reason}:
                    self._add(indicator, measurement, sign)

    def _add(self, indicator: Indicator, measurement: Measurement, sign: int) -> None:
        day, place = _dimensions(indicator, measurement)
        n, reason = sign * measurement.n, _reason(indicator, measurement)
        if indicator.member:
            if not (member := measurement.members.get(indicator.member)):
                return
            n, reason = sign, ""
            self.members[MemberKey(indicator.code, member, day, *place)] += n
        elif reason is not None:
            self.figures[FigureKey(day, *place, indicator.code, reason)] += n
        if reason is not None:
            self.sources[SourceKey(indicator.code, day, measurement.source, *place, reason)] += n


def _dimensions(indicator: Indicator, measurement: Measurement) -> tuple[date, Place]:
    """The day and the place that the indicator counts it in."""
    on, cities = measurement.on, measurement.cities
    if indicator.dated == "receipt" and measurement.received_on:
        on, cities = measurement.received_on, {**cities, "preferred": measurement.received_for}
    return on, Place(
        city=cities.get(indicator.city, "") if indicator.city else "",
        partner=measurement.partner if indicator.partner else "",
        sector=measurement.sector if indicator.sector else "",
    )


def _reason(indicator: Indicator, measurement: Measurement) -> str | None:
    return measurement.reason if indicator.kind == "count" else measurement.measured
