"""The trainings of a synthetic history: planned, registered for, held, and evaluated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from csv import DictWriter
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from random import Random

from deploy.local.history.organisations import OFTEN, Organisation, Register
from deploy.local.history.steps import Body, Step, StepMaker, Synthetic
from shared.http.auth import Role

TITLES = {
    "basic": "Intrafamiliaal geweld herkennen en bespreken (synthetic)",
    "in_depth": "Werken met plegers: verdieping (synthetic)",
}
HOURS = {"begins": "09:00", "ends": "16:30"}
PLANNED_BEFORE, LATEST = 40, 21  # days before the first day; days from the last training to the end of the project
NAMED = 8  # people of a training known by name at most; the others are counted by sector
EVALUATED = 4  # one training in so many is evaluated
USUAL = 20  # places
_COLUMNS = {"sector": "sector", "function": "functie", "language": "taal"}
FUNCTIONS = ("social_worker", "counsellor", "coordinator", "psychologist", "prevention_worker", "police_officer")
LANGUAGES = ("nl", "nl", "nl", "fr")


@dataclass(frozen=True, slots=True)
class Professional:
    """A synthetic person of an organisation."""

    number: int
    of: Organisation

    def registration(self) -> Body:
        """The body of his registration."""
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
    figures, random = synthetic.figures.trainings, synthetic.random
    kinds = ["basic"] * figures.basic + ["in_depth"] * figures.in_depth
    random.shuffle(kinds)
    sizes = shared_out(random, figures.participants, len(kinds))
    people = [Professional(nth, random.choice(known.every)) for nth in range(figures.participants // 3 + NAMED)]
    days = synthetic.evenly(len(kinds), after=PLANNED_BEFORE, before=LATEST)
    for nth, (kind, size, on) in enumerate(zip(kinds, sizes, days, strict=True)):
        training_id, organiser = synthetic.id("training", nth), known.doing("training")
        make = synthetic.step_maker("training", training_id, Role.TRAINER, organiser)
        training = _Training(synthetic, make, training_id, kind, on, size)
        named = random.sample(people, min(NAMED, size))
        yield training.plan(organiser, known.doing("group_offer"))
        yield from training.steps(named, evaluated=len(named) == NAMED and nth % EVALUATED == 0)


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
    return dict(sorted(Counter(random.choices(list(OFTEN), list(OFTEN.values()), k=number)).items()))


def _list(people: Sequence[Professional]) -> str:
    """The list that an organiser sends."""
    text = StringIO(newline="")
    writer = DictWriter(text, list(people[0].registration()), delimiter=";")
    writer.writerow({"name": "naam", "email": "e-mail", "organisation_id": "organisatie", **_COLUMNS})
    writer.writerows(each.registration() for each in people)
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class _Training:
    """One training; the first half of the named have registered as a group, the others walk in."""

    synthetic: Synthetic
    make: StepMaker
    training_id: str
    kind: str
    on: date
    size: int

    def plan(self, organiser: str, co_presenter: str) -> Step:
        random, online = self.synthetic.random, self.synthetic.random.random() < 0.15
        city = random.choice(self.synthetic.figures.cities)
        return self.make.dated(
            self.on - timedelta(PLANNED_BEFORE),
            "/trainings",
            training_id=self.training_id,
            kind=self.kind,
            title=TITLES[self.kind],
            city=city,
            place=None if online else f"Vormingszaal {city} (synthetic)",
            online=online,
            days=[{"on": day, **HOURS} for day in self._days],
            trainers=["synthetic-trainer-1", "synthetic-trainer-2"],
            organiser=organiser,
            co_presenter=co_presenter,
            capacity=min(1000, max(USUAL, self.size)),
        )

    def steps(self, people: Sequence[Professional], *, evaluated: bool) -> Iterator[Step]:
        """Who registered is named again when it is held: by his address he is known to have a place."""
        path, last, asked_on = (
            f"/trainings/{self.training_id}",
            self._days[-1],
            self.on - timedelta(PLANNED_BEFORE // 2),
        )
        yield self.make.dated(self.on - timedelta(PLANNED_BEFORE), f"{path}/open-registration")
        if registered := people[: len(people) // 2]:
            yield self.make.step(asked_on, f"{path}/registrations/list?on={asked_on}", _list(registered))
        counted = by_sector(self.synthetic.random, self.size - len(people))
        walk_ins = [each.registration() for each in people]
        yield self.make.dated(last, f"{path}/hold", pitched=True, walk_ins=walk_ins, counted=counted)
        if evaluated:
            yield self.make.step(last, f"{path}/evaluation/open", {"on": last}, self._opinions(len(people)))
            yield self.make.dated(last, f"{path}/evaluation/close")

    def _opinions(self, number: int) -> tuple[Body, ...]:
        """Most of the participants answer."""
        scale = {"score": (7, 10), "confidence_before": (1, 3), "confidence_after": (3, 5)}
        random = self.synthetic.random
        answers = range(random.randint(number // 2 + 1, number))
        return tuple({"improve": None} | {name: random.randint(*of) for name, of in scale.items()} for _ in answers)

    @property
    def _days(self) -> list[date]:
        """One day for a basic training, two for one in depth."""
        return [self.on, self.on + timedelta(7)] if self.kind == "in_depth" else [self.on]
