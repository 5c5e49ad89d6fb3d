"""The network events of a synthetic history, its partners, and the meetings of their steering group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from deploy.local.history.organisations import Organisation, Register
from deploy.local.history.steps import LAST, Step, Synthetic
from deploy.local.history.trainings import by_sector, shared_out
from shared.http.auth import Role

PLANNED_BEFORE = timedelta(days=60)
MEETINGS = 2  # of the steering group, a year
DECISIONS = (
    "De volgende ronde van het groepsaanbod inplannen (synthetic).",
    "Het aanbod voorstellen bij de huisartsenkring (synthetic).",
    "De taalvoorwaarde herbekijken (synthetic).",
    "De cijfers van het halfjaar delen met de partners (synthetic).",
)


def events(synthetic: Synthetic, known: Register) -> Iterator[Step]:
    """Every network event, the first ones in the cities of the file in their order."""
    asked, random = synthetic.asked.network_events, synthetic.random
    more = [random.choice(asked.cities) for _ in range(asked.held - len(asked.cities))]
    sizes = shared_out(random, asked.participants, asked.held)
    span = (LAST - synthetic.first - PLANNED_BEFORE).days
    for nth, (city, size) in enumerate(zip([*asked.cities, *more], sizes, strict=True)):
        on = synthetic.first + PLANNED_BEFORE + timedelta(span * (nth + 1) // (asked.held + 1))
        yield from _event(synthetic, known, (nth, city, on), size)


def _event(synthetic: Synthetic, known: Register, what: tuple[int, str, date], size: int) -> Iterator[Step]:
    (nth, city, on), random = what, synthetic.random
    event_id = synthetic.id("network event", nth)
    planned = {
        "event_id": event_id,
        "on": str(on - PLANNED_BEFORE),
        "title": f"Netwerkevent {city} (synthetic)",
        "city": city,
        "place": f"Zaal {city} (synthetic)",
        "day": {"on": str(on), "begins": "13:30", "ends": "17:00"},
        "speakers": ["Synthetic speaker"],
        "programme": [{"begins": "13:30", "title": "Welkom"}, {"begins": "14:00", "title": "Het groepsaanbod"}],
    }
    there = random.sample(known.every, random.randint(1, len(known.every)))
    held = {
        "on": str(on),
        "by_sector": by_sector(random, size),
        "organisations": [each.organisation_id for each in there],
    }
    yield synthetic.step("training", event_id, on - PLANNED_BEFORE, Role.COORDINATOR, "/network-events", planned)
    yield synthetic.step("training", event_id, on, Role.COORDINATOR, f"/network-events/{event_id}/hold", held)


def partners(synthetic: Synthetic, known: Register) -> Iterator[Step]:
    """Every partner of the file joins on the first day."""
    on = synthetic.first
    for each in known.partners:
        path, body = f"/partners/{each.organisation_id}/join", {"role": each.role, "since": str(on)}
        yield synthetic.step("training", each.organisation_id, on, Role.COORDINATOR, path, body)


def meetings(synthetic: Synthetic, known: Register) -> Iterator[Step]:
    """The steering group meets twice a year, and decides; what it decided last is still to be done."""
    number = MEETINGS * synthetic.asked.duration_years if known.partners else 0
    for nth in range(number):
        on = synthetic.first + timedelta((LAST - synthetic.first).days * (nth + 1) // (number + 1))
        yield from _meeting(synthetic, known.partners, (nth, on), done=nth < number - 1)


def _meeting(
    synthetic: Synthetic, partners: Sequence[Organisation], what: tuple[int, date], *, done: bool
) -> Iterator[Step]:
    (nth, on), random = what, synthetic.random
    meeting_id, there = synthetic.id("meeting", nth), random.sample(partners, random.randint(1, len(partners)))
    here, due = {"city": synthetic.asked.cities[0]}, on + timedelta(60)
    decision = {
        "decision_id": synthetic.id("decision", nth),
        "text": DECISIONS[nth % len(DECISIONS)],
        "owner": there[0].organisation_id,
    }

    def step(on: date, path: str, **body: object) -> Step:
        asked = {"on": str(on), **body}
        return synthetic.step("training", meeting_id, on, Role.COORDINATOR, f"/steering-meetings{path}", asked)

    planned_on = max(synthetic.first, on - timedelta(30))
    yield step(planned_on, "", meeting_id=meeting_id, planned_for=str(on), **here)
    yield step(on, f"/{meeting_id}/hold", partners=[each.organisation_id for each in there], **here)
    yield step(on, f"/{meeting_id}/decisions", **decision, due=str(due))
    if done:
        yield step(min(due, LAST), f"/{meeting_id}/decisions/{decision['decision_id']}/done")
