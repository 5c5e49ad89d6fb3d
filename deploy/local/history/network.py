"""The network events of a synthetic history, its partners, and the meetings of their steering group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from deploy.local.history.organisations import Register
from deploy.local.history.steps import LAST, Step, Synthetic
from deploy.local.history.trainings import by_sector, shared_out
from shared.http.auth import Role

PLANNED_BEFORE = 60  # days
MEETINGS = 2  # of the steering group, a year
DECISIONS = (
    "De volgende ronde van het groepsaanbod inplannen (synthetic).",
    "Het aanbod voorstellen bij de huisartsenkring (synthetic).",
    "De taalvoorwaarde herbekijken (synthetic).",
    "De cijfers van het halfjaar delen met de partners (synthetic).",
)


def events(synthetic: Synthetic, known: Register) -> Iterator[Step]:
    """Every network event, the first ones in the cities of the file in their order."""
    figures, random = synthetic.figures.network_events, synthetic.random
    cities = [*figures.cities, *(random.choice(figures.cities) for _ in range(figures.held - len(figures.cities)))]
    sizes = shared_out(random, figures.participants, figures.held)
    days = synthetic.evenly(figures.held, after=PLANNED_BEFORE)
    for nth, (city, size, on) in enumerate(zip(cities, sizes, days, strict=True)):
        event_id = synthetic.id("network event", nth)
        make = synthetic.step_maker("training", event_id, Role.COORDINATOR)
        yield make.dated(
            on - timedelta(PLANNED_BEFORE),
            "/network-events",
            event_id=event_id,
            title=f"Netwerkevent {city} (synthetic)",
            city=city,
            place=f"Zaal {city} (synthetic)",
            day={"on": on, "begins": "13:30", "ends": "17:00"},
            speakers=["Synthetic speaker"],
            programme=[{"begins": "13:30", "title": "Welkom"}, {"begins": "14:00", "title": "Het groepsaanbod"}],
        )
        there = [each.organisation_id for each in random.sample(known.every, random.randint(1, len(known.every)))]
        path = f"/network-events/{event_id}/hold"
        yield make.dated(on, path, by_sector=by_sector(random, size), organisations=there)


def partners(synthetic: Synthetic, known: Register) -> Iterator[Step]:
    """Every partner of the file joins on the first day."""
    for each in known.partners:
        make = synthetic.step_maker("training", each.organisation_id, Role.COORDINATOR)
        body = {"role": each.role, "since": synthetic.first}
        yield make.step(synthetic.first, f"/partners/{each.organisation_id}/join", body)


def meetings(synthetic: Synthetic, known: Register) -> Iterator[Step]:
    """The steering group meets twice a year, and decides; what it decided last is still to be done."""
    random, city = synthetic.random, synthetic.figures.cities[0]
    number = MEETINGS * synthetic.figures.project.duration_years if known.partners else 0
    for nth, on in enumerate(synthetic.evenly(number)):
        meeting_id, decision_id = synthetic.id("meeting", nth), synthetic.id("decision", nth)
        make, path = synthetic.step_maker("training", meeting_id, Role.COORDINATOR), f"/steering-meetings/{meeting_id}"
        there = random.sample([each.organisation_id for each in known.partners], random.randint(1, len(known.partners)))
        planned_on, due = max(synthetic.first, on - timedelta(30)), on + timedelta(60)
        yield make.dated(planned_on, "/steering-meetings", meeting_id=meeting_id, planned_for=on, city=city)
        yield make.dated(on, f"{path}/hold", partners=there, city=city)
        text = DECISIONS[nth % len(DECISIONS)]
        yield make.dated(on, f"{path}/decisions", decision_id=decision_id, text=text, owner=there[0], due=due)
        if nth < number - 1:
            yield make.dated(min(due, LAST), f"{path}/decisions/{decision_id}/done")
