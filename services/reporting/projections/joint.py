"""Trainings and network events at which an organisation of another city was present."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from services.reporting.metrics.measure import Measurement
from services.reporting.projections.organisations import OrganisationSituated
from services.reporting.projections.row_projection import DerivedEvent, RowProjection


@dataclass(frozen=True, slots=True)
class Activity:
    """A training or a network event, as far as its cities matter."""

    step: Literal["joint_training", "joint_event"]
    id: str
    on: date
    city: str
    organiser: str = ""

    @property
    def key(self) -> str:
        """One among trainings and network events together."""
        return f"{self.step}/{self.id}"


@dataclass(frozen=True, slots=True)
class OrganisationPresent(DerivedEvent):
    """An organisation was present at an activity."""

    activity: Activity
    organisation: str


@dataclass(frozen=True, slots=True)
class VisitFromElsewhere(DerivedEvent):
    """An organisation of another city was present at an activity."""

    activity: Activity
    organisation: str
    city: str


@dataclass(frozen=True, slots=True)
class Presences:
    """Where one organisation is situated, once that is known, and the activities at which it was present."""

    city: str = ""
    present: dict[str, OrganisationPresent] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Visited:
    """One activity: by organisation, the visits from another city than its own."""

    visits: dict[str, VisitFromElsewhere] = field(default_factory=dict)


def _evolve_presences(row: Presences | None, event: OrganisationSituated | OrganisationPresent) -> Presences:
    presences = row or Presences()
    match event:
        case OrganisationSituated():
            return replace(presences, city=event.city) if event.holds else presences
        case OrganisationPresent(activity=activity):
            others = {key: each for key, each in presences.present.items() if key != activity.key}
            return replace(presences, present={**others, activity.key: event} if event.holds else others)


def _derive_visits(presences: Presences) -> Iterator[VisitFromElsewhere]:
    for each in presences.present.values():
        if presences.city and presences.city != each.activity.city:
            yield VisitFromElsewhere(each.activity, each.organisation, presences.city)


def _evolve_visited(row: Visited | None, event: VisitFromElsewhere) -> Visited:
    others = {name: each for name, each in (row.visits if row else {}).items() if name != event.organisation}
    return Visited({**others, event.organisation: event} if event.holds else others)


def _measure_visited(visited: Visited) -> Iterator[Measurement]:
    """Once, by the other city, or as with several of them."""
    cities = {each.city for each in visited.visits.values()}
    held = next((each.activity for each in visited.visits.values()), None)
    if held:
        reason = cities.pop() if len(cities) == 1 else "several"
        yield Measurement(held.step, held.on, held.id, {"activity": held.city}, held.organiser, reason=reason)


PRESENCES = RowProjection(
    "presences",
    Presences,
    dict.fromkeys((OrganisationSituated, OrganisationPresent), lambda event: (event.organisation,)),
    _evolve_presences,
    derive=_derive_visits,
)
VISITED = RowProjection(
    "visited_activities",
    Visited,
    {VisitFromElsewhere: lambda event: (event.activity.key,)},
    _evolve_visited,
    _measure_visited,
)
