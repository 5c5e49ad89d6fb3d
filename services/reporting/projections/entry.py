"""How a referral came in, and what a step of it measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.reporting.metrics.catalogue import CityMeans, StepName
from services.reporting.metrics.measure import Measurement
from services.reporting.projections.course import Step


@dataclass(frozen=True, slots=True)
class Entry:
    """How a referral came in; what a person who came of himself lacks is empty, and so is a person nobody told of."""

    referral: str
    on: date
    referrer: str
    organisation: str
    sector: str
    referrer_city: str
    city_of_residence: str
    preferred_city: str
    person: str = ""

    def cities(self, group: str = "") -> dict[CityMeans, str]:
        """The city by what is meant with it."""
        return {
            "residence": self.city_of_residence,
            "referrer": self.referrer_city,
            "preferred": self.preferred_city,
            "group": group,
        }

    def wanted_on(self, on: date, transfers: Mapping[date, str]) -> str:
        """The city that was the preferred one on that day; `transfers` are the preferred cities since a day."""
        since = max((day for day in transfers if day <= on), default=None)
        return transfers[since] if since else self.preferred_city


def measurement(entry: Entry, name: StepName, step: Step, started: Step | None, wanted: str = "") -> Measurement:
    """A step of a referral, with the days since it came in; `started` tells the city of the group."""
    cities = entry.cities(step.city or (started.city if started else ""))
    return Measurement(
        step=name,
        on=step.on,
        source=entry.referral,
        cities={**cities, "preferred": wanted or entry.preferred_city},
        partner=entry.organisation,
        sector=entry.sector,
        reason=step.reason,
        received_on=entry.on,
        received_for=entry.preferred_city,
        measured=waited(entry.on, step.on),
        members={"referrer": entry.referrer, "organisation": entry.organisation},
    )


def waited(since: date, on: date) -> str | None:
    """The days between two steps; of which the later one is dated before the other, one is a mistake: no length.

    Which of both is wrong nobody can know here, and which comes first is chance: so the step counts, is left out of
    what is measured, and is shown as left out.
    """
    return str((on - since).days) if on >= since else None
