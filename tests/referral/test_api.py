"""The referral service over HTTP, on a real database: who may do what, and what comes back."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import pytest
from cryptography.fernet import Fernet

from services.referral.app import SERVICE
from services.referral.personal_data import PersonalData
from services.referral.persons import Person
from shared.eventstore.migrations import migrate
from shared.http.auth import Role
from shared.privacy.encryption import FieldCipher
from tests.referral.access import ACCESS
from tests.referral.desk import CITY, SECRET, Desk, desk, organisation, referral, referrer

EMPTY: dict[str, Any] = {"items": [], "next": None}

__all__ = ["ACCESS", "CITY", "SECRET", "Desk", "desk", "referral"]


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
    await desk.ask("POST", "/organisations", organisation(), Role.COORDINATOR)
    assert (await desk.ask("POST", "/referrers", referrer(), Role.COORDINATOR)).status_code == 201
    refused = await desk.ask("POST", "/referrals", referral(person_id="ref-1"))
    assert (refused.status_code, refused.json()["code"]) == (409, "id-not-available")
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


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic abc", "Bearer \u00e9"])
async def test_a_token_that_is_none_of_ours_is_not_recognised(desk: Desk, header: str) -> None:
    head = [(b"authorization", header.encode("latin-1"))]
    assert (await desk.client.get("/referrals/waiting", headers=head)).status_code == 401


async def test_a_facilitator_of_another_city_sees_nothing_of_the_case(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral())
    assert (await desk.ask("GET", "/referrals/waiting", city="Brugge")).json() == EMPTY
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
    own = (await desk.ask("GET", "/referrals/own", role=Role.REFERRER)).json()["items"]
    assert [(each["referral"], each["status"]) for each in own] == [("r-1", "received"), ("r-2", None)]


async def test_an_organisation_is_read_with_every_name_it_bore(desk: Desk) -> None:
    zone = {"organisation_id": "o-1", "name": "Eerstelijnszone Oostende-Bredene", "sector": "primary_care_zone"}
    await desk.ask("POST", "/organisations", zone | {"city": CITY, "since": "2024-01-01"}, Role.COORDINATOR)
    renamed = {"name": "Eerstelijnszone Middenkust", "since": "2025-01-01"}
    for _ in range(2):
        answer = await desk.ask("POST", "/organisations/o-1/rename", renamed, Role.COORDINATOR)
        assert (answer.status_code, answer.json()) == (200, {"version": 2})
    known = (await desk.ask("GET", "/organisations", role=Role.TRAINER)).json()["items"]
    assert [each for each in known if each["organisation"] == "o-1"] == [
        {
            "organisation": "o-1",
            "sector": "primary_care_zone",
            "city": CITY,
            "names": [{"name": zone["name"], "since": "2024-01-01"}, renamed],
            "kbo": None,
            "ended_on": None,
            "successors": [],
        }
    ]


async def test_an_organisation_nobody_registered_has_no_name_to_change(desk: Desk) -> None:
    before = (await desk.ask("GET", "/organisations")).json()
    body = {"name": "Niemand", "since": "2025-01-01"}
    refused = await desk.ask("POST", "/organisations/o-9/rename", body, Role.COORDINATOR)
    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    assert (await desk.ask("GET", "/organisations")).json() == before


async def test_a_name_is_encrypted_and_the_access_log_keeps_every_look(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
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
    assert [event["referral_id"] for event in held["facts"]] == ["r-1", "r-2"]


async def test_an_erased_person_is_gone_from_the_answers_that_are_kept(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    for name in ("r-1", "r-2"):
        await desk.ask("POST", "/referrals", referral(name))
    kept = "select stream from idempotency_keys order by stream"
    assert [row["stream"] for row in await pool.fetch(kept)] == ["referral-r-1", "referral-r-2"]
    assert (await desk.ask("DELETE", "/referrals/r-1/person?why=asked-by-person")).status_code == 204
    assert [row["stream"] for row in await pool.fetch(kept)] == ["referral-r-2"]


async def test_an_erased_person_is_gone_and_the_events_stay(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral())
    assert (await desk.ask("DELETE", "/referrals/r-1/person?why=asked-by-person")).status_code == 204
    assert (await desk.ask("POST", "/referrals/r-1/person/look", {"why": "intake"})).status_code == 404
    assert [step["what"] for step in (await desk.ask("GET", "/referrals/r-1/timeline")).json()["items"]] == [
        "ReferralReceived",
        "ReferralWithdrawn",
    ]


async def test_a_new_key_encrypts_everyone_again_and_the_old_one_can_go(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    await migrate(pool, SERVICE.migrations)
    who = f"p-{uuid.uuid4().hex}"
    async with pool.acquire() as connection:
        day = await connection.fetchval("select current_date")
        await PersonalData(FieldCipher(old)).keep(connection, who, "referred", Person(name=SECRET), day)
        assert await PersonalData(FieldCipher(new, old)).rotate_keys(connection) == 1
        found = await PersonalData(FieldCipher(new)).read_person(connection, who, "tester", "contact")
    assert found == Person(name=SECRET)
