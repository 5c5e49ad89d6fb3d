"""The referrals of a synthetic history: who refers whom, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from deploy.local.history.organisations import Referrer, Register
from deploy.local.history.roads import OUTCOMES, Road
from deploy.local.history.seating import At, Seating, Stay
from deploy.local.history.steps import LAST, Step, Synthetic, deck
from shared.http.auth import Role

ON_HIS_OWN = 0.1


@dataclass(frozen=True, slots=True)
class Referred:
    """One person: his road, what he does in the carousel, or where he was offered a place that he refused."""

    number: int
    referral_id: str
    road: Road
    stay: Stay | None = None
    offered: At | None = None


def referred(synthetic: Synthetic, seating: Seating) -> list[Referred]:
    """Everyone: those who complete, and the others by their outcome.

    ValueError when there are not so many places to complete.
    """
    asked = synthetic.asked
    completing = [("completed", stay) for stay in seating.complete(asked.completed)]
    outcomes = deck(synthetic.random, OUTCOMES, asked.received - asked.completed)
    others = [(outcome, seating.stop() if outcome == "stopped" else None) for outcome in outcomes]
    return [
        _referred(synthetic, seating, number, outcome, stay)
        for number, (outcome, stay) in enumerate([*completing, *others], 1)
    ]


def _referred(synthetic: Synthetic, seating: Seating, number: int, outcome: str, stay: Stay | None) -> Referred:
    joins = None
    if stay:
        row, cycle, _ = stay.places[0]
        joins = seating.turn(stay.places[0]).on, seating.rows[row][cycle].city
    elif outcome == "stopped":  # there is no group to start in
        outcome = "waiting"
    road = Road.made(synthetic.random, synthetic.first, synthetic.asked.cities, outcome, joins)
    offered = _offered(seating, road) if outcome == "refused" else None
    if outcome == "refused" and offered is None:
        road = replace(road, outcome="withdrawn", reason=("practical", "no_group_running"))
    return Referred(number, synthetic.id("referral", number), road, stay, offered)


def _offered(seating: Seating, road: Road) -> At | None:
    """The first place after he was accepted."""
    coming = sorted((seating.turn(at).on, at) for at in seating.entries if seating.turn(at).on > road.accepted_on)
    return next((at for _, at in coming if seating.offer(at)), None)


def steps(synthetic: Synthetic, known: Register, everyone: Sequence[Referred]) -> Iterator[Step]:
    """From receipt to the decision, and what follows it outside the carousel."""
    for person, referrer in zip(everyone, _refer(synthetic, known.referrers), strict=True):
        yield _receive(synthetic, person, referrer)
        for on, what, more in person.road.after():
            path = f"/referrals/{person.referral_id}/{what}"
            body = {"on": str(on), **more}
            yield synthetic.step("referral", person.referral_id, on, Role.FACILITATOR, path, body)


def endings(synthetic: Synthetic, seating: Seating, everyone: Sequence[Referred]) -> Iterator[Step]:
    """Those who refused the place they were offered leave before the start."""
    for person in everyone:
        if person.offered:
            on = min(LAST, seating.turn(person.offered).on + timedelta(person.road.days[3]))
            path = f"/referrals/{person.referral_id}/withdraw"
            body = {"on": str(on), **person.road.why()}
            yield synthetic.step("referral", person.referral_id, on, Role.FACILITATOR, path, body)


def _refer(synthetic: Synthetic, referrers: Sequence[Referrer]) -> list[Referrer | None]:
    """Who makes each referral: every referrer at least one, None for a person who comes of himself."""
    random, more = synthetic.random, synthetic.asked.received - len(referrers)
    others = [None if random.random() < ON_HIS_OWN else random.choice(referrers) for _ in range(more)]
    each: list[Referrer | None] = [*referrers, *others]
    random.shuffle(each)
    return each


def _receive(synthetic: Synthetic, person: Referred, referrer: Referrer | None) -> Step:
    of = referrer.of if referrer else None
    body = {
        "referral_id": person.referral_id,
        "person_id": synthetic.id("person", person.number),
        "person": {"name": f"Synthetic person {person.number}", "phone": f"+32 00 {person.number:06d}"},
        "referrer_id": referrer.referrer_id if referrer else None,
        "organisation_id": of.organisation_id if of else None,
        "sector": of.sector if of else "self",
        "referrer_city": of.city if of else None,
        **person.road.received(by_himself=referrer is None),
    }
    return synthetic.step("referral", person.referral_id, person.road.received_on, Role.FACILITATOR, "/referrals", body)
