"""Whose word counts on a name: never one's own write, alone where one works alone, and two where two work."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet

from services.referral.personal_data import PersonalData
from services.referral.persons import PersonReferral, Requester, changes_alone, may_confirm
from shared.http.auth import Role
from shared.privacy.encryption import FieldCipher
from tests.referral.desk import CITY, NOT_TOLD, OTHER_CITY, SECRET, Desk, desk, organisation, referral, referrer

__all__ = ["desk"]

NEW_NAME = "Iemand Anders"
OTHER = {"name": NEW_NAME} | NOT_TOLD
WHY = "?why=asked-by-person"


async def name_of(desk: Desk, referral_id: str = "r-1", city: str = CITY) -> str | None:
    looked = await desk.ask("POST", f"/referrals/{referral_id}/person/look", {"why": "intake"}, city=city)
    return str(looked.json()["name"]) if looked.is_success else None


async def in_two_cities(desk: Desk) -> None:
    """One organisation referred one person to both cities."""
    for name, city in (("r-1", CITY), ("r-2", OTHER_CITY)):
        told = referral(name, person_id="p-1", preferred_city=city)
        assert (await desk.ask("POST", "/referrals", told, Role.REFERRER)).status_code == 201


async def of_two_organisations(desk: Desk) -> None:
    for name, of in (("r-1", "org-1"), ("r-2", "org-2")):
        told = referral(name, person_id="p-1", organisation_id=of)
        assert (await desk.ask("POST", "/referrals", told)).status_code == 201


async def change(
    desk: Desk, what: str, referral_id: str = "r-1", city: str = CITY, subject: str | None = None
) -> httpx.Response:
    path = f"/referrals/{referral_id}/person"
    if what == "erasure":
        return await desk.ask("DELETE", path + WHY, city=city, subject=subject)
    return await desk.ask("PUT", path, {"person": OTHER}, city=city, subject=subject)


async def confirm(desk: Desk, waits: httpx.Response, referral_id: str, city: str, subject: str) -> httpx.Response:
    path = f"/referrals/{referral_id}/person/changes/{waits.json()['change']}/confirm"
    return await desk.ask("POST", path, city=city, subject=subject)


@pytest.mark.parametrize(("by", "city", "of"), [
    (Role.REFERRER, CITY, "org-2"), (Role.FACILITATOR, OTHER_CITY, "org-1"), (Role.REFERRER, OTHER_CITY, "org-2"),
])  # fmt: skip
async def test_who_may_not_see_a_person_never_gets_sight_of_him_by_referring_him(
    desk: Desk, by: Role, city: str, of: str
) -> None:
    await desk.ask("POST", "/referrals", referral())
    again = referral("r-2", person_id="p-r-1", person=OTHER, organisation_id=of, preferred_city=city)
    refused = await desk.ask("POST", "/referrals", again, by, city, of)
    assert (refused.status_code, refused.json()["code"]) == (409, "id-not-available")
    assert await name_of(desk) == SECRET
    assert await name_of(desk, "r-2", city) is None


@pytest.mark.parametrize("by", [Role.FACILITATOR, Role.REFERRER])
@pytest.mark.parametrize("again", ["r-1", "r-2"])
async def test_a_name_told_again_otherwise_changes_nothing_and_waits_to_be_decided_on(
    desk: Desk, by: Role, again: str
) -> None:
    await desk.ask("POST", "/referrals", referral(person_id="p-1"))
    told = await desk.ask("POST", "/referrals", referral(again, person_id="p-1", person=OTHER), by)
    shown = {"open_referrals": ["r-1"]} if by is Role.FACILITATOR and again == "r-2" else {}
    assert (told.status_code, told.json()) == (201, {"version": 1} | shown)
    assert await name_of(desk) == SECRET
    [waits] = (await desk.ask("GET", "/referrals/person-changes")).json()["items"]
    assert (waits["why"], waits["what"]) == ("told-again", "correction")
    path = f"/referrals/r-1/person/changes/{waits['change']}"
    assert (await desk.ask("POST", f"{path}/look")).json() == OTHER
    assert (await desk.ask("POST", f"{path}/confirm")).status_code == 204
    assert await name_of(desk) == NEW_NAME
    assert (await desk.ask("GET", "/referrals/person-changes")).json()["items"] == []


async def test_a_name_told_again_just_so_leaves_nothing_to_decide(desk: Desk) -> None:
    for name in ("r-1", "r-1", "r-2"):
        await desk.ask("POST", "/referrals", referral(name, person_id="p-1"))
    assert (await desk.ask("GET", "/referrals/person-changes")).json()["items"] == []


async def test_what_was_told_again_and_dropped_is_gone(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.ask("POST", "/referrals", referral())
    await desk.ask("POST", "/referrals", referral(person=OTHER))
    [waits] = (await desk.ask("GET", "/referrals/person-changes")).json()["items"]
    assert (await desk.ask("DELETE", f"/referrals/r-1/person/changes/{waits['change']}")).status_code == 204
    assert (await desk.ask("POST", f"/referrals/r-1/person/changes/{waits['change']}/confirm")).status_code == 404
    assert await name_of(desk) == SECRET
    assert await pool.fetchval("select count(*) from person_changes where sealed is not null") == 0


@pytest.mark.parametrize("what", ["correction", "erasure"])
async def test_who_alone_works_with_a_person_changes_his_name_alone(desk: Desk, what: str) -> None:
    await desk.ask("POST", "/referrals", referral())
    for _ in range(2):
        assert (await change(desk, what)).status_code == 204
    assert await name_of(desk) == (None if what == "erasure" else NEW_NAME)


@pytest.mark.parametrize("what", ["correction", "erasure"])
async def test_a_name_over_cities_is_changed_by_one_of_each(desk: Desk, what: str) -> None:
    await in_two_cities(desk)
    waits = await change(desk, what, subject="first")
    assert waits.status_code == 202
    assert (await change(desk, what, subject="first")).json() == waits.json()
    for city, subject, via in ((CITY, "first", "r-1"), (CITY, "colleague", "r-1")):
        refused = await confirm(desk, waits, via, city, subject)
        assert (refused.status_code, refused.json()["code"]) == (409, "second-person-needed")
    assert await name_of(desk) == SECRET
    [seen] = (await desk.ask("GET", "/referrals/person-changes", city=OTHER_CITY, subject="second")).json()["items"]
    assert (seen["referral"], seen["what"], seen["own"]) == ("r-2", what, False)
    assert (await confirm(desk, waits, "r-2", OTHER_CITY, "second")).status_code == 204
    assert await name_of(desk) == (None if what == "erasure" else NEW_NAME)
    assert (await confirm(desk, waits, "r-2", OTHER_CITY, "second")).status_code == 204
    assert (await confirm(desk, waits, "r-2", OTHER_CITY, "third")).status_code == 404


@pytest.mark.parametrize("what", ["correction", "erasure"])
async def test_a_name_over_organisations_of_one_city_is_changed_by_two(desk: Desk, what: str) -> None:
    await of_two_organisations(desk)
    waits = await change(desk, what, subject="first")
    assert waits.status_code == 202
    assert (await confirm(desk, waits, "r-1", CITY, "first")).status_code == 409
    assert (await confirm(desk, waits, "r-1", CITY, "colleague")).status_code == 204
    assert await name_of(desk) == (None if what == "erasure" else NEW_NAME)


async def test_what_a_referrer_tells_again_of_a_person_over_cities_still_needs_two(desk: Desk) -> None:
    await in_two_cities(desk)
    again = referral("r-1", person_id="p-1", person=OTHER)
    assert (await desk.ask("POST", "/referrals", again, Role.REFERRER)).status_code == 201
    [waits] = (await desk.ask("GET", "/referrals/person-changes")).json()["items"]
    refused = await desk.ask("POST", f"/referrals/r-1/person/changes/{waits['change']}/confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "second-person-needed")


@pytest.mark.parametrize("what", ["correction", "erasure"])
async def test_the_data_protection_contact_decides_alone(desk: Desk, what: str) -> None:
    await in_two_cities(desk)
    path = "/referrals/r-1/person"
    if what == "erasure":
        answer = await desk.ask("DELETE", path + WHY, role=Role.DATA_PROTECTION, city="")
    else:
        answer = await desk.ask("PUT", path, {"person": OTHER}, Role.DATA_PROTECTION, "")
    assert answer.status_code == 204
    assert await name_of(desk, "r-2", OTHER_CITY) == (None if what == "erasure" else NEW_NAME)


async def test_an_erasure_is_kept_without_the_name(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await in_two_cities(desk)
    waits = await change(desk, "erasure", subject="first")
    await confirm(desk, waits, "r-2", OTHER_CITY, "second")
    await desk.ask("POST", "/referrals", referral("r-3"))
    await change(desk, "erasure", "r-3", subject="first")
    kept = (await desk.ask("GET", "/erasures", role=Role.DATA_PROTECTION)).json()["items"]
    told = {(each["person"], each["kind"], each["why"], each["asked_by"], each["decided_by"]) for each in kept}
    assert told == {
        ("p-1", "referred", "asked-by-person", "first", "second"),
        ("p-r-3", "referred", "asked-by-person", "first", "first"),
    }
    assert SECRET not in str(kept)
    assert await pool.fetchval("select count(*) from person_changes where sealed is not null") == 0


async def test_nothing_that_waits_survives_an_erasure(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await in_two_cities(desk)
    await change(desk, "correction", subject="first")
    await desk.ask("DELETE", "/referrals/r-1/person" + WHY, role=Role.DATA_PROTECTION)
    await desk.ask("POST", "/referrals", referral("r-1", person_id="p-1"), Role.REFERRER)
    assert await pool.fetchval("select count(*) from person_changes where sealed is not null") == 0
    assert await pool.fetchval("select count(*) from people where kind = 'referred'") == 0
    assert (await desk.ask("GET", "/referrals/person-changes")).json()["items"] == []


async def test_what_waits_is_sealed_anew_with_a_new_key(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await in_two_cities(desk)
    waits = await change(desk, "correction", subject="first")
    keys = desk.home / "auth" / "people.keys"
    old, new = keys.read_text().split()[0], Fernet.generate_key().decode()
    async with pool.acquire() as connection:
        assert await PersonalData(FieldCipher(new, old)).rotate_keys(connection) == 4
    keys.write_text(new + "\n")
    sealed = await pool.fetchval("select sealed from person_changes where id = $1", waits.json()["change"])
    assert NEW_NAME in FieldCipher(new).decrypt(sealed)


async def test_a_referrer_is_read_corrected_exported_and_erased(desk: Desk) -> None:
    await desk.ask("POST", "/organisations", organisation(), Role.COORDINATOR)
    await desk.ask("POST", "/referrers", referrer(), Role.COORDINATOR)
    await desk.ask("POST", "/referrals", referral())
    look = ("POST", "/referrers/ref-1/look", {"why": "contact"}, Role.COORDINATOR)
    assert (await desk.ask(*look)).json()["name"] == SECRET
    corrected = {"name": "Iemand Anders", "email": "iemand@example.org"}
    assert (await desk.ask("PUT", "/referrers/ref-1", corrected, Role.COORDINATOR)).status_code == 204
    assert (await desk.ask(*look)).json() == corrected
    held = (await desk.ask("GET", "/referrers/ref-1/export", role=Role.COORDINATOR)).json()
    assert held["person"]["name"] == "Iemand Anders"
    assert [each["why"] for each in held["looks"]] == ["contact", "contact", "subject-access"]
    assert ([each["what"] for each in held["changes"]], held["referrals"]) == (["correction"], [])
    whole = (await desk.ask("GET", "/referrers/ref-1/export", role=Role.DATA_PROTECTION)).json()
    assert whole["referrals"] == [{"referral": "r-1", "received_on": "2026-01-05"}]
    for _ in range(2):
        assert (await desk.ask("DELETE", "/referrers/ref-1" + WHY, None, Role.COORDINATOR)).status_code == 204
    assert (await desk.ask(*look)).status_code == 404
    kept = (await desk.ask("GET", "/erasures", role=Role.DATA_PROTECTION)).json()["items"]
    assert [(each["person"], each["kind"]) for each in kept] == [("ref-1", "referrer")]


@pytest.mark.parametrize("otherwise", [{"name": "Iemand Anders"}, {"email": "x@example.org"}, {"email": None}])
async def test_a_referrer_registered_again_otherwise_is_refused(desk: Desk, otherwise: dict[str, Any]) -> None:
    await desk.ask("POST", "/organisations", organisation(), Role.COORDINATOR)
    for _ in range(2):
        assert (await desk.ask("POST", "/referrers", referrer(), Role.COORDINATOR)).status_code == 201
    refused = await desk.ask("POST", "/referrers", referrer(**otherwise), Role.COORDINATOR)
    assert (refused.status_code, refused.json()["code"]) == (409, "id-not-available")


async def test_an_erased_referrer_is_not_written_again_by_a_request_that_comes_late(desk: Desk) -> None:
    await desk.ask("POST", "/organisations", organisation(), Role.COORDINATOR)
    await desk.ask("POST", "/referrers", referrer(), Role.COORDINATOR)
    await desk.ask("DELETE", "/referrers/ref-1" + WHY, None, Role.COORDINATOR)
    assert (await desk.ask("POST", "/referrers", referrer(), Role.COORDINATOR)).status_code == 409
    look = await desk.ask("POST", "/referrers/ref-1/look", {"why": "contact"}, Role.COORDINATOR)
    assert look.status_code == 404


CITIES = ("a", "b", "c")
SOMEWHERE = [frozenset(), frozenset("a"), frozenset("b"), frozenset("ab"), frozenset("abc")]
ROADS: list[Sequence[PersonReferral]] = [
    [PersonReferral(f"r-{n}", city, of) for n, (city, of) in enumerate(roads)]
    for size in (1, 2, 3)
    for roads in product(product(CITIES, (None, "x", "y")), repeat=size)
]


def test_over_all_small_cases_nobody_changes_alone_what_others_work_on() -> None:
    """Every way of at most three roads in three cities, and every pair of askers who see one of them."""
    for roads in ROADS:
        cities, of = {road.city for road in roads}, {road.organisation for road in roads} - {None}
        for first, second in product(SOMEWHERE, SOMEWHERE):
            assert changes_alone(roads, first) == (cities <= first and len(of) <= 1)
            if not second & cities:
                continue
            same = may_confirm(roads, Requester("x", first), Requester("x", second))
            other = may_confirm(roads, Requester("x", first), Requester("y", second))
            assert same == changes_alone(roads, second)
            assert other >= same
            if other and not same and not cities <= first:
                assert second & cities - first, (roads, first, second)
            assert first or other == same


@pytest.mark.parametrize("what", ["correction", "erasure"])
async def test_a_change_asked_again_under_its_key_is_made_once(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], what: str
) -> None:
    await in_two_cities(desk)
    path, body = "/referrals/r-1/person", {"person": OTHER} if what == "correction" else None
    method, query = ("PUT", "") if body else ("DELETE", WHY)
    asked = [await desk.ask(method, path + query, body, subject="first", key="k") for _ in range(2)]
    assert asked[0].json() == asked[1].json()
    decide = f"/referrals/r-2/person/changes/{asked[0].json()['change']}/confirm"
    for _ in range(2):
        assert (await desk.ask("POST", decide, None, city=OTHER_CITY, subject="second", key="k")).status_code == 204
    assert await pool.fetchval("select count(*) from person_changes") == 1


async def test_with_a_name_go_the_answers_to_what_was_asked_about_the_person(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.ask("POST", "/organisations", organisation(), Role.COORDINATOR, key="1")
    await desk.ask("POST", "/referrers", referrer(), Role.COORDINATOR, key="2")
    await desk.ask("PUT", "/referrers/ref-1", {"name": NEW_NAME, "email": None}, Role.COORDINATOR, key="3")
    await desk.ask("POST", "/referrals", referral("r-1", person_id="p-1"), key="4")
    await desk.ask("POST", "/referrals", referral("r-2", person_id="p-1"), key="5")
    await desk.ask("PUT", "/referrals/r-1/person", {"person": OTHER}, key="6")
    assert await pool.fetchval("select count(*) from idempotency_keys") == 6
    await desk.ask("DELETE", "/referrals/r-1/person" + WHY)
    await desk.ask("DELETE", "/referrers/ref-1" + WHY, None, Role.COORDINATOR)
    assert await pool.fetchval("select count(*) from idempotency_keys") == 0
    late = await desk.ask("POST", "/referrals", referral("r-1", person_id="p-1"), key="4")
    assert (late.status_code, late.json()) == (201, {"version": 1})
    assert await name_of(desk) is None
