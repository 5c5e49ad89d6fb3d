"""The referral service over HTTP, on a real database: who may do what, and what comes back."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI

from deploy.local.tokens import ensure_keys, token
from services.referral import people
from services.referral.api import routes
from services.referral.people import People
from services.referral.views import cases, organisations
from services.referral.vocabulary import vocabulary
from shared import event_store, idempotency
from shared.callers import Gate, Role
from shared.event_store import EventStore
from shared.health import Health
from shared.sealing import Seal
from shared.service import create_tables
from shared.settings import Settings
from shared.web import Commands, create_app
from tests.conftest import under_a_key

CITY = "Oostende"
SECRET = "Zebedeus Onvindbaar"  # noqa: S105 - a name that must never leave people.py


class Desk:
    """The service, and people of every role in front of it."""

    def __init__(self, client: httpx.AsyncClient, home: Path) -> None:
        self.client, self.home = client, home

    def bearer(self, role: Role | None, organisation: str | None = "org-1", city: str = CITY) -> dict[str, str]:
        if role is None:
            return {}
        return {"Authorization": f"Bearer {token(role, organisation, [city], home=self.home)}"}

    async def ask(
        self, method: str, path: str, body: Any = None, role: Role | None = Role.FACILITATOR, city: str = CITY,
        organisation: str | None = "org-1", key: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        head = self.bearer(role, organisation, city) | under_a_key(method, key)
        return await self.client.request(method, path, json=body, headers=head)


def referral(name: str = "r-1", **changed: Any) -> dict[str, Any]:
    return {
        "referral_id": name,
        "person_id": f"p-{name}",
        "person": {"name": SECRET, "phone": "000"},
        "referrer_id": "ref-1",
        "organisation_id": "org-1",
        "sector": "police",
        "referrer_city": CITY,
        "city_of_residence": CITY,
        "preferred_city": CITY,
        "received_on": "2026-01-05",
        "informed_on": "2026-01-04",
        "informed_by": "referrer",
        "availability": [["monday", "evening"]],
        "feedback_agreed": True,
    } | changed


@pytest.fixture
async def desk(pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path) -> AsyncIterator[Desk]:
    settings = Settings()
    gate = Gate(ensure_keys(tmp_path), settings.auth_issuer, settings.auth_audience)
    store = EventStore(pool, cases.TYPES, views=[cases.apply, organisations.apply])
    await create_tables(
        pool, [event_store.SCHEMA, cases.SCHEMA, organisations.SCHEMA, people.SCHEMA, idempotency.SCHEMA]
    )
    app: FastAPI = create_app("Referral", gate, vocabulary().refusals, Health())
    app.include_router(routes(Commands(store), People(Seal(Fernet.generate_key()))))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield Desk(client, tmp_path)


async def test_a_referral_is_received_once_however_often_it_is_sent(desk: Desk) -> None:
    first = await desk.ask("POST", "/referrals", referral(), key="k")
    again = await desk.ask("POST", "/referrals", referral(), key="k")
    without_key = await desk.ask("POST", "/referrals", referral())
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, {"version": 1})
    assert without_key.json() == {"version": 1}


async def test_a_key_used_for_something_else_is_refused(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral(), key="k")
    other = await desk.ask("POST", "/referrals", referral("r-2"), key="k")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_a_referred_person_never_takes_the_name_of_a_referrer(desk: Desk) -> None:
    organisation = {"organisation_id": "org-1", "name": "Politie", "sector": "police", "city": CITY}
    await desk.ask("POST", "/organisations", organisation | {"since": "2024-01-01"}, Role.COORDINATOR)
    referrer = {"referrer_id": "ref-1", "organisation_id": "org-1", "name": SECRET}
    assert (await desk.ask("POST", "/referrers", referrer, Role.COORDINATOR)).status_code == 201
    refused = await desk.ask("POST", "/referrals", referral(person_id="ref-1"))
    assert (refused.status_code, refused.json()["code"]) == (409, "person-of-another-kind")
    assert (await desk.ask("POST", "/referrals", referral())).json() == {"version": 1}


async def test_a_refusal_has_a_code_and_a_sentence_in_three_languages(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral())
    refused = await desk.ask("POST", "/referrals/r-1/accept", {"on": "2026-01-06"})
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert set(refused.json()["detail"]) == {"nl", "fr", "en"}


async def test_wrong_input_names_the_field_and_never_its_value(desk: Desk) -> None:
    wrong = await desk.ask("POST", "/referrals", referral(sector=SECRET))
    assert wrong.status_code == 422
    assert wrong.json()["errors"] == [{"field": "body.sector", "code": "literal_error"}]
    assert SECRET not in wrong.text


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_those_of_the_table_get_in(desk: Desk, role: Role | None) -> None:
    await desk.ask("POST", "/referrals", referral())
    for (method, path), allowed in ACCESS.items():
        answer = await desk.ask(method, path, {}, role)
        expected = {401} if role is None else {403} if role not in allowed else {200, 204, 409, 422, 404}
        assert answer.status_code in expected, (method, path, role)


async def test_the_table_names_every_endpoint(desk: Desk) -> None:
    described = (await desk.client.get("/openapi.json")).json()["paths"]
    open_to_all = {"/health/live", "/health/ready", "/metrics"}
    endpoints = {
        (method.upper(), path.format(referral_id="r-1", organisation_id="o-1"))
        for path, methods in described.items()
        for method in methods
        if path not in open_to_all
    }
    assert endpoints == set(ACCESS)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic abc", "Bearer \u00e9"])
async def test_a_token_that_is_none_of_ours_is_not_recognised(desk: Desk, header: str) -> None:
    head = [(b"authorization", header.encode("latin-1"))]
    assert (await desk.client.get("/referrals/waiting", headers=head)).status_code == 401


async def test_a_facilitator_of_another_city_sees_nothing_of_the_case(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral())
    assert (await desk.ask("GET", "/referrals/waiting", city="Brugge")).json() == []
    elsewhere = await desk.ask(
        "POST", "/referrals/r-1/plan-intake", {"on": "2026-01-06", "planned_for": "2026-01-07"}, city="Brugge"
    )
    nowhere = await desk.ask("POST", "/referrals/r-9/plan-intake", {"on": "2026-01-06", "planned_for": "2026-01-07"})
    assert elsewhere.status_code == nowhere.status_code == 404
    assert elsewhere.json() == nowhere.json()


async def test_a_referrer_sees_his_own_organisation_as_far_as_the_person_agreed(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral("r-1"))
    await desk.ask("POST", "/referrals", referral("r-2", feedback_agreed=False))
    await desk.ask("POST", "/referrals", referral("r-3", organisation_id="org-2"))
    own = (await desk.ask("GET", "/referrals/own", role=Role.REFERRER)).json()
    assert [(each["referral"], each["status"]) for each in own] == [("r-1", "received"), ("r-2", None)]


async def test_an_organisation_is_read_with_every_name_it_bore(desk: Desk) -> None:
    zone = {"organisation_id": "o-1", "name": "Eerstelijnszone Oostende-Bredene", "sector": "primary_care_zone"}
    await desk.ask("POST", "/organisations", zone | {"city": CITY, "since": "2024-01-01"}, Role.COORDINATOR)
    renamed = {"name": "Eerstelijnszone Middenkust", "since": "2025-01-01"}
    for _ in range(2):
        answer = await desk.ask("POST", "/organisations/o-1/rename", renamed, Role.COORDINATOR)
        assert (answer.status_code, answer.json()) == (200, {"version": 2})
    assert (await desk.ask("GET", "/organisations", role=Role.TRAINER)).json() == [
        {
            "organisation": "o-1",
            "sector": "primary_care_zone",
            "city": CITY,
            "names": [{"name": zone["name"], "since": "2024-01-01"}, renamed],
        }
    ]


async def test_an_organisation_nobody_registered_has_no_name_to_change(desk: Desk) -> None:
    body = {"name": "Niemand", "since": "2025-01-01"}
    refused = await desk.ask("POST", "/organisations/o-9/rename", body, Role.COORDINATOR)
    assert (refused.status_code, refused.json()["code"]) == (409, "organisation-unknown")
    assert (await desk.ask("GET", "/organisations")).json() == []


async def test_a_name_is_sealed_and_every_look_is_kept(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.ask("POST", "/referrals", referral())
    looked = await desk.ask("POST", "/referrals/r-1/person/look", {"why": "intake"})
    assert looked.json()["name"] == SECRET
    for table in await pool.fetch(
        "select table_name from information_schema.tables where table_schema = current_schema()"
    ):
        rows = await pool.fetch(f"select t::text from {table[0]} t")
        assert SECRET not in "".join(row[0] for row in rows), table[0]
    held = (await desk.ask("GET", "/referrals/r-1/person/export")).json()
    assert [look["why"] for look in held["looks"]] == ["intake", "subject-access"]


async def test_the_export_of_a_person_tells_every_road_of_his_that_the_caller_may_see(desk: Desk) -> None:
    for name, city in (("r-1", CITY), ("r-2", CITY), ("r-3", "Brugge")):
        told = referral(name, person_id="p-1", preferred_city=city)
        assert (await desk.ask("POST", "/referrals", told, Role.REFERRER)).status_code == 201
    held = (await desk.ask("GET", "/referrals/r-1/person/export")).json()
    assert [fact["referral_id"] for fact in held["facts"]] == ["r-1", "r-2"]


async def test_nobody_writes_over_a_name_that_he_may_not_see(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral(organisation_id="org-1"))
    again = referral("r-2", person_id="p-r-1", person={"name": "Iemand Anders"})
    elsewhere = again | {"preferred_city": "Brugge"}
    of_another = again | {"organisation_id": "org-2"}
    assert (await desk.ask("POST", "/referrals", elsewhere, city="Brugge")).status_code == 404
    answer = await desk.ask("POST", "/referrals", of_another, Role.REFERRER, organisation="org-2")
    assert answer.status_code == 404
    assert (await desk.ask("POST", "/referrals/r-1/person/look", {"why": "intake"})).json()["name"] == SECRET
    assert (await desk.ask("POST", "/referrals", again, Role.REFERRER)).status_code == 201
    assert (await desk.ask("POST", "/referrals/r-1/person/look", {"why": "intake"})).json()["name"] == "Iemand Anders"


async def test_an_erased_person_is_gone_and_the_facts_stay(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral())
    assert (await desk.ask("DELETE", "/referrals/r-1/person")).status_code == 204
    assert (await desk.ask("POST", "/referrals/r-1/person/look", {"why": "intake"})).status_code == 404
    assert [step["what"] for step in (await desk.ask("GET", "/referrals/r-1/timeline")).json()] == ["ReferralReceived"]


async def test_a_new_key_reseals_everyone_and_the_old_one_can_go(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    await create_tables(pool, [people.SCHEMA])
    who = f"p-{uuid.uuid4().hex}"
    async with pool.acquire() as connection:
        day = await connection.fetchval("select current_date")
        await People(Seal(old)).keep(connection, who, "referred", people.Person(name=SECRET), day)
        assert await People(Seal(new, old)).reseal(connection) == 1
        found = await People(Seal(new)).look(connection, who, "tester", "contact")
    assert found == people.Person(name=SECRET)


WORK = {Role.FACILITATOR}
ACCESS: dict[tuple[str, str], set[Role]] = {
    ("POST", "/organisations"): {Role.COORDINATOR},
    ("POST", "/organisations/o-1/rename"): {Role.COORDINATOR},
    ("GET", "/organisations"): {Role.COORDINATOR, Role.FACILITATOR, Role.TRAINER},
    ("POST", "/referrers"): {Role.COORDINATOR},
    ("POST", "/referrals"): {Role.FACILITATOR, Role.REFERRER},
    ("GET", "/referrals/waiting"): WORK,
    ("GET", "/referrals/on-hold-past-review"): WORK,
    ("GET", "/referrals/own"): {Role.REFERRER},
    ("GET", "/referrals/r-1/timeline"): WORK,
    ("POST", "/referrals/r-1/person/look"): WORK,
    ("GET", "/referrals/r-1/person/export"): WORK,
    ("DELETE", "/referrals/r-1/person"): WORK,
    **{
        ("POST", f"/referrals/r-1/{step}"): WORK
        for step in (
            "intake", "plan-intake", "accept", "decline-not-eligible", "decline-not-suitable", "hold", "resume",
            "withdraw", "link-duplicate", "retract",
        )
    },
}  # fmt: skip
