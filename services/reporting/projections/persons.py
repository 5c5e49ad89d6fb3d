"""People: over all their referrals, each starts once and completes once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from services.reporting.metrics.measure import Measurement
from services.reporting.projections.entry import measurement, waited
from services.reporting.projections.journeys import StepOfPerson
from services.reporting.projections.row_projection import RowProjection


@dataclass(frozen=True, slots=True)
class Person:
    """What the referrals of one person led to, by referral and step."""

    steps: dict[str, StepOfPerson] = field(default_factory=dict)

    def first(self, name: Literal["started", "completed"]) -> StepOfPerson | None:
        """The first time that it happened to the person."""
        of_name = [each for each in self.steps.values() if each.name == name]
        return min(of_name, key=lambda each: (each.step.on, each.entry.referral), default=None)

    def modules(self) -> int:
        """How many different modules were attended, over all referrals."""
        return len({module for each in self.steps.values() for module in each.modules})


def evolve(row: Person | None, event: StepOfPerson) -> Person:
    """The person after `event`."""
    key = f"{event.entry.referral}/{event.name}"
    others = {name: each for name, each in (row.steps if row else {}).items() if name != key}
    return Person({**others, key: event} if event.holds else others)


def measure(person: Person) -> Iterator[Measurement]:
    """The first session ever, with the modules attended since; and that all of them were."""
    if started := person.first("started"):
        yield from _measure_start(started, person.modules())
    if completed := person.first("completed"):
        yield measurement(completed.entry, "person_completed", completed.step, completed.started)


def _measure_start(started: StepOfPerson, modules: int) -> Iterator[Measurement]:
    first = measurement(started.entry, "person_started", started.step, started.started)
    yield first
    yield replace(first, step="modules", measured=str(modules))
    if started.entry.city_of_residence != started.step.city:
        yield replace(first, step="person_started_elsewhere")
    if started.intake_on:
        yield replace(first, step="person_started_after_intake", measured=waited(started.intake_on, first.on))


PERSONS = RowProjection("persons", Person, {StepOfPerson: lambda event: (event.person,)}, evolve, measure)
