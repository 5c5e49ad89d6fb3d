"""One person over several referrals: shown to who sees them, told by a facilitator, and to no referrer."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from services.referral.likenesses import normal_name, normal_phone
from services.referral.personal_data import PersonalData
from shared.http.auth import Role
from shared.privacy.encryption import FieldCipher
from tests.referral.access import STEPS
from tests.referral.desk import CITY, OTHER_CITY, Desk, desk, referral

__all__ = ["desk"]

EVERYWHERE = f"{CITY},{OTHER_CITY}"
JOZEF = {"name": "Jozef Élie-Peeters", "phone": "+32 470 12 34 56", "email": "J.Peeters@example.org"}


async def received(desk: Desk, name: str, role: Role = Role.FACILITATOR, **told: Any) -> dict[str, Any]:
    answer = await desk.ask("POST", "/referrals", referral(name, **told), role, EVERYWHERE)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def case(desk: Desk, name: str, city: str = CITY) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask("GET", f"/referrals/{name}", city=city)).json()
    return found


async def test_a_second_open_road_of_a_person_is_shown_at_once_to_who_may_see_it(desk: Desk) -> None:
    assert await received(desk, "r-1", person_id="p-1") == {"version": 1}
    assert await received(desk, "r-2", person_id="p-1") == {"version": 1, "open_referrals": ["r-1"]}
    assert await received(desk, "r-3", Role.REFERRER, person_id="p-1") == {"version": 1}
    waiting = (await desk.ask("GET", "/referrals/waiting")).json()["items"]
    assert [each["open_referrals"] for each in waiting] == [["r-2", "r-3"], ["r-1", "r-3"], ["r-1", "r-2"]]
    await desk.ask("POST", "/referrals/r-1/retract", {"on": "2026-01-16"})
    assert (await case(desk, "r-2"))["open_referrals"] == ["r-3"]


@pytest.mark.parametrize(
    "told",
    [
        {"name": "peeters elie jozef", "phone": "0470/12.34.56"},
        {"name": "JOZEF ELIE PEETERS", "phone": "0032470123456"},
        {"name": "Jozef Elie Peeters", "email": "j.peeters@EXAMPLE.org"},
    ],
)
async def test_who_is_likely_the_same_person_is_pointed_out_to_a_facilitator_only(
    desk: Desk, told: dict[str, Any]
) -> None:
    await received(desk, "r-1", person=JOZEF)
    assert await received(desk, "r-2", Role.REFERRER, person=told) == {"version": 1}
    assert await received(desk, "r-3", person=told | {"name": "Iemand Anders"}) == {"version": 1}
    assert await received(desk, "r-4", person=told) == {"version": 1, "likely_same_person": ["r-1", "r-2"]}
    assert (await case(desk, "r-1"))["likely_same_person"] == ["r-2", "r-4"]


async def test_the_year_of_birth_is_compared_too_and_what_is_corrected_or_erased_no_more(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    for name in ("r-1", "r-2"):
        await received(desk, name, person={"name": "An De Wit", "birth_year": 1980})
    assert (await case(desk, "r-1"))["likely_same_person"] == ["r-2"]
    await desk.ask("PUT", "/referrals/r-2/person", {"person": {"name": "An De Wit", "birth_year": 1981}})
    assert (await case(desk, "r-1"))["likely_same_person"] == []
    await desk.ask("DELETE", "/referrals/r-2/person?why=asked-by-person")
    assert await pool.fetchval("select count(*) from likenesses where person = 'p-r-2'") == 0


async def test_nobody_is_pointed_out_who_is_out_of_sight(desk: Desk) -> None:
    await received(desk, "r-1", person=JOZEF, preferred_city=OTHER_CITY)
    answer = await desk.ask("POST", "/referrals", referral("r-2", person=JOZEF))
    assert answer.json() == {"version": 1}
    assert (await case(desk, "r-2"))["likely_same_person"] == []
    both = (await desk.ask("GET", "/referrals/r-2", city=EVERYWHERE)).json()
    assert both["likely_same_person"] == ["r-1"]


async def test_people_are_still_compared_after_the_keys_were_rotated(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await received(desk, "r-1", person=JOZEF)
    keys = desk.home / "auth" / "people.keys"
    old, new = keys.read_text().split()[0], Fernet.generate_key().decode()
    async with pool.acquire() as connection:
        await PersonalData(FieldCipher(new, old)).rotate_keys(connection)
        await PersonalData(FieldCipher(new)).rotate_keys(connection)
    await received(desk, "r-2", person=JOZEF)  # under the old key
    async with pool.acquire() as connection:
        await PersonalData(FieldCipher(new, old)).rotate_keys(connection)
    assert (await case(desk, "r-1"))["likely_same_person"] == ["r-2"]


async def test_two_referrals_are_of_one_person_and_not_after_all(desk: Desk) -> None:
    await received(desk, "r-1", person={"name": "Jozef"})
    await received(desk, "r-2", person={"name": "Jef"})
    same = {"on": "2026-01-16", "same_as": "r-1"}
    for _ in range(2):
        assert (await desk.ask("POST", "/referrals/r-2/same-person", same)).json() == {"version": 2}
    assert ((await case(desk, "r-2"))["person"], (await case(desk, "r-1"))["open_referrals"]) == ("p-r-1", ["r-2"])
    look = await desk.ask("POST", "/referrals/r-2/person/look", {"why": "intake"})
    assert look.json()["name"] == "Jozef"
    held = (await desk.ask("GET", "/referrals/r-1/person/export", role=Role.DATA_PROTECTION)).json()
    assert [each["name"] for each in [held["person"], *held["also_held"]]] == ["Jozef", "Jef"]
    assert (await desk.ask("POST", "/referrals/r-2/same-person", {"on": "2026-01-17"})).json() == {"version": 3}
    assert (await case(desk, "r-2"))["person"] == "p-r-2"
    look = await desk.ask("POST", "/referrals/r-2/person/look", {"why": "intake"})
    assert look.json()["name"] == "Jef"


async def test_the_id_that_turned_out_to_be_another_persons_gives_nobody_else_sight_of_him(desk: Desk) -> None:
    await received(desk, "r-1")
    await received(desk, "r-2")
    await desk.ask("POST", "/referrals/r-2/same-person", {"on": "2026-01-16", "same_as": "r-1"})
    for person in ("p-r-1", "p-r-2"):
        told = referral("r-3", person_id=person, preferred_city=OTHER_CITY)
        refused = await desk.ask("POST", "/referrals", told, city=OTHER_CITY)
        assert (refused.status_code, refused.json()["code"]) == (409, "id-not-available")


async def test_who_is_erased_is_erased_under_every_id(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await received(desk, "r-1")
    await received(desk, "r-2")
    await desk.ask("POST", "/referrals/r-2/same-person", {"on": "2026-01-16", "same_as": "r-1"})
    assert (await desk.ask("DELETE", "/referrals/r-1/person?why=asked-by-person")).status_code == 204
    assert await pool.fetchval("select count(*) from people where kind = 'referred'") == 0
    erased = (await desk.ask("GET", "/erasures", role=Role.DATA_PROTECTION)).json()["items"]
    assert {each["person"] for each in erased} == {"p-r-1", "p-r-2"}


@pytest.mark.parametrize("what", ["link-duplicate", "same-person"])
async def test_what_a_link_points_at_exists_in_sight_or_is_refused_with_one_answer(desk: Desk, what: str) -> None:
    await received(desk, "r-1")
    await received(desk, "r-2", preferred_city=OTHER_CITY)
    field = "of" if what == "link-duplicate" else "same_as"
    told = {
        (answer.status_code, answer.text.replace(other, ""))
        for other in ("r-2", "bestaat-niet")
        for answer in [await desk.ask("POST", f"/referrals/r-1/{what}", {"on": "2026-01-16", field: other})]
    }
    [(status, text)] = told
    assert (status, f'"body.{field}"' in text, "referral-unknown" in text) == (422, True, True)


async def test_duplicates_make_neither_a_chain_nor_a_circle_and_are_undone(desk: Desk) -> None:
    for name in ("r-1", "r-2", "r-3"):
        await received(desk, name, person_id="p-1")

    async def link(of_which: str, to: str) -> str:
        answer = await desk.ask("POST", f"/referrals/{of_which}/link-duplicate", {"on": "2026-01-16", "of": to})
        return "" if answer.is_success else str(answer.json()["code"])

    assert await link("r-1", "r-2") == ""
    assert [await link("r-2", "r-1"), await link("r-3", "r-1"), await link("r-2", "r-3")] == ["duplicate-chain"] * 3
    refused = await desk.ask("POST", "/referrals/r-2/retract", {"on": "2026-01-16"})
    assert refused.json()["code"] == "duplicate-chain"
    assert (await case(desk, "r-1"))["duplicate_of"] == "r-2"
    undone = {"on": "2026-01-17", "step": "retraction"}
    assert (await desk.ask("POST", "/referrals/r-1/take-back", undone)).is_success
    assert (await case(desk, "r-1"))["status"] == "received"
    assert await link("r-2", "r-1") == ""


async def test_two_that_are_linked_to_each_other_at_once_do_not_cancel_each_other(desk: Desk) -> None:
    for name in ("r-1", "r-2"):
        await received(desk, name, person_id="p-1")
    link = {"r-1": "r-2", "r-2": "r-1"}
    asked = [
        desk.ask("POST", f"/referrals/{each}/link-duplicate", {"on": "2026-01-16", "of": other})
        for each, other in link.items()
    ]
    answers = await asyncio.gather(*asked)
    assert sorted(each.status_code for each in answers) == [200, 409]


async def test_an_intake_and_a_decision_are_taken_back_over_http(desk: Desk) -> None:
    await received(desk, "r-1")
    for step in ("intake", "accept"):
        await desk.ask("POST", f"/referrals/r-1/{step}", STEPS[step])
    intake = {"on": "2026-01-20", "step": "intake"}
    refused = await desk.ask("POST", "/referrals/r-1/take-back", intake)
    assert (refused.status_code, refused.json()["code"]) == (409, "step-rested-upon")
    for step in ("acceptance", "intake"):
        assert (await desk.ask("POST", "/referrals/r-1/take-back", intake | {"step": step})).is_success
    assert (await case(desk, "r-1"))["status"] == "received"
    timeline = (await desk.ask("GET", "/referrals/r-1/timeline")).json()["items"]
    assert [each["what"] for each in timeline][-3:] == ["ReferralAccepted", "StepRevoked", "StepRevoked"]


@given(st.permutations(["Jozef", "Élie", "Peeters"]), st.sampled_from(["", " ", "-", "'"]))
def test_a_name_is_alike_in_any_order_and_with_any_signs(words: list[str], sign: str) -> None:
    assert normal_name(f"{sign} ".join(words).upper()) == normal_name("jozef elie peeters")


@pytest.mark.parametrize("phone", ["+32 (0)470 12 34 56", "0032470123456", "0470/12 34 56", "+32470123456"])
def test_a_number_is_alike_however_it_is_written(phone: str) -> None:
    assert normal_phone(phone) == "0470123456"
    assert normal_phone("+31 470 12 34 56") != "0470123456"
