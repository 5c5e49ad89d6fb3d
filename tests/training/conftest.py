"""The training service in front of people of every role, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.tokens import token
from services.training.app import SERVICE
from services.training.projections import organisations
from shared.contracts.referral import OrganisationRegistered, OrganisationRenamed
from shared.domain.clock import today
from shared.eventstore.event_store import EventStore
from shared.http.auth import Role
from tests.conftest import under_a_key
from tests.serving import served
from tests.training.receiving import received

CITY, ORGANISER, POLICE, ZONE = "Oostende", "caw-1", "police-1", "elz-1"
FOREIGN, FOREIGN_CITY = "intro-1", "Brugge"
SECRET = "Zebedeus Onvindbaar"  # noqa: S105 - a name that is kept as personal data only
ADDRESS = "zebedeus@onvindbaar.example"
TODAY = today()
SOON = TODAY + timedelta(days=30)


class Desk:
    """The service, and people of every role in front of it."""

    def __init__(self, client: httpx.AsyncClient, home: Path) -> None:
        self.client, self.home = client, home

    async def ask(
        self, method: str, path: str, body: Any = None, role: Role | None = Role.TRAINER, city: str = CITY,
        organisation: str | None = ORGANISER, key: str | None = None, file: bytes | None = None,
    ) -> httpx.Response:  # fmt: skip
        head = under_a_key(method, key)
        if role is not None:
            head["Authorization"] = f"Bearer {token(role, organisation, [city], home=self.home)}"
        return await self.client.request(method, path, json=body, content=file, headers=head)

    async def done(self, method: str, path: str, body: Any = None, role: Role | None = Role.TRAINER) -> Any:
        """What is answered when it is done; a refusal fails the test."""
        answer = await self.ask(method, path, body, role)
        assert answer.is_success, answer.text
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer

    async def rows(self, path: str, role: Role | None = Role.TRAINER, limit: int = 2, **asked: Any) -> list[Any]:
        """Every row of a list, page after page; a refusal fails the test."""
        rows: list[Any] = []
        after = ""
        while True:
            page = f"{path}{'&' if '?' in path else '?'}limit={limit}{after}"
            answer = await self.ask("GET", page, role=role, **asked)
            assert answer.is_success, answer.text
            assert len(answer.json()["items"]) <= limit
            rows += answer.json()["items"]
            if not answer.json()["next"]:
                return rows
            after = f"&after={answer.json()['next']}"

    async def plan(self, name: str = "t-1", on: date = SOON, **changed: Any) -> None:
        """A training that is open for registration."""
        told = min(on, TODAY).isoformat()
        await self.done("POST", "/trainings", training(name, on) | {"on": told} | changed)
        await self.done("POST", f"/trainings/{name}/open-registration", {"on": told})

    async def register(self, number: int, at: str = "t-1", **changed: Any) -> Any:
        """Somebody registers, without a token."""
        path = f"/public/trainings/{at}/registrations"
        return await self.done("POST", path, newcomer(number, **changed), None)

    async def held(self, people: int, name: str = "t-1") -> list[str]:
        """A training that was given yesterday with so many people present; their ids."""
        on = TODAY - timedelta(days=1)
        await self.plan(name, on, capacity=max(people, 1))
        for number in range(people):
            body = newcomer(number) | {"on": on.isoformat()}
            await self.done("POST", f"/trainings/{name}/registrations", body)
        register = await self.rows(f"/trainings/{name}/register", limit=500)
        present = [line["participant"] for line in register]
        await self.done("POST", f"/trainings/{name}/hold", attendance(present))
        return present


def training(name: str = "t-1", on: date = SOON) -> dict[str, Any]:
    return {
        "training_id": name,
        "kind": "basic",
        "title": "Intrafamiliaal geweld herkennen",
        "city": CITY,
        "place": "Stadhuis",
        "days": [{"on": on.isoformat(), "begins": "09:00", "ends": "16:30"}],
        "trainers": ["trainer-1"],
        "organiser": ORGANISER,
        "capacity": 20,
    }


def newcomer(number: int = 0, **changed: Any) -> dict[str, Any]:
    return {
        "name": SECRET,
        "email": f"{number}.{ADDRESS}",
        "organisation_id": POLICE,
        "sector": "police",
        "function": "police_officer",
        "language": "nl",
    } | changed


def attendance(present: list[str], **changed: Any) -> dict[str, Any]:
    return {"on": TODAY.isoformat(), "pitched": True, "present": present} | changed


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The service, and four organisations it knows of; one was renamed in 2025."""
    since = date(2024, 1, 1)
    registered = [
        OrganisationRegistered(organisation=each, name=name, sector=sector, city=city, since=since)
        for each, name, sector, city in (
            (ORGANISER, "CAW Noord-West-Vlaanderen", "welfare", CITY),
            (POLICE, "Lokale politie Oostende", "police", CITY),
            (ZONE, "Eerstelijnszone Oostende-Bredene", "primary_care_zone", CITY),
            (FOREIGN, "Groep INTRO", "welfare", FOREIGN_CITY),
        )
    ]
    renamed = OrganisationRenamed(organisation=ZONE, name="Eerstelijnszone Middenkust", since=date(2025, 1, 1))
    async with served(SERVICE, database_url, tmp_path) as (app, client):
        async with app.state.pool.acquire() as connection:
            await organisations.apply(connection, received(*registered, renamed))
        yield app, client


@pytest.fixture
def store(service: tuple[FastAPI, httpx.AsyncClient]) -> EventStore:
    """Its events."""
    found: EventStore = service[0].state.store
    return found


@pytest.fixture
def desk(service: tuple[FastAPI, httpx.AsyncClient], tmp_path: Path) -> Desk:
    """People of every role in front of it."""
    return Desk(service[1], tmp_path)
