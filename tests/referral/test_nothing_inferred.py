"""What a caller may not read he does not learn by asking again, by choosing ids, or by counting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from shared.http.auth import Role
from tests.referral.access import STEPS, UNMET
from tests.referral.desk import CITY, OTHER_CITY, SECRET, Desk, desk, organisation, referral, referrer

__all__ = ["desk"]

WHY = "?why=asked-by-person"
KEPT = ("events", "people", "looks", "person_changes", "cases", "referrers", "organisations")
OF = {"link-duplicate": {"of": "r-0"}}
ROADS = [
    ["plan-intake", "intake", "accept", "put-on-hold", "resume", "withdraw"],
    ["unmet", "decline-not-eligible", "retract"],
    ["intake", "decline-not-suitable"],
    ["link-duplicate"],
]


async def done(desk: Desk, method: str, path: str, body: Any = None, role: Role = Role.FACILITATOR) -> None:
    answer = await desk.ask(method, path, body, role, f"{CITY},{OTHER_CITY}", subject="somebody-else")
    assert answer.is_success, (path, answer.text)


async def populated(desk: Desk) -> None:
    """People and organisations of which some are out of every caller's sight, and one whose name was erased."""
    for name, city in (("org-1", CITY), ("org-2", CITY), ("org-3", OTHER_CITY)):
        await done(desk, "POST", "/organisations", organisation(name, city=city), Role.COORDINATOR)
    for name, of in (("f-1", "org-1"), ("f-2", "org-2"), ("f-3", "org-3"), ("f-4", "org-3")):
        await done(desk, "POST", "/referrers", referrer(name, organisation_id=of), Role.COORDINATOR)
    for name, changed in (
        ("r-1", {}),
        ("r-2", {"organisation_id": "org-2"}),
        ("r-3", {"organisation_id": "org-3", "preferred_city": OTHER_CITY}),
        ("r-4", {"organisation_id": "org-3", "preferred_city": OTHER_CITY}),
    ):
        await done(desk, "POST", "/referrals", referral(name, **changed))
    await done(desk, "DELETE", "/referrals/r-4/person" + WHY)
    await done(desk, "DELETE", "/referrers/f-4" + WHY, None, Role.COORDINATOR)


def told(answer: httpx.Response) -> tuple[int, str, str]:
    """Everything that an answer says, but for its own trace id."""
    own = {"x-correlation-id", "idempotent-replayed"}
    head = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status_code, answer.text, str(sorted(head.items()))


TAKEN: list[tuple[Role, str, dict[str, Any]]] = [
    *(
        (role, "/referrals", referral(told_id, person_id=person, **changed))
        for role in (Role.REFERRER, Role.FACILITATOR)
        for told_id, person, changed in (
            ("r-1", "p-9", {}),  # his own, told otherwise
            ("r-1", "p-r-1", {"feedback_agreed": False}),
            ("r-3", "p-9", {}),  # of another city and organisation
            ("r-4", "p-9", {}),
            ("r-9", "p-r-3", {}),
            ("r-9", "p-r-4", {}),  # whose name is erased
            ("r-9", "f-1", {}),  # a referrer of his own organisation, of others, and one who is erased
            ("r-9", "f-2", {}),
            ("r-9", "f-3", {}),
            ("r-9", "f-4", {}),
        )
    ),
    (Role.REFERRER, "/referrals", referral("r-2", person_id="p-9")),
    (Role.REFERRER, "/referrals", referral("r-9", person_id="p-r-2")),
    *(
        (Role.COORDINATOR, "/referrers", referrer(told_id, **changed))
        for told_id, changed in (
            ("f-1", {"name": "Iemand Anders"}),  # his own, told otherwise
            ("f-1", {"organisation_id": "org-2"}),
            ("f-2", {}),
            ("f-3", {}),  # of another city, and one who is erased
            ("f-4", {}),
            ("p-r-1", {}),  # somebody referred, in each city, and whose name is erased
            ("p-r-3", {}),
            ("p-r-4", {}),
        )
    ),
    (Role.COORDINATOR, "/organisations", organisation("org-1", name="Iets Anders")),
    (Role.COORDINATOR, "/organisations", organisation("org-3")),
]


