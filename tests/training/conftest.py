"""The training service in front of people of every role, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet

from deploy.local.tokens import ensure_keys, token
from services.training import erasures, evaluation, organisations, people
from services.training.api import routes
from services.training.app import VIEWS
from services.training.personal_data.store import People
from services.training.subscribers import hear
from services.training.views import trainings
from services.training.translations import translations
from shared.contracts.referral import OrganisationRegistered, OrganisationRenamed
from shared.domain.clock import today
from shared.eventstore import event_store, idempotency
from shared.eventstore.event_store import EventStore
from shared.http.application import create_app
from shared.http.auth import TokenVerifier, Role
from shared.http.commands import Commands
from shared.messaging import inbox
from shared.observability.health import Health
from shared.privacy.encryption import FieldCipher
from shared.service.settings import Settings
from shared.service.wiring import create_tables
from tests.conftest import under_a_key
from tests.training.receiving import received

CITY, ORGANISER, POLICE, ZONE = "Oostende", "caw-1", "police-1", "elz-1"
FOREIGN, FOREIGN_CITY = "intro-1", "Brugge"
SECRET = "Zebedeus Onvindbaar"  # noqa: S105 - a name that must never leave people.py
ADDRESS = "zebedeus@onvindbaar.example"
TODAY = today()
SOON = TODAY + timedelta(days=30)
SCHEMAS = [
    event_store.SCHEMA, idempotency.SCHEMA, inbox.SCHEMA, people.SCHEMA, evaluation.SCHEMA, erasures.SCHEMA,
    organisations.SCHEMA, *(view.SCHEMA for view in VIEWS),
]  # fmt: skip


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
async def store(pool: asyncpg.Pool[asyncpg.Record]) -> EventStore:
    """The tables of the service, and four organisations it heard of; one was renamed in 2025."""
    await create_tables(pool, SCHEMAS)
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
    async with pool.acquire() as connection:
        await hear(connection, heard(*registered, renamed))
    return EventStore(pool, trainings.TYPES, [view.apply for view in VIEWS])


@pytest.fixture
async def desk(store: EventStore, tmp_path: Path) -> AsyncIterator[Desk]:
    """The service, ready."""
    settings = Settings()
    gate = TokenVerifier(ensure_keys(tmp_path), settings.auth_issuer, settings.auth_audience)
    async with store.pool.acquire() as connection:
        register = await People.opened(connection, FieldCipher(Fernet.generate_key()))
    app = create_app("Training", gate, translations().refusals, Health())
    app.include_router(routes(Commands(store), register))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield Desk(client, tmp_path)
