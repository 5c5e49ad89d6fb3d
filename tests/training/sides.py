"""Two sides of the programme that have nothing to do with each other, and what each of them has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any, TypeAlias

from shared.http.auth import Role
from tests.training.conftest import CITY, FOREIGN, FOREIGN_CITY, ORGANISER, SOON, TODAY, ZONE, Desk, newcomer, training

ON = {"on": TODAY.isoformat()}
PAST = TODAY - timedelta(days=9)
Names: TypeAlias = Mapping[str, Any]
_numbers = count()


class Side:
    """An organisation that gives trainings in a city, and that city; each thing it has is made when it is asked for."""

    def __init__(self, desk: Desk, organisation: str, city: str, partner: str) -> None:
        self.desk, self.organisation, self.city, self.of_partner = desk, organisation, city, partner

    async def done(self, method: str, path: str, body: Any, role: Role | None = Role.TRAINER) -> Any:
        answer = await self.desk.ask(method, path, body, role, self.city, self.organisation)
        assert answer.is_success, (path, answer.text)
        return answer.json() if answer.content else None

    def unused(self) -> Names:
        """An id that nothing bears."""
        return self.names(f"n-{next(_numbers)}")

    def names(self, name: str) -> dict[str, Any]:
        here = {"city": self.city, "organisation": self.organisation, "partner": self.of_partner, "number": name[2:]}
        ids = ("training_id", "event_id", "meeting_id", "partner_id", "person_id", "participant_id", "decision_id")
        return here | dict.fromkeys(ids, name) | {"token": "x" * 22, "code": name}

    async def planned(self, on: date = SOON) -> Names:
        names = self.unused()
        told = {"on": min(on, TODAY).isoformat(), "city": self.city, "organiser": self.organisation, "capacity": 3}
        await self.done("POST", "/trainings", training(names["training_id"], on) | told)
        return names

    async def opened(self, on: date = SOON) -> Names:
        """With somebody registered."""
        names = await self.planned(on)
        at, told = f"/trainings/{names['training_id']}", {"on": min(on, TODAY).isoformat()}
        await self.done("POST", f"{at}/open-registration", told)
        body = newcomer(int(names["number"])) | told
        token = (await self.done("POST", f"{at}/registrations", body))["token"]
        (line,) = await self.desk.rows(f"{at}/register", city=self.city, organisation=self.organisation)
        person = {"participant_id": line["participant"], "person_id": line["participant"]}
        return {**names, **person, "token": token, "email": body["email"]}

    async def over(self) -> Names:
        return await self.opened(PAST)

    async def held(self) -> Names:
        names = await self.over()
        body = ON | {"pitched": True, "present": [names["participant_id"]]}
        await self.done("POST", f"/trainings/{names['training_id']}/hold", body)
        return names

    async def called_off(self) -> Names:
        names = await self.opened()
        await self.done("POST", f"/trainings/{names['training_id']}/cancel", ON | {"reason": "weather"})
        return names

    async def event_called_off(self) -> Names:
        names = await self.event()
        at = f"/network-events/{names['event_id']}"
        await self.done("POST", f"{at}/cancel", ON | {"reason": "weather"}, Role.COORDINATOR)
        return names

    async def asked(self) -> Names:
        """With its evaluation open."""
        names = await self.held()
        asked = await self.done("POST", f"/trainings/{names['training_id']}/evaluation/open", ON)
        return {**names, "token": asked["tokens"][0]}

    async def event(self, on: date = SOON) -> Names:
        """With a speaker, and a guest while it is to come."""
        names = self.unused()
        body = event(self.city, on) | {"event_id": names["event_id"]}
        await self.done("POST", "/network-events", body, Role.COORDINATOR)
        if on < TODAY:
            return names
        at = f"/network-events/{names['event_id']}"
        answer = await self.done("POST", f"/public{at}/registrations", newcomer(int(names["number"])), None)
        (guest,) = await self.desk.rows(f"{at}/guests", Role.COORDINATOR, city=self.city)
        person = {"participant_id": guest["participant"], "person_id": guest["participant"]}
        return {**names, **person, "token": answer["token"]}

    async def event_over(self) -> Names:
        return await self.event(PAST)

    async def event_held(self) -> Names:
        names = await self.event_over()
        await self.done("POST", f"/network-events/{names['event_id']}/hold", COUNTED, Role.COORDINATOR)
        return names

    async def meeting(self) -> Names:
        names = self.unused()
        body = ON | {"meeting_id": names["meeting_id"], "city": self.city, "planned_for": SOON.isoformat()}
        await self.done("POST", "/steering-meetings", body, Role.COORDINATOR)
        return names

    async def met(self) -> Names:
        names = await self.meeting()
        at = f"/steering-meetings/{names['meeting_id']}"
        await self.done("POST", f"{at}/hold", meeting(names), Role.COORDINATOR)
        return names

    async def decided(self) -> Names:
        names = await self.met()
        at = f"/steering-meetings/{names['meeting_id']}"
        await self.done("POST", f"{at}/decisions", decision(names), Role.COORDINATOR)
        return names

    async def partner(self) -> Names:
        names = {**self.unused(), "partner_id": self.of_partner}
        body = {"role": "other", "since": "2024-06-01"}
        await self.done("POST", f"/partners/{self.of_partner}/join", body, Role.COORDINATOR)
        return names

    async def nothing(self) -> Names:
        return self.unused()


COUNTED = ON | {"by_sector": {"police": 3}, "organisations": [ZONE]}


def event(city: str, on: date = SOON) -> dict[str, Any]:
    return {
        "on": min(on, TODAY).isoformat(),
        "title": "Samen",
        "city": city,
        "place": "Kursaal",
        "day": {"on": on.isoformat(), "begins": "09:00", "ends": "12:00"},
        "speakers": ["Wannes Spreker"],
    }


def meeting(names: Names) -> dict[str, Any]:
    return ON | {"city": names["city"], "partners": [ZONE]}


def decision(names: Names) -> dict[str, Any]:
    return ON | {
        "decision_id": names["decision_id"],
        "text": "Een avondgroep",
        "owner": ZONE,
        "due": SOON.isoformat(),
    }


def own(desk: Desk) -> Side:
    return Side(desk, ORGANISER, CITY, ZONE)


def foreign(desk: Desk) -> Side:
    return Side(desk, FOREIGN, FOREIGN_CITY, FOREIGN)
