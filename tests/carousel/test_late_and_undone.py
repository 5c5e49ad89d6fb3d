"""Over HTTP on a real database: told late, taken back, in the order of time, and passed on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.carousel.projections import cycles, participations, safety_tasks
from shared.domain.clock import today
from tests.carousel.desk import Desk, applied, monday

TODAY = str(today())
WHY = {"category": "practical", "code": "work", "on": TODAY}
REVIEW = str(today() + timedelta(days=30))
LEAVING: dict[str, dict[str, Any]] = {
    "stop": WHY,
    "pause": {"review_on": REVIEW, "on": TODAY},
    "give-back-place": {"cycle_id": "c-1", "on": TODAY},
    "withdrawn": {},
    "on_hold": {},
}


async def both_placed(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-4))
    for name in ("r-1", "r-2"):
        await desk.placed(name)


@pytest.mark.parametrize("how", LEAVING)
async def test_a_session_that_is_over_is_recorded_with_who_left_since(desk: Desk, how: str) -> None:
    await both_placed(desk)
    await desk.held("c-1-1", r_1="absent" if how in {"withdrawn", "on_hold"} else "present", r_2="present")
    if how in {"withdrawn", "on_hold"}:
        await desk.leaves("r-1", "withdrawn" if how == "withdrawn" else "on_hold")
    else:
        await desk.done(f"/participations/r-1/{how}", LEAVING[how])
    sheet = await desk.read("/cycles/c-1/sessions/c-1-2")
    assert [each["referral"] for each in sheet["expected"]] == ["r-1", "r-2"]
    await desk.held("c-1-2", r_1="present", r_2="present")
    found = await desk.read("/participations/r-1")
    assert 2 in found["attended"]
    assert found["started_on"] is not None
    ahead = await desk.read("/cycles/c-1/sessions/c-1-6")
    assert [each["referral"] for each in ahead["expected"]] == ["r-2"]
    wrong = {"referral_id": "r-1", "mark": "excused", "on": TODAY}
    await desk.done("/cycles/c-1/sessions/c-1-2/correct", wrong)
    assert 2 not in (await desk.read("/participations/r-1"))["attended"]


async def test_what_was_recorded_in_error_is_taken_back_and_can_be_built_again(desk: Desk, pool: Any) -> None:
    await both_placed(desk)
    await desk.held("c-1-1", r_1="present", r_2="absent")
    await desk.done("/participations/r-1/stop", WHY)
    assert len(await desk.rows("/worklists/safety-tasks")) == 1
    await desk.done("/participations/r-1/revoke-stop", {"on": TODAY})
    assert await desk.rows("/worklists/safety-tasks") == []
    assert (await desk.read("/participations/r-1"))["status"] == "placed"
    await desk.done("/cycles/c-1/sessions/c-1-1/reopen", {"on": TODAY})
    found = await desk.read("/participations/r-1")
    assert (found["started_on"], found["attended"], found["status"]) == (None, [], "placed")
    sheet = await desk.read("/cycles/c-1/sessions/c-1-1")
    assert {each["referral"]: each["mark"] for each in sheet["expected"]} == {"r-1": None, "r-2": None}
    await desk.done("/cycles/c-1/sessions/c-1-1/cancel", {"reason": "weather", "on": TODAY})
    await desk.done("/cycles/c-1/sessions/c-1-1/reinstate", {"on": TODAY})
    await desk.held("c-1-1", r_1="present", r_2="present")
    day = {"held_on": str(monday(-4) + timedelta(days=1)), "starts": "18:00", "on": TODAY}
    await desk.done("/cycles/c-1/sessions/c-1-1/correct-day", day)
    assert (await desk.read("/participations/r-2"))["started_on"] == day["held_on"]
    await desk.done("/cycles/c-1/cancel", {"reason": "other", "on": TODAY})
    assert (await desk.read("/participations/r-2"))["status"] == "waiting"
    for nth in range(2, 7):
        await desk.done(f"/cycles/c-1/sessions/c-1-{nth}/reinstate", {"on": TODAY})
    assert (await desk.read("/participations/r-2"))["status"] == "placed"
    tables = ("cycles", "sessions", "participations", "safety_tasks")
    before = [await pool.fetch(f"select * from {each} order by 1, 2") for each in tables]
    async with pool.acquire() as connection:
        await connection.execute(f"truncate {', '.join(tables)}")
        await applied(desk.store, connection, cycles.PROJECTION, participations.PROJECTION, safety_tasks.PROJECTION)
    assert [await pool.fetch(f"select * from {each} order by 1, 2") for each in tables] == before


async def test_a_year_that_slips_is_refused_and_the_day_named(desk: Desk) -> None:
    await both_placed(desk)
    slip = {"to": str(monday(-4) - timedelta(days=364)), "starts": "19:00", "on": TODAY}
    refused = await desk.ask("POST", "/cycles/c-1/sessions/c-1-1/move", slip)
    assert (refused.status_code, refused.json()["code"]) == (409, "date-before-cycle")
    assert refused.json()["about"] == {"day": slip["to"]}
    await desk.held("c-1-1", r_1="present", r_2="present")
    early = await desk.ask("POST", "/participations/r-1/stop", WHY | {"on": str(monday(-4) - timedelta(days=1))})
    assert early.json()["code"] == "date-before-start"
    await desk.held("c-1-2", r_1="present", r_2="present")
    between = await desk.ask("POST", "/participations/r-1/stop", WHY | {"on": str(monday(-4))})
    assert between.json()["code"] == "stop-before-attendance"
    assert between.json()["about"] == {"session": "c-1-2", "attended_on": str(monday(-3))}


async def test_an_id_of_a_session_tells_one_session_everywhere(desk: Desk) -> None:
    await desk.cycle("c-1")
    await desk.cycle("c-2", organisation="other")
    again = {"session_id": "again", "module": 1, "held_on": str(monday(9)), "starts": "19:00", "on": TODAY}
    await desk.done("/cycles/c-1/catch-up", again)
    await desk.done("/cycles/c-1/catch-up", again)
    for taken in ("again", "c-1-3"):
        refused = await desk.ask("POST", "/cycles/c-2/catch-up", again | {"session_id": taken}, organisation="other")
        assert (refused.status_code, refused.json()["code"]) == (409, "id-not-available")
    await desk.done("/cycles/c-1/catch-up", again | {"session_id": "c-3-2"})
    with pytest.raises(AssertionError, match="id-not-available"):
        await desk.cycle("c-3")


async def test_a_capacity_is_what_everybody_reads(desk: Desk) -> None:
    await desk.cycle()
    await desk.placed("r-1", from_on=today())
    await desk.waits("r-2")
    await desk.done("/cycles/c-1/capacity", {"capacity": 1, "on": TODAY})
    place = {"cycle_id": "c-1", "from_on": TODAY, "on": TODAY}
    assert (await desk.ask("POST", "/participations/r-2/place", place)).json()["code"] == "cycle-full"
    [waiting] = await desk.rows("/waiting-list")
    assert waiting["next_place"] is None
    await desk.done("/cycles/c-1/capacity", {"capacity": 2, "on": TODAY})
    await desk.done("/cycles/c-1/sessions/c-1-2/capacity", {"capacity": 3, "on": TODAY})
    [cycle] = await desk.rows(f"/cycles?since={monday(0)}&until={monday(9)}")
    assert [each["seats_free"] for each in cycle["sessions"]] == [1, 2, 1, 1, 1, 1]
    await desk.done("/participations/r-2/place", place)
    refused = await desk.ask("POST", "/cycles/c-1/capacity", {"capacity": 1, "on": TODAY})
    assert refused.json()["code"] == "capacity-under-seated"


async def test_who_leaves_passes_his_groups_on_and_the_tasks_stay_with_those_who_go_on(desk: Desk) -> None:
    await both_placed(desk)
    await desk.held("c-1-1", r_1="present", r_2="present")
    await desk.done("/participations/r-1/stop", WHY)
    await desk.done("/cycles/c-1/facilitators", {"facilitators": ["f-2", "f-7"], "on": TODAY})
    sheet = await desk.read("/cycles/c-1/sessions/c-1-6")
    assert sheet["facilitators"] == ["f-2", "f-7"]
    [task] = await desk.rows("/worklists/safety-tasks")
    await desk.done(f"/participations/r-1/safety-tasks/{task['task']}/close", {"note": "Gebeld.", "on": TODAY})
