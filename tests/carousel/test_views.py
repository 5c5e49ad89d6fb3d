"""The views of the carousel on a real database: what they tell, with their clock moved, and applied twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.carousel.app import SERVICE
from services.carousel.queries import participations, sessions, waiting_list
from shared.domain.clock import today
from tests.carousel.desk import ELSEWHERE, FACILITATOR, FIRST_PAGE, Desk, applied, lived, monday

PERIOD = f"since={monday(-60)}&until={monday(60)}"
TABLES = ["offers", "cycles", "sessions", "participations", "safety_tasks", "refusals"]


async def rows(pool: asyncpg.Pool[asyncpg.Record]) -> dict[str, list[str]]:
    return {each: [row[0] for row in await pool.fetch(f"select t::text from {each} t order by 1")] for each in TABLES}


async def test_facts_applied_twice_or_from_nothing_give_the_same_views(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await lived(desk)
    before = await rows(pool)
    assert all(before.values())
    async with pool.acquire() as connection:
        await applied(desk.store, connection, *SERVICE.projections)
        assert await rows(pool) == before
        await connection.execute(f"truncate {', '.join(TABLES)}")
        await applied(desk.store, connection, *SERVICE.projections, at_once=7)
    assert await rows(pool) == before


async def test_the_waiting_list_tells_how_long_and_where_the_next_place_is(desk: Desk) -> None:
    await desk.cycle()
    await desk.waits("short", monday(-1))
    await desk.waits("long", monday(-4))
    await desk.waits("mornings", monday(-2), ("monday", "morning"))
    await desk.waits("french", monday(-3), language="fr")
    told = await desk.rows("/waiting-list")
    assert [each["participation"]["referral"] for each in told] == ["long", "french", "mornings", "short"]
    assert [each["days_waited"] for each in told] == [(today() - monday(-n)).days for n in (4, 3, 2, 1)]
    places = {each["participation"]["referral"]: each["next_place"] for each in told}
    assert (places["mornings"], places["french"]) == (None, None)
    sheet = await desk.read("/cycles/c-1/sessions/c-1-1")
    last = await desk.read("/cycles/c-1/sessions/c-1-6")
    assert places["long"]["first_on"] == sheet["held_on"]
    assert places["long"]["finishes_on"] == last["held_on"]


async def test_a_free_seat_is_proposed_to_who_waits_longest_and_given_to_nobody(desk: Desk) -> None:
    await desk.cycle(capacity=2)
    await desk.placed("r-1", from_on=today())
    for name, weeks in (("short", -1), ("long", -4)):
        await desk.waits(name, monday(weeks))
    await desk.waits("mornings", monday(-9), ("monday", "morning"))
    await desk.waits("apart", monday(-9))
    await desk.done("/participations/apart/keep-apart", {"other_id": "r-1", "on": str(today())})
    proposed = await desk.rows("/cycles/c-1/proposals")
    assert [each["participation"]["referral"] for each in proposed] == ["long", "short"]
    assert {each["participation"]["status"] for each in proposed} == {"waiting"}
    await desk.placed("r-2", from_on=today())
    assert await desk.rows("/cycles/c-1/proposals") == []


async def test_the_waiting_list_moves_with_the_clock(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.cycle()
    await desk.waits("r-1")
    async with pool.acquire() as connection:
        [now] = (await waiting_list.find(connection, FACILITATOR, today(), FIRST_PAGE)).items
        [later] = (await waiting_list.find(connection, FACILITATOR, today() + timedelta(days=200), FIRST_PAGE)).items
        assert (await waiting_list.find(connection, ELSEWHERE, today(), FIRST_PAGE)).items == []
    assert (now.days_waited, later.days_waited) == (0, 200)
    assert now.next_place
    assert later.next_place is None


async def test_the_board_tells_who_has_which_modules_and_when_a_latecomer_can_finish(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-2))
    await desk.cycle("c-2", first_on=monday(12))
    await desk.placed("first")
    await desk.placed("late", from_on=today() + timedelta(days=7))
    first_sheet = await desk.read("/cycles/c-1/sessions/c-1-1")
    assert [each["referral"] for each in first_sheet["expected"]] == ["first"]
    await desk.held("c-1-1", first="present")
    board = {each["participation"]["referral"]: each for each in await desk.rows("/cycles/c-1/board")}
    assert board["first"]["participation"]["attended"] == [1]
    assert board["late"]["foreseen"]["missing"] == []
    caught_up = board["late"]["foreseen"]["catch_up"]
    assert caught_up[0] == 1
    assert board["late"]["foreseen"]["finishes_on"] > str(monday(12) - timedelta(days=1))
    assert await desk.read("/participations/late/forecast") == board["late"]["foreseen"]


async def test_a_person_is_foreseen_from_the_day_he_would_join(desk: Desk) -> None:
    await desk.cycle()
    await desk.cycle("c-2", first_on=monday(12))
    await desk.waits("r-1")
    days = {
        each["session"]: each["held_on"] for cycle in await desk.rows(f"/cycles?{PERIOD}") for each in cycle["sessions"]
    }

    async def foreseen(from_on: str) -> dict[str, Any]:
        told: dict[str, Any] = await desk.read(f"/participations/r-1/forecast?from_on={from_on}")
        return told | {"visits": [each["session"] for each in told["visits"]]}

    at_once, third = [f"c-1-{nth}" for nth in range(1, 7)], [f"c-1-{nth}" for nth in range(3, 7)]
    assert await foreseen(str(today())) == {
        "visits": at_once, "catch_up": [], "missing": [], "finishes_on": days["c-1-6"],
    }  # fmt: skip
    assert await foreseen(days["c-1-3"]) == {
        "visits": [*third, "c-2-1", "c-2-2"], "catch_up": [1, 2], "missing": [], "finishes_on": days["c-2-2"],
    }  # fmt: skip
    assert await foreseen(days["c-2-2"]) == {
        "visits": [f"c-2-{nth}" for nth in range(2, 7)], "catch_up": [], "missing": [1], "finishes_on": None,
    }  # fmt: skip
    assert await foreseen(str(monday(60))) == {
        "visits": [], "catch_up": [], "missing": [], "finishes_on": None,
    }  # fmt: skip


async def test_a_session_nobody_recorded_is_on_the_worklist_until_it_is(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.cycle(first_on=monday(-1))
    await desk.placed("r-1")
    day = date.fromisoformat((await desk.read("/cycles/c-1/sessions/c-1-1"))["held_on"])
    async with pool.acquire() as connection:
        assert (await sessions.unrecorded(connection, FACILITATOR, day, FIRST_PAGE)).items == []
        [late] = (await sessions.unrecorded(connection, FACILITATOR, day + timedelta(days=3), FIRST_PAGE)).items
        assert (late.session, late.days_late) == ("c-1-1", 3)
        assert (await sessions.unrecorded(connection, ELSEWHERE, day + timedelta(days=3), FIRST_PAGE)).items == []
    await desk.held("c-1-1", r_1="present")
    assert "c-1-1" not in [each["session"] for each in await desk.rows("/worklists/unrecorded-sessions")]


@pytest.mark.parametrize(
    ("marks", "listed"),
    [
        (["absent", "absent"], True),
        (["present", "absent"], False),
        (["absent", "excused", "absent"], True),
        (["absent", "absent", "present"], False),
    ],
)
async def test_two_absences_in_a_row_ask_for_a_call(desk: Desk, marks: list[str], listed: bool) -> None:
    await desk.cycle(first_on=monday(-12))
    await desk.placed("r-1")
    for nth, mark in enumerate(marks, 1):
        await desk.held(f"c-1-{nth}", r_1=mark)
    found = [each["referral"] for each in await desk.rows("/worklists/absent-twice")]
    assert found == (["r-1"] if listed else [])
    assert await desk.rows("/worklists/absent-twice", organisation="other") == []


async def test_a_pause_is_reviewed_once_its_day_has_passed(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.waits("r-1", monday(-4))
    review = today() + timedelta(days=10)
    await desk.done("/participations/r-1/pause", {"review_on": str(review), "on": str(today())})
    async with pool.acquire() as connection:
        assert (await participations.paused_past_review(connection, FACILITATOR, review, FIRST_PAGE)).items == []
        past = review + timedelta(days=1)
        [paused] = (await participations.paused_past_review(connection, FACILITATOR, past, FIRST_PAGE)).items
        assert paused.referral == "r-1"
        assert (await participations.paused_past_review(connection, ELSEWHERE, past, FIRST_PAGE)).items == []


async def test_a_cover_shows_in_how_steady_a_pair_is(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-12))
    await desk.placed("r-1")
    cover = {"absent": "f-2", "cover": "f-3", "on": str(monday(-12))}
    await desk.done("/cycles/c-1/sessions/c-1-2/cover", cover)
    for nth in (1, 2, 3):
        await desk.held(f"c-1-{nth}", r_1="present")
    [told] = await desk.rows(f"/continuity?{PERIOD}")
    assert (told["sessions_held"], told["held_by_the_pair"]) == (3, 2)
    assert [(each["session"], each["absent"], each["cover"]) for each in told["covers"]] == [("c-1-2", "f-2", "f-3")]
    assert await desk.rows(f"/continuity?{PERIOD}", organisation="other") == []
