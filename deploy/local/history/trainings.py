"""The trainings of a synthetic history: planned, registered for, held, and asked about afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from csv import DictWriter
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from random import Random

from deploy.local.history.organisations import SECTORS, Organisation, Register
from deploy.local.history.steps import LAST, Body, Step, Synthetic
from shared.http.auth import Role

TITLES = {
    "basic": "Intrafamiliaal geweld herkennen en bespreken (synthetic)",
    "in_depth": "Werken met plegers: verdieping (synthetic)",
}
HOURS = {"begins": "09:00", "ends": "16:30"}
PLANNED_BEFORE, LATEST = 40, 21  # days before the first day; days from the last training to the end of the project
NAMED = 8  # people of a training known by name at most; the others are counted by sector
EVALUATED = 4  # one training in so many is asked about
USUAL = 20  # places
_COLUMNS = {"sector": "sector", "function": "functie", "language": "taal"}
FUNCTIONS = ("social_worker", "counsellor", "coordinator", "psychologist", "prevention_worker", "police_officer")
LANGUAGES = ("nl", "nl", "nl", "fr")


@dataclass(frozen=True, slots=True)
class Professional:
    """A synthetic person of an organisation."""

    number: int
    of: Organisation

    def told(self) -> Body:
        """As he registers."""
        return {
            "name": f"Synthetic professional {self.number}",
            "email": f"synthetic.professional.{self.number}@example.org",
            "organisation_id": self.of.organisation_id,
            "sector": self.of.sector,
            "function": FUNCTIONS[self.number % len(FUNCTIONS)],
            "language": LANGUAGES[self.number % len(LANGUAGES)],
        }


def steps(synthetic: Synthetic, known: Register) -> Iterator[Step]:
    """Every training, evenly over the years."""
    asked, random = synthetic.asked.trainings, synthetic.random
    kinds = ["basic"] * asked.basic + ["in_depth"] * asked.in_depth
    random.shuffle(kinds)
    sizes = shared_out(random, asked.participants, len(kinds))
    people = [Professional(nth, random.choice(known.every)) for nth in range(asked.participants // 3 + NAMED)]
    begin = synthetic.first + timedelta(PLANNED_BEFORE)
    span = (LAST - begin).days - LATEST
    for nth, (kind, size) in enumerate(zip(kinds, sizes, strict=True)):
        on = begin + timedelta(span * nth // len(kinds))
        yield from _Training(synthetic, known, nth, kind, on, size).steps(random.sample(people, min(NAMED, size)))


def shared_out(random: Random, total: int, number: int) -> list[int]:
    """So many numbers of one at least that add up to the total, none far from the mean."""
    if not number:
        return []
    shares = [0.5 + random.random() for _ in range(number)]
    sizes = [1 + int((total - number) * share / sum(shares)) for share in shares]
    for nth in range(total - sum(sizes)):
        sizes[nth % number] += 1
    return sizes


def by_sector(random: Random, number: int) -> dict[str, int]:
    """That many people, by sector."""
    often = [often for often, _ in SECTORS.values()]
    return dict(sorted(Counter(random.choices(list(SECTORS), often, k=number)).items()))


def _list(people: Sequence[Professional]) -> str:
    """The list that an organiser sends."""
    text = StringIO(newline="")
    writer = DictWriter(text, list(people[0].told()), delimiter=";")
    writer.writerow({"name": "naam", "email": "e-mail", "organisation_id": "organisatie", **_COLUMNS})
    writer.writerows(each.told() for each in people)
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class _Training:
    """One training; the first half of the named have registered as a group, the others walk in."""

    synthetic: Synthetic
    known: Register
    number: int
    kind: str
    on: date
    size: int

    def steps(self, people: Sequence[Professional]) -> Iterator[Step]:
        planned_on, asked_on = self.on - timedelta(PLANNED_BEFORE), self.on - timedelta(PLANNED_BEFORE // 2)
        yield self._plan(planned_on)
        yield self._ask(planned_on, "open-registration")
        if registered := people[: len(people) // 2]:
            yield self._step(asked_on, f"/registrations/list?on={asked_on}", _list(registered))
        yield self._hold(people)
        if len(people) == NAMED and self.number % EVALUATED == 0:
            yield self._step(self._last, "/evaluation/open", {"on": str(self._last)}, self._opinions(len(people)))
            yield self._ask(self._last, "evaluation/close")

    def _plan(self, on: date) -> Step:
        random, online = self.synthetic.random, self.synthetic.random.random() < 0.15
        city = random.choice(self.synthetic.asked.cities)
        body = {
            "training_id": self._id,
            "on": str(on),
            "kind": self.kind,
            "title": TITLES[self.kind],
            "city": city,
            "place": None if online else f"Vormingszaal {city} (synthetic)",
            "online": online,
            "days": [{"on": str(day), **HOURS} for day in self._days],
            "trainers": ["synthetic-trainer-1", "synthetic-trainer-2"],
            "organiser": self._organiser,
            "co_presenter": self.known.doing("group_offer").organisation_id,
            "capacity": min(1000, max(USUAL, self.size)),
        }
        return self._step(on, "", body)

    def _hold(self, people: Sequence[Professional]) -> Step:
        """Who registered is named again: by his address he is known to have a place."""
        body = {
            "on": str(self._last),
            "pitched": True,
            "walk_ins": [each.told() for each in people],
            "counted": by_sector(self.synthetic.random, self.size - len(people)),
        }
        return self._step(self._last, "/hold", body)

    def _opinions(self, number: int) -> tuple[Body, ...]:
        """Most of those asked answer."""
        random = self.synthetic.random
        return tuple(
            {
                "score": random.randint(7, 10),
                "confidence_before": random.randint(1, 3),
                "confidence_after": random.randint(3, 5),
                "improve": None,
            }
            for _ in range(random.randint(number // 2 + 1, number))
        )

    @property
    def _id(self) -> str:
        return self.synthetic.id("training", self.number)

    @property
    def _organiser(self) -> str:
        return self.known.doing("training").organisation_id

    @property
    def _days(self) -> list[date]:
        """One day for a basic training, two for one in depth."""
        return [self.on, self.on + timedelta(7)] if self.kind == "in_depth" else [self.on]

    @property
    def _last(self) -> date:
        return self._days[-1]

    def _ask(self, on: date, what: str) -> Step:
        return self._step(on, f"/{what}", {"on": str(on)})

    def _step(self, on: date, what: str, body: Body | str, opinions: tuple[Body, ...] = ()) -> Step:
        path = f"/trainings/{self._id}{what}" if what else "/trainings"
        return self.synthetic.step(
            "training", self._id, on, Role.TRAINER, path, body, organisation=self._organiser, opinions=opinions
        )
