"""The organisations of a synthetic history: the partners that the file names, and invented ones that refer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from deploy.local.figures import Partner
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
OFTEN = {sector: often for sector, (often, _) in SECTORS.items()}
KNOWN = {  # word in a partner's name: its sector and its role
    "politie": ("police", "police"),
    "caw": ("welfare", "training"),
    "intro": ("welfare", "group_offer"),
    "eerstelijnszone": ("primary_care_zone", "primary_care"),
    "veilig huis": ("welfare", "case_coordination"),
    "stad": ("local_government", "participating_municipality"),
    "gemeente": ("local_government", "participating_municipality"),
}
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
class Register:
    """All of them, and by their id the people who refer for one."""

    partners: list[Organisation]
    others: list[Organisation]
    referrers: dict[str, Organisation]

    @property
    def every(self) -> list[Organisation]:
        """Every organisation."""
        return [*self.partners, *self.others]

    def doing(self, role: str) -> str:
        """Who does that for the programme."""
        return next(each.organisation_id for each in self.every if each.role == role)


def register(synthetic: Synthetic) -> Register:
    """The partners of the file, and as many referring people as it has, of fewer organisations."""
    figures, persons = synthetic.figures, synthetic.figures.referrals.distinct_referrers
    partners = [_partner(synthetic, each) for each in figures.steering_group]
    referring = list(_referring(synthetic, persons * 3 // 5 or min(persons, 1)))
    needed = [
        Organisation(synthetic.id("organisation", role), name, "welfare", figures.cities[0], role)
        for role, name in NEEDED.items()
        if role not in {each.role for each in partners}
    ]
    more = [synthetic.random.choice(referring) for _ in range(persons - len(referring))]
    referrers = {synthetic.id("referrer", nth): of for nth, of in enumerate([*referring, *more], 1)}
    return Register(partners, [*referring, *needed], referrers)


def steps(synthetic: Synthetic, known: Register) -> Iterator[Step]:
    """Their registration, the new names of partners, and the referring people."""
    first = synthetic.first
    makers = {
        of.organisation_id: synthetic.step_maker("referral", of.organisation_id, Role.COORDINATOR) for of in known.every
    }
    for each in known.every:
        make, organisation_id = makers[each.organisation_id], each.organisation_id
        body = {"organisation_id": organisation_id, "name": each.name, "sector": each.sector, "city": each.city}
        yield make.step(first, "/organisations", {**body, "since": first})
        if each.now:
            since = first + timedelta((LAST - first).days // 2)
            yield make.step(since, f"/organisations/{organisation_id}/rename", {"name": each.now, "since": since})
    for number, (referrer_id, of) in enumerate(known.referrers.items(), 1):
        person = {"name": f"Synthetic referrer {number}", "email": f"synthetic.referrer.{number}@example.org"}
        body = {"referrer_id": referrer_id, "organisation_id": of.organisation_id, **person}
        yield makers[of.organisation_id].step(first, "/referrers", body)


def _partner(synthetic: Synthetic, partner: Partner) -> Organisation:
    cities, words = synthetic.figures.cities, partner.name.casefold()
    sector, role = next((KNOWN[word] for word in KNOWN if word in words), ("other", "other"))
    city = next((city for city in cities if city.casefold() in words), cities[0])
    if role == "participating_municipality" and cities[0].casefold() in words:
        role = "coordinating_municipality"
    return Organisation(synthetic.id("partner", partner.name), partner.name, sector, city, role, partner.now)


def _referring(synthetic: Synthetic, number: int) -> Iterator[Organisation]:
    names: Counter[tuple[str, str]] = Counter()
    for nth in range(1, number + 1):
        sector, city = one(synthetic.random, OFTEN), synthetic.random.choice(synthetic.figures.cities)
        names[sector, city] += 1
        name = f"{SECTORS[sector][1]} {city} {names[sector, city]} (synthetic)"
        yield Organisation(synthetic.id("organisation", nth), name, sector, city)
