"""The trainings of a year: what is true of them, and the requests that tell it, some of it wrong first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from random import Random
from typing import Any

from pypdf import PdfReader

from shared.http.auth import Role
from tests.year.groups import Telling
from tests.year.programme import Programme
from tests.year.telling import Body, Request
from tests.year.truth import CITIES, ORGANISER, Organisation, Professional, Training, Year

COUNTED = ("police", "education", "health")
CODE = re.compile(r"[A-Za-z0-9_-]{22}")


def add_trainings(year: Year, number: int, chance: Random) -> None:
    """So many, over the whole year."""
    working = [each for each in year.organisations if not each.merged]
    people = [Professional(f"q-{nth}", chance.choice(working)) for nth in range(number * 2 + 4)]
    for nth in range(number):
        last = year.today - timedelta(days=chance.randrange(1, 360))
        long = chance.random() < 0.4
        days = [last - timedelta(days=7), last] if long else [last]
        training = Training(
            f"t-{nth}", "in_depth" if chance.random() < 0.4 else "basic", chance.choice(CITIES), days,
            required=1 if long and chance.random() < 0.3 else None, pitched=chance.random() < 0.6,
            cancelled=chance.random() < 0.1,
        )  # fmt: skip
        for each in chance.sample(people, min(len(people), chance.randint(2, 5))):
            came = [day for day in days if chance.random() < 0.75]
            training.people[each] = [] if training.cancelled else came
            if came and chance.random() < 0.2:
                training.walked_in.add(each)
        training.counted = {each: chance.randint(1, 4) for each in chance.sample(COUNTED, 2)}
        year.trainings.append(training)


def tell_trainings(telling: Telling, begun: list[Request]) -> None:
    """Each until its certificates."""
    for each in telling.year.trainings:
        _Told(telling, each, begun).told()


@dataclass
class _Told:
    telling: Telling
    training: Training
    begun: list[Request]
    ids: dict[str, str] = field(default_factory=dict)

    def step(self, what: str, body: Any, *after: Request, path: Callable[[], str] | None = None) -> Request:
        where = f"/trainings/{self.training.name}/{what}" if what else "/trainings"
        request = self.telling.add(
            "training", where, body, {self.training.name}, role=Role.TRAINER, organisation=ORGANISER, after=list(after)
        )
        request.where = path
        return request

    def told(self) -> None:
        """Planned, registered for, held or not."""
        training, day = self.training, str(self.training.days[0] - timedelta(days=30))
        plan = self.step("", self._plan() | {"on": day})
        plan.heard += self.begun
        last = self.step("open-registration", {"on": day}, plan)
        if training.cancelled or self.telling.noise("training cancelled in error", 0.1):
            last = self.step("cancel", {"reason": "weather", "on": day}, last)
            if training.cancelled:
                return
            last = self.step("reinstate", {"on": str(self.telling.year.today)}, last)
        registered = {
            each: self.step("registrations", _newcomer(each) | {"on": day}, last)
            for each in training.people
            if each not in training.walked_in
        }
        held = self._held(registered, last)
        for each, request in registered.items():
            self._certificate(each, request, held)

    def _plan(self) -> dict[str, Any]:
        days = [{"on": str(each), "begins": "09:00", "ends": "16:30"} for each in self.training.days]
        return {
            "training_id": self.training.name, "kind": self.training.kind, "title": "Herkennen", "place": "Stadhuis",
            "city": self.training.city, "days": days, "trainers": ["trainer-1"], "organiser": ORGANISER,
            "capacity": 20, "days_required": self.training.required,
        }  # fmt: skip

    def _held(self, registered: dict[Professional, Request], planned: Request) -> Request:
        """Held, or first told wrong and then corrected, or first told to be held and taken back."""
        on, today = str(self.training.days[-1]), str(self.telling.year.today)
        last = [planned, *registered.values()]
        true = self.training.people
        if self.telling.noise("training held in error", 0.1):
            back = self.step("hold", self._attendance(registered, true, on), *last)
            last = [self.step("revoke", {"on": today}, back)]
        if self.telling.noise("attendance of a training told wrong", 0.25):
            everybody = dict.fromkeys(true, self.training.days)
            wrong = self.step("hold", self._attendance(registered, everybody, on), *last)
            early = [self._early(each, request, wrong) for each, request in registered.items() if not true[each]]
            return self.step("correct", self._attendance(registered, true, today), wrong, *early)
        return self.step("hold", self._attendance(registered, true, on), *last)

    def _attendance(
        self, registered: dict[Professional, Request], there: dict[Professional, list[date]], on: str
    ) -> Any:
        every = self.training.days

        async def body(programme: Programme) -> Body:
            await self._read_ids(programme)
            known = [(self.ids[each.name], days) for each, days in there.items() if each in registered and days]
            walked = [(each, days) for each, days in there.items() if each not in registered and days]
            return {
                "on": on, "pitched": self.training.pitched, "counted": self.training.counted,
                "present": [name for name, days in known if days == every],
                "partly": [{"participant_id": name, "days": _days(days)} for name, days in known if days != every],
                "walk_ins": [_newcomer(each) | {"days": _days(days)} for each, days in walked],
            }  # fmt: skip

        return body

    async def _read_ids(self, programme: Programme) -> None:
        path = f"/trainings/{self.training.name}/register"
        page = await programme.read("training", path, role=Role.TRAINER, organisation=ORGANISER, limit="100")
        self.ids |= {each["name"].removeprefix("Synthetic "): each["participant"] for each in page["items"]}

    def _path(self, who: Professional) -> Callable[[], str]:
        return lambda: f"/trainings/{self.training.name}/participants/{self.ids[who.name]}/certificate"

    def _certificate(self, who: Professional, registered: Request, held: Request) -> None:
        """Who was there often enough has one, which holds; who was not has none."""
        body = {"on": str(self.telling.year.today)}
        request = self.step("certificate", body, registered, held, path=self._path(who))
        request.twice = False
        if self.training.certified(who):
            self.telling.valid.append((request, True))
        else:
            request.refused = "too-few-days" if self.training.people[who] else "not-attended"

    def _early(self, who: Professional, registered: Request, wrong: Request) -> Request:
        """One that was given for attendance that was told wrong; it does not hold any more."""
        body = {"on": str(self.telling.year.today)}
        request = self.step("certificate", body, registered, wrong, path=self._path(who))
        request.twice = False
        self.telling.valid.append((request, False))
        return request


def code_on(certificate: bytes) -> str:
    """The code that stands on it."""
    text = PdfReader(BytesIO(certificate)).pages[0].extract_text()
    return str(CODE.findall(text)[0])


def _days(days: list[date]) -> list[str]:
    return [str(each) for each in days]


def _newcomer(who: Professional) -> dict[str, Any]:
    of: Organisation = who.organisation
    return {
        "name": f"Synthetic {who.name}", "email": f"{who.name}@example.org", "organisation_id": of.name,
        "sector": of.sector, "function": "social_worker", "language": "nl",
    }  # fmt: skip
