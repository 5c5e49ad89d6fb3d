"""What a referral tells of the cooperation of cities: sent to another one, transferred, travelling to the group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from services.reporting.metrics.catalogue import StepName
from services.reporting.metrics.measure import Measurement
from services.reporting.projections.course import Step
from services.reporting.projections.entry import Entry, measurement

_TRANSPORT = "practical/transport"


def measure_between_cities(
    entry: Entry, steps: Mapping[StepName, Step], transfers: Mapping[date, str]
) -> Iterator[Measurement]:
    """Of a referral that counts, with the steps of it that count and the preferred cities since a day."""
    received = measurement(entry, "received", Step(entry.on), None)
    yield from _referred(entry, received)
    yield from _transferred(entry, received, transfers)
    if entry.city_of_residence != entry.preferred_city:
        yield replace(received, step="living_elsewhere")
        if started := steps.get("started"):
            yield measurement(entry, "started_living_elsewhere", started, started)
    yield from _left_for_transport(entry, steps, transfers)


def _referred(entry: Entry, received: Measurement) -> Iterator[Measurement]:
    """From the city of the referrer to the group of another: once as it leaves and once as it comes."""
    if entry.referrer_city and entry.referrer_city != entry.preferred_city:
        yield replace(received, step="from_other_city", reason=entry.referrer_city)
        yield replace(received, step="to_other_city", reason=entry.preferred_city)


def _transferred(entry: Entry, received: Measurement, transfers: Mapping[date, str]) -> Iterator[Measurement]:
    before = entry.preferred_city
    for on, city in sorted(transfers.items()):
        if city != before:
            directions: dict[Literal["transferred_in", "transferred_out"], tuple[str, str]] = {
                "transferred_in": (city, before),
                "transferred_out": (before, city),
            }
            for step, (here, other) in directions.items():
                yield replace(received, step=step, on=on, cities={**received.cities, "preferred": here}, reason=other)
        before = city


def _left_for_transport(
    entry: Entry, steps: Mapping[StepName, Step], transfers: Mapping[date, str]
) -> Iterator[Measurement]:
    for step in (steps.get("withdrawn"), steps.get("stopped")):
        if step and step.reason == _TRANSPORT:
            wanted = entry.wanted_on(step.on, transfers)
            reason = "own_city" if entry.city_of_residence == wanted else "other_city"
            yield measurement(entry, "left_for_transport", replace(step, reason=reason), None, wanted)
