"""Who may ask what of the carousel: every endpoint, every role, and nothing of another organisation or city."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from shared.callers import Role
from shared.days import today
from tests.carousel.desk import CITY, Desk, monday

TODAY, PERIOD = str(today()), f"since={monday(-60)}&until={monday(60)}"
STRANGERS: list[dict[str, Any]] = [
    {"organisation": "other"},
    {"organisation": "other", "city": "Brugge"},
    {"organisation": None},
]


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_those_of_the_table_get_in(desk: Desk, role: Role | None) -> None:
    for (method, path), allowed in ACCESS.items():
        answer = await desk.ask(method, path, {}, role)
        expected = {401} if role is None else {403} if role not in allowed else {200, 204, 409, 422, 404}
        assert answer.status_code in expected, (method, path, role)


async def test_the_table_names_every_endpoint(desk: Desk) -> None:
    described = (await desk.client.get("/openapi.json")).json()["paths"]
    ids = {"cycle_id": "c-1", "session_id": "c-1-2", "referral_id": "r-1", "task_id": "1"}
    endpoints = {
        (method.upper(), path.format(**ids))
        for path, methods in described.items()
        for method in methods
        if path not in {"/health/live", "/health/ready", "/metrics"}
    }
    assert endpoints == set(ACCESS)


async def stopped(desk: Desk) -> None:
    """Somebody came to a group of ours, and stopped."""
    await desk.cycle(first_on=monday(-12))
    await desk.placed("r-1")
    await desk.held("c-1-1", r_1="present")
    await desk.done("/participations/r-1/stop", {"category": "practical", "code": "work", "on": TODAY})


async def test_nobody_of_another_organisation_reads_or_changes_a_group(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await stopped(desk)
    known = await pool.fetchval("select count(*) from events")
    assert set(OF_A_GROUP) == {each for each in ACCESS if "c-1" in each[1] or "r-1" in each[1]}
    for (method, path), body in OF_A_GROUP.items():
        for stranger in STRANGERS:
            answer = await desk.ask(method, path, body, **stranger)
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), (method, path, stranger)
    assert await pool.fetchval("select count(*) from events") == known
    for (method, path), body in OF_A_GROUP.items():
        answer = await desk.ask(method, path, body)
        assert answer.status_code in {200, 204, 409}, (method, path, answer.text)


async def test_no_list_names_anybody_of_another_organisation(desk: Desk) -> None:
    await stopped(desk)
    lists = {path for method, path in ACCESS if method == "GET"} - {path for _, path in OF_A_GROUP}
    more = f"?{PERIOD}&city={CITY}&weekday=monday&part_of_day=evening&category=practical&code=work"
    for path in sorted(lists):
        answer = await desk.ask("GET", path + more, organisation="other")
        assert answer.status_code == 200, (path, answer.text)
        assert "r-1" not in answer.text, path
        assert "c-1" not in answer.text, path
    assert "c-1" in (await desk.ask("GET", f"/cycles{more}")).text


async def test_who_may_see_a_person_may_not_for_that_use_the_group_or_the_people_of_another(desk: Desk) -> None:
    await stopped(desk)
    await desk.waits("r-9")
    stranger = STRANGERS[0]
    assert (await desk.ask("GET", "/participations/r-9", **stranger)).status_code == 200
    place = {"cycle_id": "c-1", "from_on": TODAY, "on": TODAY}
    apart = {"other_id": "r-1", "on": TODAY}
    for step, body in {"place": place, "offer-place": place, "keep-apart": apart, "let-together": apart}.items():
        answer = await desk.ask("POST", f"/participations/r-9/{step}", body, **stranger)
        assert answer.status_code == 404, step


async def test_a_coordinator_reads_the_calendar_of_his_cities_and_nobody_in_it(desk: Desk) -> None:
    await desk.cycle()
    await desk.placed("r-1", from_on=today())
    calendar = f"/cycles?since={today()}&until={monday(9)}"
    answer = await desk.ask("GET", calendar, role=Role.COORDINATOR)
    assert [each["cycle"] for each in answer.json()] == ["c-1"]
    assert "r-1" not in answer.text
    assert (await desk.ask("GET", calendar, role=Role.COORDINATOR, city="Brugge")).json() == []


async def test_a_cycle_is_planned_in_ones_own_city_only(desk: Desk) -> None:
    body = {
        "cycle_id": "c-9", "offer_id": "g-force", "city": "Gent", "place": "Ergens", "part_of_day": "evening",
        "first_on": str(monday(1)), "starts": "19:00", "capacity": 8, "facilitators": ["a", "b"], "on": str(today()),
    }  # fmt: skip
    assert (await desk.ask("POST", "/cycles", body)).status_code == 404
    assert (await desk.ask("POST", "/cycles", body | {"city": CITY}, organisation=None)).status_code == 404
    assert (await desk.ask("POST", "/cycles", body | {"city": CITY})).status_code == 201


async def test_the_waiting_list_is_read_in_its_own_cities_only(desk: Desk) -> None:
    await desk.waits("r-1")
    assert [each["participation"]["referral"] for each in await desk.read("/waiting-list")] == ["r-1"]
    assert await desk.read("/waiting-list", city="Brugge") == []
    assert (await desk.ask("GET", "/participations/r-1", city="Brugge")).status_code == 404


WORK = {Role.FACILITATOR}
CALENDAR = {Role.FACILITATOR, Role.COORDINATOR}
ACCESS: dict[tuple[str, str], set[Role]] = {
    ("POST", "/offers"): {Role.COORDINATOR},
    ("GET", "/offers"): CALENDAR,
    ("POST", "/cycles"): WORK,
    ("GET", "/cycles"): CALENDAR,
    ("GET", "/cycles/c-1/board"): WORK,
    ("GET", "/cycles/c-1/proposals"): WORK,
    ("GET", "/cycles/c-1/sessions/c-1-2"): WORK,
    ("POST", "/cycles/c-1/catch-up"): WORK,
    ("POST", "/cycles/c-1/close"): WORK,
    ("GET", "/waiting-list"): WORK,
    ("GET", "/continuity"): WORK,
    ("GET", "/barriers"): WORK,
    ("GET", "/barriers/what-if"): WORK,
    ("GET", "/participations/r-1"): WORK,
    ("GET", "/participations/r-1/timeline"): WORK,
    ("GET", "/participations/r-1/forecast"): WORK,
    ("DELETE", "/participations/r-1/notes"): WORK,
    ("POST", "/participations/r-1/safety-tasks/1/close"): WORK,
    ("POST", "/participations/r-1/safety-tasks/1/note/look"): WORK,
    **{
        ("POST", f"/cycles/c-1/sessions/c-1-2/{step}"): WORK
        for step in ("move", "cancel", "cover", "hold", "correct")
    },
    **{
        ("POST", f"/participations/r-1/{step}"): WORK
        for step in (
            "offer-place", "place", "accept-place", "refuse-place", "give-back-place", "pause", "resume", "stop",
            "return", "keep-apart", "let-together",
        )
    },
    **{
        ("GET", f"/worklists/{name}"): WORK
        for name in ("unrecorded-sessions", "absent-twice", "paused-past-review", "safety-tasks")
    },
}  # fmt: skip

_DAY, _PLACE = {"on": TODAY}, {"cycle_id": "c-1", "from_on": TODAY, "on": TODAY}
_WHY = {"category": "practical", "code": "work", "on": TODAY}
_SESSION, _PERSON, _TASK = "/cycles/c-1/sessions/c-1-2", "/participations/r-1", "/participations/r-1/safety-tasks/1"
OF_A_GROUP: dict[tuple[str, str], Any] = {
    ("GET", "/cycles/c-1/board"): None,
    ("GET", "/cycles/c-1/proposals"): None,
    ("GET", _SESSION): None,
    ("POST", f"{_SESSION}/move"): {"to": str(monday(2)), "starts": "20:00", "on": TODAY},
    ("POST", f"{_SESSION}/cover"): {"absent": "f-1", "cover": "f-3", "on": TODAY},
    ("POST", f"{_SESSION}/hold"): {"attendance": [], "on": TODAY},
    ("POST", f"{_SESSION}/correct"): {"referral_id": "r-1", "mark": "absent", "on": TODAY},
    ("POST", f"{_SESSION}/cancel"): {"reason": "weather", "on": TODAY},
    ("POST", "/cycles/c-1/catch-up"): {
        "session_id": "c-1-7", "module": 2, "held_on": TODAY, "starts": "19:00", "on": TODAY,
    },
    ("POST", "/cycles/c-1/close"): _DAY,
    ("GET", _PERSON): None,
    ("GET", f"{_PERSON}/timeline"): None,
    ("GET", f"{_PERSON}/forecast"): None,
    ("POST", f"{_PERSON}/offer-place"): _PLACE,
    ("POST", f"{_PERSON}/place"): _PLACE,
    ("POST", f"{_PERSON}/accept-place"): _DAY,
    ("POST", f"{_PERSON}/refuse-place"): _WHY,
    ("POST", f"{_PERSON}/give-back-place"): {"cycle_id": "c-1", "on": TODAY},
    ("POST", f"{_PERSON}/pause"): {"review_on": str(monday(4)), "on": TODAY},
    ("POST", f"{_PERSON}/resume"): _DAY,
    ("POST", f"{_PERSON}/stop"): _WHY,
    ("POST", f"{_PERSON}/keep-apart"): {"other_id": "r-1", "on": TODAY},
    ("POST", f"{_PERSON}/let-together"): {"other_id": "r-1", "on": TODAY},
    ("POST", f"{_TASK}/close"): {"note": "Gebeld.", "on": TODAY},
    ("POST", f"{_TASK}/note/look"): None,
    ("DELETE", f"{_PERSON}/notes"): None,
    ("POST", f"{_PERSON}/return"): _DAY,
}  # fmt: skip