async def test_whatever_the_reason_why_an_id_is_not_available_the_answer_is_one(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await populated(desk)
    before = [await pool.fetchval(f"select count(*) from {table}") for table in KEPT]
    answers = {
        told(await desk.ask("POST", path, body, role, key=key)): (role, body)
        for role, path, body in TAKEN
        for key in (None, "k", None)
    }
    assert len(answers) == 1, list(answers.items())
    [(status, text, _)] = answers
    assert (status, '"id-not-available"' in text, SECRET in text) == (409, True, False)
    assert [await pool.fetchval(f"select count(*) from {table}") for table in KEPT] == before


def roads() -> Iterator[Any]:
    for steps in ROADS:
        for agreed in (True, False):
            yield pytest.param(steps, agreed, id=f"{steps[-1]}-{agreed}")


@pytest.mark.parametrize(("steps", "agreed"), list(roads()))
async def test_a_referral_told_again_is_answered_as_the_first_time_however_it_went_on(
    desk: Desk, steps: list[str], *, agreed: bool
) -> None:
    body = referral(feedback_agreed=agreed)

    async def again() -> list[tuple[int, str, str]]:
        asked: list[str | None] = [None, "first", f"new-{len(seen)}"]
        return [told(await desk.ask("POST", "/referrals", body, Role.REFERRER, key=key)) for key in asked]

    seen: list[tuple[int, str, str]] = []
    seen += await again()
    await done(desk, "POST", "/referrals", referral("r-0"))
    for step in steps:
        sent = UNMET if step == "unmet" else STEPS.get(step, {"on": "2026-01-16"} | OF.get(step, {}))
        await done(desk, "POST", f"/referrals/r-1/{'intake' if step == 'unmet' else step}", sent)
        seen += await again()
    await done(desk, "DELETE", "/referrals/r-1/person" + WHY)
    seen += await again()
    assert len(set(seen)) == 1
    assert seen[0][:2] == (201, '{"version":1}')
    listed = (await desk.ask("GET", "/referrals/own", role=Role.REFERRER)).json()["items"]
    [own] = [each for each in listed if each["referral"] == "r-1"]
    assert (own["status"] is None) is not agreed


async def test_a_list_tells_a_referrer_nothing_of_a_case_without_the_persons_agreement(desk: Desk) -> None:
    await done(desk, "POST", "/referrals", referral(feedback_agreed=False))
    seen = {told(await desk.ask("GET", "/referrals/own", role=Role.REFERRER))[1]}
    for step in ("intake", "accept", "withdraw"):
        await done(desk, "POST", f"/referrals/r-1/{step}", STEPS[step])
        seen.add(told(await desk.ask("GET", "/referrals/own", role=Role.REFERRER))[1])
    assert len(seen) == 1


async def test_an_export_tells_a_facilitator_nothing_of_a_road_in_another_city(desk: Desk) -> None:
    """Neither its events, nor who looked at the name there, nor what was decided on it there."""
    await done(desk, "POST", "/referrals", referral("r-1", person_id="p-1"), Role.REFERRER)
    first = (await desk.ask("GET", "/referrals/r-1/person/export")).json()
    told_elsewhere = referral("r-2", person_id="p-1", preferred_city=OTHER_CITY, organisation_id="org-1")
    answer = await desk.ask("POST", "/referrals", told_elsewhere, Role.REFERRER)
    assert answer.status_code == 201
    for _ in range(2):
        await desk.ask("POST", "/referrals/r-2/person/look", {"why": "intake"}, city=OTHER_CITY, subject="elsewhere")
    second = (await desk.ask("GET", "/referrals/r-1/person/export")).json()
    assert second["facts"] == first["facts"]
    assert [look["by"] for look in second["looks"]] == ["synthetic-facilitator"] * 2
    whole = (await desk.ask("GET", "/referrals/r-1/person/export", role=Role.DATA_PROTECTION)).json()
    assert {event["referral_id"] for event in whole["facts"]} == {"r-1", "r-2"}
    assert [look["by"] for look in whole["looks"]].count("elsewhere") == 2
