"""The organisations of a synthetic history: the partners that the file names, and invented ones that refer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.local.figures import Asked, Partner
from deploy.local.history.steps import LAST, Step, Synthetic, one
from shared.http.auth import Role

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
KNOWN = {  # word in a partner's name: its sector and its role
    "politie": ("police", "police"),
    "caw": ("welfare", "training"),
    "intro": ("welfare", "group_offer"),
    "eerstelijnszone": ("primary_care_zone", "primary_care"),
    "veilig huis": ("welfare", "case_coordination"),
    "stad": ("local_government", "participating_municipality"),
    "gemeente": ("local_government", "participating_municipality"),
}
OFTEN = {sector: often for sector, (often, _) in SECTORS.items()}
NEEDED = {"training": "Vormingscentrum (synthetic)", "group_offer": "Groepsaanbod (synthetic)"}


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation; `role` is what it does as a partner, `now` the name it bears since the middle of the project."""

    organisation_id: str
    name: str
    sector: str
    city: str
    role: str = ""
    now: str | None = None


@dataclass(frozen=True, slots=True)
class Referrer:
    """A synthetic person who refers for an organisation."""

    referrer_id: str
    of: Organisation


@dataclass(frozen=True, slots=True)
class Register:
    """All of them."""

    partners: tuple[Organisation, ...]
    referring: tuple[Organisation, ...]
    referrers: tuple[Referrer, ...]
    needed: tuple[Organisation, ...]

    @property
    def every(self) -> tuple[Organisation, ...]:
        """Every organisation."""
        return (*self.partners, *self.referring, *self.needed)

    def doing(self, role: str) -> Organisation:
        """Who does that for the programme."""
        return next(each for each in self.every if each.role == role)


def register(synthetic: Synthetic) -> Register:
    """The partners of the file, and as many referring people as it has, of fewer organisations."""
    asked = synthetic.asked
    partners = tuple(_partner(synthetic, each) for each in asked.partners)
    persons = asked.distinct_referrers
    referring = tuple(_referring(synthetic, persons * 3 // 5 or min(persons, 1)))
    missing = [role for role in NEEDED if role not in {each.role for each in partners}]
    needed = tuple(
        Organisation(synthetic.id("organisation", role), NEEDED[role], "welfare", asked.cities[0], role)
        for role in missing
    )
    return Register(partners, referring, tuple(_referrers(synthetic, referring)), needed)


def steps(synthetic: Synthetic, known: Register) -> Iterator[Step]:
    """Their registration, the new names of partners, and the referring people."""
    for each in known.every:
        body = {
            "organisation_id": each.organisation_id,
            "name": each.name,
            "sector": each.sector,
            "city": each.city,
            "since": str(synthetic.first),
        }
        yield _step(synthetic, each, synthetic.first, "/organisations", body)
        if each.now:
            renamed_on = synthetic.first + timedelta((LAST - synthetic.first).days // 2)
            body = {"name": each.now, "since": str(renamed_on)}
            yield _step(synthetic, each, renamed_on, f"/organisations/{each.organisation_id}/rename", body)
    for number, referrer in enumerate(known.referrers, 1):
        body = {
            "referrer_id": referrer.referrer_id,
            "organisation_id": referrer.of.organisation_id,
            "name": f"Synthetic referrer {number}",
            "email": f"synthetic.referrer.{number}@example.org",
        }
        yield _step(synthetic, referrer.of, synthetic.first, "/referrers", body)


def _step(synthetic: Synthetic, of: Organisation, on: date, path: str, body: dict[str, str]) -> Step:
    return synthetic.step("referral", of.organisation_id, on, Role.COORDINATOR, path, body)


def _partner(synthetic: Synthetic, partner: Partner) -> Organisation:
    asked, words = synthetic.asked, partner.name.casefold()
    sector, role = next((KNOWN[word] for word in KNOWN if word in words), ("other", "other"))
    city = next((city for city in asked.cities if city.casefold() in words), asked.cities[0])
    if role == "participating_municipality" and _coordinates(asked, words):
        role = "coordinating_municipality"
    return Organisation(synthetic.id("partner", partner.name), partner.name, sector, city, role, partner.now)


def _coordinates(asked: Asked, words: str) -> bool:
    return asked.cities[0].casefold() in words


def _referring(synthetic: Synthetic, number: int) -> Iterator[Organisation]:
    names: Counter[tuple[str, str]] = Counter()
    for nth in range(1, number + 1):
        sector = one(synthetic.random, OFTEN)
        city = synthetic.random.choice(synthetic.asked.cities)
        names[sector, city] += 1
        name = f"{SECTORS[sector][1]} {city} {names[sector, city]} (synthetic)"
        yield Organisation(synthetic.id("organisation", nth), name, sector, city)


def _referrers(synthetic: Synthetic, organisations: Sequence[Organisation]) -> Iterator[Referrer]:
    for nth in range(synthetic.asked.distinct_referrers):
        everyone_has_one = nth < len(organisations)
        of = organisations[nth] if everyone_has_one else synthetic.random.choice(organisations)
        yield Referrer(synthetic.id("referrer", nth + 1), of)
