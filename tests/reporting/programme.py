"""Two years of the project as the services would publish them, with the figures of its own file and invented rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from shared.contracts.training import Kind
from shared.messaging.cloudevents import PublicMessage
from tests.reporting import published

FILE: dict[str, Any] = json.loads(Path("deploy/local/figures.json").read_bytes())
SINCE, UNTIL = date(2024, 1, 1), date(2025, 12, 31)
SECTORS = ("police", "welfare", "education", "health", "ocmw_cpas", "mental_health")
_REASONS = (
    ("practical", "transport"),
    ("practical", "hours"),
    ("practical", "no_group_running"),
    ("motivation", "motivation_faded"),
)


def two_years() -> list[PublicMessage]:
    """Everything, referral by referral, group by group, training by training."""
    return [*_referrals(), *_groups(), *_trainings(), *_events(), *_partners()]


def _referrals() -> Iterator[PublicMessage]:
    completed = FILE["referrals"]["completed"]
    for nth in range(FILE["referrals"]["received"]):
        referrer = nth % FILE["referrals"]["distinct_referrers"]
        name, on = f"r{nth}", SINCE + timedelta(days=20 + nth * 21)
        city = FILE["network_events"]["cities"][nth % 2]
        yield published.received(name, on, f"p{referrer}", f"org-{referrer % 8}", city)
        if nth < completed + 4:
            if nth == 2:
                yield published.transferred(name, "Oostende", on + timedelta(days=8))
            yield published.intake(name, on + timedelta(days=9 + nth % 7))
            yield published.accepted(name, on + timedelta(days=12 + nth))
        elif nth < completed + 9:
            yield published.intake(name, on + timedelta(days=12))
            reason = "language" if nth % 3 else "acute_addiction"
            yield published.declined(name, reason=reason).model_copy(update={"on": on + timedelta(days=20)})
        elif nth < completed + 14:
            category, code = _REASONS[nth % 4]
            why = {"category": category, "code": code}
            yield published.withdrawn(name, on + timedelta(days=30)).model_copy(update=why)
        if nth < completed + 2:
            yield from _in_the_group(name, on, modules=6 if nth < completed else 2 + nth % 2)


def _in_the_group(name: str, received: date, modules: int) -> Iterator[PublicMessage]:
    first = received + timedelta(days=40)
    yield published.placed(name, received + timedelta(days=30)).model_copy(update={"city": "Oostende"})
    yield published.started(name, first).model_copy(update={"city": "Oostende"})
    for module in range(1, modules + 1):
        yield published.attended(module, name, session=f"c0-{module}")
    last = first + timedelta(days=7 * modules)
    if modules == FILE["carousel"]["sessions_per_cycle"]:
        yield published.completed(name, last).model_copy(update={"city": "Oostende"})
    else:
        yield published.stopped(name, last)


def _groups() -> Iterator[PublicMessage]:
    for cycle in range(FILE["carousel"]["cycles_held"]):
        first, city = SINCE + timedelta(days=60 + 150 * cycle), FILE["network_events"]["cities"][cycle % 2]
        for module in range(1, FILE["carousel"]["sessions_per_cycle"] + 1):
            held = {"session": f"c{cycle}-{module}", "cycle": f"c{cycle}", "on": first + timedelta(days=7 * module)}
            yield published.session(module, city).model_copy(update=held)
        yield published.cycle(first + timedelta(days=49)).model_copy(update={"cycle": f"c{cycle}", "city": city})


def _trainings() -> Iterator[PublicMessage]:
    asked = FILE["trainings"]
    number = asked["basic"] + asked["in_depth"]
    for nth in range(number):
        people = asked["participants"] // number + (nth < asked["participants"] % number)
        by_sector = {SECTORS[nth % 6]: people - 5, SECTORS[(nth + 1) % 6]: 5}
        on = SINCE + timedelta(days=15 + nth * 22)
        kind: Kind = "basic" if nth < asked["basic"] else "in_depth"
        yield published.training_held(f"t{nth}", on, kind, (f"org-{nth % 8}",), by_sector)
        yield published.evaluated(f"t{nth}", answers=4 + nth % 8)
        for each in range(people):
            yield published.took_part(f"q{(nth * 15 + each) % 470}", f"t{nth}", on=on)


def _events() -> Iterator[PublicMessage]:
    asked = FILE["network_events"]
    for nth, city in enumerate(asked["cities"]):
        people = asked["participants"] // asked["held"] + (nth < asked["participants"] % asked["held"])
        event = published.network_event(f"n{nth}", people - 40, city, ("org-0", "org-1"))
        yield event.model_copy(update={"on": SINCE + timedelta(days=200 + 300 * nth)})
    yield published.steering("m1", ("partner-0", "partner-1")).model_copy(update={"on": date(2025, 6, 3)})


def _partners() -> Iterator[PublicMessage]:
    for nth in range(8):
        yield published.registered(f"org-{nth}", f"Organisation {nth}", FILE["network_events"]["cities"][nth % 2])
    for nth, named in enumerate(FILE["steering_group"]):
        name, _, now = named.partition(", now ")
        yield published.registered(f"partner-{nth}", name)
        yield published.joined(f"partner-{nth}", SINCE)
        if now:
            yield published.renamed(f"partner-{nth}", now, date(2025, 5, 1))
