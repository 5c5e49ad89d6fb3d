"""The carousel over HTTP, on a real database: who may do what, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from shared.callers import Role
from shared.days import today
from tests.carousel.desk import CITY, Desk, monday, opened

SECRET = "Onvindbare nota"  # noqa: S105 - words that must never leave notes.py


@pytest.fixture
async def desk(pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(pool, tmp_path) as desk:
        yield desk


async def test_a_person_who_attends_the_six_modules_has_completed(desk: Desk) -> None:
    await desk.offer()
    await desk.cycle(first_on=monday(-20))
    await desk.placed("r-1")
    for nth in range(1, 7):
        before = await desk.read("/participations/r-1")
        assert before["status"] == "placed"
        await desk.held(f"c-1-{nth}", r_1="present")
    after = await desk.read("/participations/r-1")
    assert (after["status"], after["attended"]) == ("completed", [1, 2, 3, 4, 5, 6])
    steps = [step["what"] for step in await desk.read("/participations/r-1/timeline")]
    assert (steps.count("ParticipationStarted"), steps.count("ParticipationCompleted")) == (1, 1)


async def test_a_correction_that_takes_a_module_away_takes_the_completion_back(desk: Desk) -> None:
    await desk.offer()
    await desk.cycle(first_on=monday(-20))
    await desk.placed("r-1")
    for nth in range(1, 7):
        await desk.held(f"c-1-{nth}", r_1="present")
    wrong = {"referral_id": "r-1", "mark": "absent", "on": str(today())}
    await desk.done("/cycles/c-1/sessions/c-1-3/correct", wrong)
    after = await desk.read("/participations/r-1")
    assert (after["status"], after["attended"]) == ("placed", [1, 2, 4, 5, 6])
    assert [step["what"] for step in await desk.read("/participations/r-1/timeline")][-1] == "CompletionRevoked"


async def test_a_place_taken_twice_is_one_place_and_one_answer(desk: Desk) -> None:
    await desk.offer()
    await desk.cycle()
    await desk.waits("r-1")
    body = {"cycle_id": "c-1", "from_on": str(today()), "on": str(today())}
    first = await desk.ask("POST", "/participations/r-1/place", body, key="k")
    again = await desk.ask("POST", "/participations/r-1/place", body, key="k")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    sheet = await desk.read("/cycles/c-1/sessions/c-1-1")
    assert sheet["expected"] == [{"referral": "r-1", "mark": None}]


async def test_a_full_cycle_says_no_and_the_person_waits_on(desk: Desk) -> None:
    await desk.offer()
    await desk.cycle(capacity=1)
    await desk.placed("r-1", from_on=today())
    await desk.waits("r-2")
    body = {"cycle_id": "c-1", "from_on": str(today()), "on": str(today())}
    refused = await desk.ask("POST", "/participations/r-2/offer-place", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "cycle-full")
    assert set(refused.json()["detail"]) == {"nl", "fr", "en"}
    assert (await desk.read("/participations/r-2"))["status"] == "waiting"


async def test_those_who_must_not_meet_are_never_placed_together_and_nobody_learns_why(desk: Desk) -> None:
    await desk.offer()
    await desk.cycle()
    await desk.placed("r-1", from_on=today())
    await desk.waits("r-2")
    await desk.done("/participations/r-2/keep-apart", {"other_id": "r-1", "on": str(today())})
    body = {"cycle_id": "c-1", "from_on": str(today()), "on": str(today())}
    refused = await desk.ask("POST", "/participations/r-2/place", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "place-not-suitable")
    assert "r-1" not in refused.text


async def test_a_note_is_sealed_and_read_by_facilitators_of_the_organisation_only(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.offer()
    await desk.cycle(first_on=monday(-3))
    await desk.placed("r-1")
    await desk.held("c-1-1", r_1="present")
    await desk.done("/participations/r-1/stop", {"category": "practical", "code": "work", "on": str(today())})
    [task] = await desk.read("/worklists/safety-tasks")
    where = f"/participations/r-1/safety-tasks/{task['task']}"
    elsewhere = await desk.ask("POST", f"{where}/close", {"on": str(today()), "note": SECRET}, organisation="other")
    assert elsewhere.status_code == 404
    await desk.done(f"{where}/close", {"on": str(today()), "note": SECRET})
    assert await desk.read("/worklists/safety-tasks") == []
    assert (await desk.ask("POST", f"{where}/note/look")).json() == {"note": SECRET}
    assert (await desk.ask("POST", f"{where}/note/look", organisation="other")).status_code == 404
    for table in await pool.fetch(
        "select table_name from information_schema.tables where table_schema = current_schema()"
    ):
        rows = await pool.fetch(f"select t::text from {table[0]} t")
        assert SECRET not in "".join(row[0] for row in rows), table[0]
    assert (await desk.ask("DELETE", "/participations/r-1/notes")).status_code == 204
    assert (await desk.ask("POST", f"{where}/note/look")).status_code == 404


async def test_a_facilitator_of_another_organisation_cannot_read_the_group(desk: Desk) -> None:
    await desk.offer()
    await desk.cycle(first_on=monday(-1))
    await desk.placed("r-1")
    for path in (
        "/cycles/c-1/board", "/cycles/c-1/sessions/c-1-1", "/cycles/c-1/proposals", "/participations/r-1",
        "/participations/r-1/timeline", "/participations/r-1/forecast",
    ):  # fmt: skip
        assert (await desk.ask("GET", path)).status_code == 200, path
        assert (await desk.ask("GET", path, organisation="other")).status_code == 404, path
        assert (await desk.ask("GET", path, organisation=None)).status_code == 404, path
    assert await desk.read(f"/cycles?since={monday(-9)}&until={monday(9)}", organisation="other") == []
    assert await desk.read("/worklists/unrecorded-sessions", organisation="other") == []
    hold = {"attendance": [["r-1", "present"]], "on": str(monday(-1))}
    other = await desk.ask("POST", "/cycles/c-1/sessions/c-1-1/hold", hold, organisation="other")
    nowhere = await desk.ask("POST", "/cycles/c-9/sessions/c-9-1/hold", hold)
    assert (other.status_code, other.json()) == (404, nowhere.json())


async def test_the_waiting_list_is_read_in_its_own_cities_only(desk: Desk) -> None:
    await desk.waits("r-1")
    assert [each["participation"]["referral"] for each in await desk.read("/waiting-list")] == ["r-1"]
    assert await desk.read("/waiting-list", city="Brugge") == []
    assert (await desk.ask("GET", "/participations/r-1", city="Brugge")).status_code == 404


async def test_a_coordinator_reads_the_calendar_of_his_cities_and_nobody_in_it(desk: Desk) -> None:
    await desk.offer()
    await desk.cycle()
    await desk.placed("r-1", from_on=today())
    calendar = f"/cycles?since={today()}&until={monday(9)}"
    answer = await desk.ask("GET", calendar, role=Role.COORDINATOR)
    assert [each["cycle"] for each in answer.json()] == ["c-1"]
    assert "r-1" not in answer.text
    assert (await desk.ask("GET", calendar, role=Role.COORDINATOR, city="Brugge")).json() == []


async def test_a_cycle_is_planned_in_ones_own_city_only(desk: Desk) -> None:
    await desk.offer()
    body = {
        "cycle_id": "c-9", "offer_id": "g-force", "city": "Gent", "place": "Ergens", "part_of_day": "evening",
        "first_on": str(monday(1)), "starts": "19:00", "capacity": 8, "facilitators": ["a", "b"], "on": str(today()),
    }  # fmt: skip
    assert (await desk.ask("POST", "/cycles", body)).status_code == 404
    assert (await desk.ask("POST", "/cycles", body | {"city": CITY}, organisation=None)).status_code == 404
    assert (await desk.ask("POST", "/cycles", body | {"city": CITY})).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [("starts", "19:00+02:00"), ("first_on", "9999-12-31"), ("place", "a\x00b"), ("city", "a\x00b"), ("capacity", 0)],
)
async def test_wrong_input_names_the_field(desk: Desk, field: str, value: object) -> None:
    body = {
        "cycle_id": "c-9", "offer_id": "g-force", "city": CITY, "place": "Ergens", "part_of_day": "evening",
        "first_on": str(monday(1)), "starts": "19:00", "capacity": 8, "facilitators": ["a", "b"], "on": str(today()),
    }  # fmt: skip
    wrong = await desk.ask("POST", "/cycles", body | {field: value})
    assert wrong.status_code == 422
    assert [each["field"] for each in wrong.json()["errors"]] == [f"body.{field}"]


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_those_of_the_table_get_in(desk: Desk, role: Role | None) -> None:
    for (method, path), allowed in ACCESS.items():
        answer = await desk.ask(method, path, {}, role)
        expected = {401} if role is None else {403} if role not in allowed else {200, 204, 409, 422, 404}
        assert answer.status_code in expected, (method, path, role)


async def test_the_table_names_every_endpoint(desk: Desk) -> None:
    described = (await desk.client.get("/openapi.json")).json()["paths"]
    ids = {"cycle_id": "c-1", "session_id": "s-1", "referral_id": "r-1", "task_id": "1"}
    endpoints = {
        (method.upper(), path.format(**ids))
        for path, methods in described.items()
        for method in methods
        if path not in {"/health/live", "/health/ready", "/metrics"}
    }
    assert endpoints == set(ACCESS)


WORK = {Role.FACILITATOR}
CALENDAR = {Role.FACILITATOR, Role.COORDINATOR}
ACCESS: dict[tuple[str, str], set[Role]] = {
    ("POST", "/offers"): {Role.COORDINATOR},
    ("GET", "/offers"): CALENDAR,
    ("POST", "/cycles"): WORK,
    ("GET", "/cycles"): CALENDAR,
    ("GET", "/cycles/c-1/board"): WORK,
    ("GET", "/cycles/c-1/proposals"): WORK,
    ("GET", "/cycles/c-1/sessions/s-1"): WORK,
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
        ("POST", f"/cycles/c-1/sessions/s-1/{step}"): WORK
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
