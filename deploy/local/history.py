"""A synthetic history that has the figures of a file: everything in it but those figures is invented from a seed."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from random import Random
from typing import Any

from deploy.local.figures import Asked, checked
from deploy.local.roads import LAST, Road
from shared.callers import Role

SECTORS = {  # sector: (how often it refers, how such an organisation is called)
    "welfare": (5, "Welzijnswerk"),
    "police": (4, "Lokale politie"),
    "justice": (4, "Justitiehuis"),
    "ocmw_cpas": (3, "OCMW"),
    "mental_health": (2, "Geestelijke gezondheidszorg"),
    "health": (2, "Huisartsenpraktijk"),
    "addiction_care": (1, "Verslavingszorg"),
    "youth_care": (1, "Jeugdhulp"),
    "education": (1, "CLB"),
    "local_government": (1, "Preventiedienst"),
}
ON_HIS_OWN = 0.1
TOLD = {  # figure: the kind of step that it counts, one of a kind a referral
    "referrals_received": "referrals",
    "referring_persons": "referrers",
    "intakes_held": "intake",
    "accepted": "accept",
    "not_eligible": "decline-not-eligible",
    "not_suitable": "decline-not-suitable",
    "withdrawn": "withdraw",
    "on_hold": "hold",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One request to the referral API: the day it happened, who may ask it, where, what; `key` makes it repeatable."""

    on: date
    role: Role
    path: str
    body: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """A synthetic organisation whose people refer."""

    organisation_id: str
    sector: str
    city: str


@dataclass(frozen=True, slots=True)
class Referrer:
    """A synthetic person who refers for an organisation."""

    referrer_id: str
    of: Organisation


def period(figures: Mapping[str, Any]) -> tuple[date, date]:
    """The first and the last day of the project: its years, up to a fixed last day."""
    return _first(checked(figures)), LAST


def history(figures: Mapping[str, Any], seed: int = 0) -> list[Step]:
    """The referral part of a project in order of day: the same file and seed always give the same steps.

    Exactly `referrals.received` referrals by exactly `referrals.distinct_referrers` persons, at least
    `referrals.completed` of them accepted. ValueError when no history can have these figures.
    """
    return _Made(checked(figures), seed).steps()


def told(steps: Iterable[Step]) -> dict[str, int]:
    """What these steps come to, by the code of the figure."""
    kinds = Counter(step.path.rsplit("/", 1)[-1] for step in steps)
    return {code: kinds[kind] for code, kind in TOLD.items()}


def _first(asked: Asked) -> date:
    return date(LAST.year + 1 - asked.duration_years, 1, 1)


class _Made:
    def __init__(self, asked: Asked, seed: int) -> None:
        self.asked = asked
        content = json.dumps([astuple(asked), seed])
        self.space = uuid.uuid5(uuid.NAMESPACE_OID, "carrousel synthetic " + content)
        self.random = Random(hashlib.sha256(content.encode()).hexdigest())
        self.first = _first(asked)

    def steps(self) -> list[Step]:
        steps: list[Step] = []
        referrers = list(self._referrers(steps))
        for number, (road, referrer) in enumerate(zip(self._roads(), self._refer(referrers), strict=True), 1):
            steps.extend(self._live(number, road, referrer))
        return sorted(steps, key=lambda step: step.on)

    def _step(self, on: date, role: Role, path: str, body: Mapping[str, Any]) -> Step:
        key = str(uuid.uuid5(self.space, f"{path} {json.dumps(body, sort_keys=True)}"))
        return Step(on, role, path, body, key)

    def _id(self, what: str, number: int) -> str:
        return str(uuid.uuid5(self.space, f"{what} {number}"))

    def _referrers(self, steps: list[Step]) -> Iterator[Referrer]:
        organisations = list(self._organisations(steps))
        for number in range(1, self.asked.distinct_referrers + 1):
            everyone_has_one = number <= len(organisations)
            of = organisations[number - 1] if everyone_has_one else self.random.choice(organisations)
            body = {
                "referrer_id": self._id("referrer", number),
                "organisation_id": of.organisation_id,
                "name": f"Synthetic referrer {number}",
                "email": f"synthetic.referrer.{number}@example.org",
            }
            steps.append(self._step(self.first, Role.COORDINATOR, "/referrers", body))
            yield Referrer(body["referrer_id"], of)

    def _organisations(self, steps: list[Step]) -> Iterator[Organisation]:
        names: Counter[tuple[str, str]] = Counter()
        persons = self.asked.distinct_referrers
        for number in range(1, (persons * 3 // 5 or min(persons, 1)) + 1):
            sector = self.random.choices(list(SECTORS), [often for often, _ in SECTORS.values()])[0]
            city = self.random.choice(self.asked.cities)
            names[sector, city] += 1
            body = {
                "organisation_id": self._id("organisation", number),
                "name": f"{SECTORS[sector][1]} {city} {names[sector, city]} (synthetic)",
                "sector": sector,
                "city": city,
                "since": str(self.first),
            }
            steps.append(self._step(self.first, Role.COORDINATOR, "/organisations", body))
            yield Organisation(body["organisation_id"], sector, city)

    def _refer(self, referrers: list[Referrer]) -> list[Referrer | None]:
        """Who makes each referral: every referrer at least one, None for a person who comes of himself."""
        more = self.asked.received - len(referrers)
        others = [None if self.random.random() < ON_HIS_OWN else self.random.choice(referrers) for _ in range(more)]
        each: list[Referrer | None] = [*referrers, *others]
        self.random.shuffle(each)
        return each

    def _roads(self) -> list[Road]:
        return [
            Road.made(self.random, self.first, self.asked.cities, finishes=number < self.asked.completed)
            for number in range(self.asked.received)
        ]

    def _live(self, number: int, road: Road, referrer: Referrer | None) -> Iterator[Step]:
        referral = self._id("referral", number)
        of = referrer.of if referrer else None
        body = {
            "referral_id": referral,
            "person_id": self._id("person", number),
            "person": {"name": f"Synthetic person {number}", "phone": f"+32 00 {number:06d}"},
            "referrer_id": referrer.referrer_id if referrer else None,
            "organisation_id": of.organisation_id if of else None,
            "sector": of.sector if of else "self",
            "referrer_city": of.city if of else None,
            **road.received(by_himself=referrer is None),
        }
        yield self._step(road.received_on, Role.FACILITATOR, "/referrals", body)
        for on, what, more in road.after():
            yield self._step(on, Role.FACILITATOR, f"/referrals/{referral}/{what}", {"on": str(on), **more})
