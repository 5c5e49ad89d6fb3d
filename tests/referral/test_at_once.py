"""Several people ask at the same moment: one id has one owner, and a name that is not theirs is never written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import asyncpg
import httpx
import pytest

from shared.http.auth import Role
from tests.referral.access import STEPS
from tests.referral.desk import CITY, OTHER_CITY, Desk, desk, organisation, referral, referrer

__all__ = ["desk"]

ROUNDS = 40
WHY = "?why=asked-by-person"


async def both(*asked: Awaitable[httpx.Response]) -> Sequence[httpx.Response]:
    answers = await asyncio.gather(*asked)
    assert all(answer.status_code in {200, 201, 202, 204, 404, 409} for answer in answers), answers
    return answers


async def name_of(desk: Desk, referral_id: str, city: str) -> str:
    looked = await desk.ask("POST", f"/referrals/{referral_id}/person/look", {"why": "intake"}, city=city)
    return str(looked.json()["name"])


def told(n: int, who: str, city: str, of: str, referral_id: str | None = None) -> dict[str, Any]:
    person = {"name": f"Told by {who}"}
    name = referral_id or f"r-{who}-{n}"
    return referral(name, person_id=f"p-{n}", person=person, organisation_id=of, preferred_city=city)


@pytest.mark.parametrize("role", [Role.REFERRER, Role.FACILITATOR])
@pytest.mark.parametrize("same_referral", [False, True])
async def test_of_two_who_tell_of_one_new_person_at_once_the_second_never_overwrites(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], role: Role, *, same_referral: bool
) -> None:
    for n in range(ROUNDS):
        name = f"r-{n}" if same_referral else None
        asked = {
            who: desk.ask("POST", "/referrals", told(n, who, city, of, name), role, city, of)
            for who, city, of in (("a", CITY, "org-1"), ("b", OTHER_CITY, "org-2"))
        }
        answers = dict(zip(asked, await both(*asked.values()), strict=True))
        won = [who for who, answer in answers.items() if answer.status_code == 201]
        assert len(won) == 1, answers
        [lost] = {"a", "b"} - set(won)
        assert answers[lost].json()["code"] == "id-not-available"
        city = CITY if won == ["a"] else OTHER_CITY
        assert await name_of(desk, name or f"r-{won[0]}-{n}", city) == f"Told by {won[0]}"
    assert await pool.fetchval("select count(*) from cases") == ROUNDS
    assert await pool.fetchval("select count(*) from person_changes") == 0


async def test_of_two_cities_that_register_one_new_referrer_at_once_the_second_never_overwrites(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    for n in range(ROUNDS):
        bodies = [referrer(f"f-{n}", organisation_id=of, name=f"Told by {of}") for of in ("org-1", "org-3")]
        asked = [
            desk.ask("POST", "/referrers", body, Role.COORDINATOR, city)
            for body, city in zip(bodies, (CITY, OTHER_CITY), strict=True)
        ]
        answers = await both(*asked)
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        for answer, city, body in zip(answers, (CITY, OTHER_CITY), bodies, strict=True):
            look = await desk.ask("POST", f"/referrers/f-{n}/look", {"why": "contact"}, Role.COORDINATOR, city)
            assert look.is_success == (answer.status_code == 201)
            assert not look.is_success or look.json()["name"] == body["name"]
    query = "select count(*) from events where type = 'ReferrerRegistered' and data->>'referrer_id' like 'f-%'"
    assert await pool.fetchval(query) == ROUNDS


async def test_one_id_told_at_once_as_a_person_and_as_a_referrer_becomes_one_of_the_two(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.ask("POST", "/organisations", organisation(), Role.COORDINATOR)
    for n in range(ROUNDS):
        answers = await both(
            desk.ask("POST", "/referrers", referrer(f"p-{n}"), Role.COORDINATOR),
            desk.ask("POST", "/referrals", told(n, "a", CITY, "org-1")),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await pool.fetchval("select count(*) from people where id like 'p-%'") == ROUNDS
    mixed = "select count(*) from cases c join referrers f on c.person = f.referrer"
    assert await pool.fetchval(mixed) == 0


async def test_a_name_that_is_erased_while_it_is_told_again_is_gone_with_all_that_waits(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    for n in range(ROUNDS):
        await desk.ask("POST", "/referrals", told(n, "a", CITY, "org-1"))
        again = told(n, "a", CITY, "org-1") | {"person": {"name": "Told again"}}
        await both(
            desk.ask("DELETE", f"/referrals/r-a-{n}/person" + WHY),
            desk.ask("POST", "/referrals", again, Role.REFERRER),
            desk.ask("PUT", f"/referrals/r-a-{n}/person", {"person": {"name": "Corrected"}}),
        )
    assert await pool.fetchval("select count(*) from people where id like 'p-%'") == 0
    assert await pool.fetchval("select count(*) from person_changes where sealed is not null") == 0


async def test_steps_at_once_on_one_case_are_taken_one_after_another_each_by_who_may(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    for n in range(ROUNDS // 4):
        body = told(n, "a", CITY, "org-1")
        asked = [desk.ask("POST", f"/referrals/r-a-{n}/{step}", STEPS[step]) for step in ("put-on-hold", "withdraw")]
        stranger = desk.ask("POST", f"/referrals/r-a-{n}/retract", {"on": "2026-01-16"}, city=OTHER_CITY)
        answers = await both(desk.ask("POST", "/referrals", body), *asked, stranger)
        assert answers[-1].status_code == 404
    assert await pool.fetchval("select count(*) from events where type = 'ReferralRetracted'") == 0
