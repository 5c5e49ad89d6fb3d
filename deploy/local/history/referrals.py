"""The referrals of a synthetic history: who refers whom, and the outcome of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from deploy.local.history.organisations import Register
from deploy.local.history.seating import At, Seating, Stay
from deploy.local.history.steps import LAST, Body, Step, StepMaker, Synthetic, deck, one
from services.referral import translations
from shared.http.auth import Role

OUTCOMES = {  # of those who do not complete
    "not_eligible": 5,
    "refused": 3,
    "stopped": 3,
    "withdrawn": 2,
    "not_suitable": 1,
    "on_hold": 1,
    "planned": 1,
    "waiting": 1,
}
UNMET = {"language": 10, "denial": 2, "acute_addiction": 1, "acute_psychiatry": 1, "judicial_measure": 1}
PRACTICAL = {
    ("practical", "hours"): 3,
    ("practical", "transport"): 2,
    ("practical", "work"): 3,
    ("practical", "childcare"): 2,
    ("practical", "waiting_time"): 2,
}
NO_GROUP = ("practical", "no_group_running")
LEFT = PRACTICAL | {
    NO_GROUP: 2,
    ("motivation", "motivation_faded"): 2,
    ("motivation", "unreachable"): 1,
    ("personal", "moved"): 1,
    ("elsewhere", "other_help"): 1,
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
LONGEST = (4, 14, 10, 45)  # days to planning, to the intake, to the decision, to what ends it
WAITED = (30, 110)  # days from receipt to the first session, where the years allow it
ON_HIS_OWN = 0.1


@dataclass(frozen=True, slots=True)
class Referred:
    """One person; `days` are those of planning, intake, decision and end, `reason` why he leaves if he does.

    He has a `stay` in the carousel, or was `offered` a place that he refused, or neither.
    """

    number: int
    referral_id: str
    outcome: str
    received_on: date
    days: tuple[date, ...]
    city: str
    reason: tuple[str, str]
    stay: Stay | None = None
    offered: At | None = None

    @property
    def accepted_on(self) -> date:
        """The day of the decision."""
        return self.days[2]

    @property
    def why(self) -> dict[str, str]:
        """The reason of leaving, as a body has it."""
        return dict(zip(("category", "code"), self.reason, strict=True))


def referred(synthetic: Synthetic, seating: Seating) -> list[Referred]:
    """Everyone: those who complete, and the others by their outcome.

    ValueError when there are not so many places to complete.
    """
    figures = synthetic.figures.referrals
    completing = [("completed", stay) for stay in seating.complete(figures.completed)]
    outcomes = deck(synthetic.random, OUTCOMES, figures.received - figures.completed)
    others = [(outcome, seating.stop() if outcome == "stopped" else None) for outcome in outcomes]
    everyone = enumerate([*completing, *others], 1)
    return [_referred(synthetic, seating, number, outcome, stay) for number, (outcome, stay) in everyone]


def _referred(synthetic: Synthetic, seating: Seating, number: int, outcome: str, stay: Stay | None) -> Referred:
    random, first, city = synthetic.random, synthetic.first, synthetic.random.choice(synthetic.figures.cities)
    received_on = first + timedelta(random.randint(0, (LAST - first).days - 1))
    if stay:
        city = seating.cycle(stay.places[0]).city
        received_on = max(first, seating.turn(stay.places[0]).on - timedelta(random.randint(*WAITED)))
    elif outcome == "stopped":  # there is no group to start in
        outcome = "waiting"
    after = accumulate(random.randint(1, most) for most in LONGEST)
    days = tuple(min(LAST, received_on + timedelta(number)) for number in after)
    reason, offered = one(random, PRACTICAL if outcome == "refused" else LEFT), None
    if outcome == "refused" and (offered := seating.offered(days[2])) is None:
        outcome, reason = "withdrawn", NO_GROUP
    return Referred(
        number, synthetic.id("referral", number), outcome, received_on, days, city, reason, stay=stay, offered=offered
    )


def steps(synthetic: Synthetic, known: Register, everyone: Sequence[Referred]) -> Iterator[Step]:
    """From receipt to the decision, and what follows it outside the carousel; each referrer refers one at least."""
    random, referrers = synthetic.random, list(known.referrers)
    on_their_own = (random.random() < ON_HIS_OWN for _ in everyone[len(referrers) :])
    others = [None if alone else random.choice(referrers) for alone in on_their_own]
    refer = random.sample([*referrers, *others], len(everyone))
    for person, referrer in zip(everyone, refer, strict=True):
        make = synthetic.step_maker("referral", person.referral_id, Role.FACILITATOR)
        body = {"referral_id": person.referral_id, "person_id": synthetic.id("person", person.number)}
        received = _received(random, person, synthetic.figures.cities, alone=referrer is None)
        yield make.step(person.received_on, "/referrals", {**body, **_from(known, referrer), **received})
        yield from _until_decision(random, make, person)


def endings(synthetic: Synthetic, seating: Seating, everyone: Sequence[Referred]) -> Iterator[Step]:
    """Those who refused the place they were offered leave before the start."""
    for person in everyone:
        if person.offered:
            on = min(LAST, seating.turn(person.offered).on + timedelta(synthetic.random.randint(1, LONGEST[-1])))
            make = synthetic.step_maker("referral", person.referral_id, Role.FACILITATOR)
            yield make.dated(on, f"/referrals/{person.referral_id}/withdraw", **person.why)


def _from(known: Register, referrer: str | None) -> Body:
    of = known.referrers[referrer] if referrer else None
    return {
        "referrer_id": referrer,
        "organisation_id": of.organisation_id if of else None,
        "sector": of.sector if of else "self",
        "referrer_city": of.city if of else None,
    }


def _received(random: Random, person: Referred, cities: Sequence[str], *, alone: bool) -> Body:
    """The part of `POST /referrals` that is about the person and his being informed."""
    informed = not alone and random.random() > 0.05
    parts = (random.choice(["afternoon", "evening", "evening"]) for _ in WEEKDAYS)
    return {
        "person": {"name": f"Synthetic person {person.number}", "phone": f"+32 00 {person.number:06d}"},
        "city_of_residence": random.choice([person.city, person.city, *cities]),
        "preferred_city": person.city,
        "received_on": person.received_on,
        "informed_on": person.received_on - timedelta(random.randint(0, 5)) if informed else None,
        "informed_by": "referrer" if informed else None,
        "not_informed_reason": None if informed or alone else "not_reachable",
        "availability": list(zip(random.sample(WEEKDAYS, random.randint(1, 3)), parts, strict=False)),
        "feedback_agreed": not alone and random.random() < 0.6,
    }


def _until_decision(random: Random, make: StepMaker, person: Referred) -> Iterator[Step]:
    """What follows receipt, up to the carousel."""
    path, (planned_on, intake_on, decided_on, ended_on) = f"/referrals/{person.referral_id}", person.days
    yield make.dated(planned_on, f"{path}/plan-intake", planned_for=intake_on)
    if person.outcome == "planned":
        return
    if person.outcome == "withdrawn" and person.number % 4 == 0:  # gone before the intake
        yield make.dated(intake_on, f"{path}/withdraw", **person.why)
        return
    unmet = one(random, UNMET) if person.outcome == "not_eligible" else None
    version = translations.latest_checklist()
    results = [[criterion, criterion != unmet] for criterion in sorted(translations.checklist(version) or ())]
    intake = {"checklist_version": version, "results": results, "held_by": "synthetic-facilitator"}
    yield make.dated(intake_on, f"{path}/intake", **intake)
    if unmet:
        yield make.dated(decided_on, f"{path}/decline-not-eligible", criterion=unmet)
    elif person.outcome == "not_suitable":
        yield make.dated(decided_on, f"{path}/decline-not-suitable", reason="no_request_for_help")
    else:
        yield make.dated(decided_on, f"{path}/accept", override=None)
    if person.outcome == "withdrawn":
        yield make.dated(ended_on, f"{path}/withdraw", **person.why)
    if person.outcome == "on_hold":
        yield make.dated(ended_on, f"{path}/put-on-hold", review_on=ended_on + timedelta(30))
