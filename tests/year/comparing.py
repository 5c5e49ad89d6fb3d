"""A year lived, told, and read back: what differs from what was true."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from shared.domain.clock import today
from shared.http.auth import Role
from tests.year import lives, recount
from tests.year.groups import Telling, tell_ends, tell_groups, tell_offer
from tests.year.programme import Programme, running
from tests.year.roads import tell_lives, tell_register
from tests.year.telling import tell
from tests.year.trainings import add_trainings, code_on, tell_trainings
from tests.year.truth import CITIES, Year

PROJECT: dict[str, Any] = {
    "title": {"nl": "Een jaar"}, "coordinating_municipality": CITIES[0], "participating_municipalities": CITIES[1:],
    "contacts": [], "duration_years": 2,
}  # fmt: skip


@dataclass
class Outcome:
    """What was lived, and what differs."""

    told: Telling
    asked: int
    waits: int
    differences: list[str]

    def __str__(self) -> str:
        lives = self.told.year.lives.values()
        facts = _listed(Counter(fact.kind for life in lives for fact in life.facts))
        wrong = _listed(Counter(self.told.kinds))
        return f"requests={self.asked} waits={self.waits}\nlived: {facts}\ntold wrong first: {wrong}"


def _listed(kinds: Counter[str]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items()))


async def live(seed: int, number: int, servers: str, home: Path) -> Outcome:
    """Live a year of so many lives, tell it in an order of its own, and compare."""
    lived = lives.year(seed, number, today())
    add_trainings(lived, number // 5, Random(f"trainings {seed}"))
    chance = Random(f"telling {seed}")
    async with running(servers, home) as programme:
        answer = await programme.ask("reporting", "PUT", "/project", PROJECT, role=Role.COORDINATOR)
        assert answer.is_success, answer.text
        telling = _requests(lived, chance)
        waits = await tell(programme, telling.all, chance)
        found = [each async for each in differences(programme, telling)]
        return Outcome(telling, programme.asked, waits, found)


def _requests(lived: Year, chance: Random) -> Telling:
    telling = Telling(lived, chance)
    begun = tell_register(telling)
    tell_groups(telling, tell_offer(telling))
    tell_lives(telling, begun)
    tell_ends(telling)
    tell_trainings(telling, begun)
    return telling


async def differences(programme: Programme, telling: Telling) -> AsyncIterator[str]:
    """Everything that is read otherwise than it was true."""
    year = telling.year
    for request, holds in telling.valid:
        page = await programme.ask("training", "GET", f"/certificates/{code_on(request.answer)}", language="en")
        if ("This certificate is valid" in page.text) != holds:
            yield f"certificate of {request.of}: it must {'hold' if holds else 'hold no more'}"
    for each in await programme.dead_letters():
        yield f"dead letter of {each}"
    for city in (None, *CITIES):
        found = await _figures(programme, year.today, city)
        for code, expected in recount.figures(year, city).items():
            told = {part: found[code][part] for part in expected}
            if told != expected:
                yield f"{code} of {city or 'all'}: " + _apart(told, expected)
    for city in CITIES:
        waits, must = await _waiting(programme, city), recount.waiting(year, city, today())
        if waits != must:
            yield f"waiting in {city}: told {sorted({*waits} - {*must})}, true {sorted({*must} - {*waits})}"


def _apart(told: dict[str, Any], expected: dict[str, Any]) -> str:
    """Each part that differs; of a split, only what differs in it."""
    said = []
    for part, value in expected.items():
        if isinstance(value, dict):
            keys = sorted({*value, *told[part]})
            apart = {key: (told[part].get(key, 0), value.get(key, 0)) for key in keys}
            said += [f"{part}.{key} told {a}, true {b}" for key, (a, b) in apart.items() if a != b]
        elif told[part] != value:
            said.append(f"{part} told {told[part]}, true {value}")
    return "; ".join(said)


async def _figures(programme: Programme, until: date, city: str | None) -> dict[str, Any]:
    span = {"since": f"{until.year - 2}-01-01", "until": f"{until.year}-12-31"} | ({"city": city} if city else {})
    answer = await programme.read("reporting", "/figures", role=Role.COORDINATOR, **span)
    return {each["code"]: each for each in answer["figures"]}


async def _waiting(programme: Programme, city: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    after: dict[str, str] = {}
    while True:
        page = await programme.read("carousel", "/waiting-list", role=Role.FACILITATOR, limit="500", **after)
        found += [
            (each["participation"]["referral"], each["days_waited"])
            for each in page["items"]
            if each["participation"]["city"] == city
        ]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}
