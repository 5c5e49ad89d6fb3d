"""The views of the carousel on a real database: what they tell, with their clock moved, and applied twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.carousel.views import participations, safety_tasks, sessions, waiting_list
from shared.callers import Caller, Role
from shared.days import today
from tests.carousel.desk import CITY, ORGANISATION, VIEWS, Desk, monday, opened

FACILITATOR = Caller("f-1", Role.FACILITATOR, ORGANISATION, frozenset({CITY}))
ELSEWHERE = Caller("f-9", Role.FACILITATOR, "other", frozenset({"Brugge"}))
PERIOD = f"since={monday(-60)}&until={monday(60)}"
TABLES = ["offers", "cycles", "sessions", "participations", "safety_tasks", "refusals"]


@pytest.fixture
async def desk(pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(pool, tmp_path) as desk:
        await desk.offer()
        yield desk


async def rows(pool: asyncpg.Pool[asyncpg.Record]) -> dict[str, list[str]]:
    return {each: [row[0] for row in await pool.fetch(f"select t::text from {each} t order by 1")] for each in TABLES}


async def lived(desk: Desk) -> None:
    """A cycle in which somebody came, somebody refused, somebody stopped and somebody never came."""
    await desk.cycle(first_on=monday(-12))
    for name in ("r-1", "r-2", "r-3"):
        await desk.placed(name)
    await desk.held("c-1-1", r_1="present", r_2="present", r_3="absent")
    stop = {"category": "practical", "code": "work", "on": str(today())}
    await desk.done("/participations/r-2/stop", stop)
    for nth in range(2, 7):
        await desk.held(f"c-1-{nth}", r_1="present", r_3="absent")
    await desk.done("/cycles/c-1/close", {"on": str(today())})
    await desk.cycle("c-2")
    await desk.waits("r-4")
    offer = {"cycle_id": "c-2", "from_on": str(today()), "on": str(today())}
    await desk.done("/participations/r-4/offer-place", offer)
    refusal = {"category": "practical", "code": "hours", "on": str(today())}
    await desk.done("/participations/r-4/refuse-place", refusal)


async def test_facts_applied_twice_or_from_nothing_give_the_same_views(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await lived(desk)
    before = await rows(pool)
    assert all(before.values())
    async with pool.acquire() as connection:
        facts = await desk.store.after(connection, 0, 10_000)
        for view in VIEWS:
            await view.apply(connection, facts)
        assert await rows(pool) == before
        await connection.execute(f"truncate {', '.join(TABLES)}")
        for first in range(0, len(facts), 7):
            for view in VIEWS:
                await view.apply(connection, facts[first : first + 7])
    assert await rows(pool) == before


async def test_the_waiting_list_tells_how_long_and_where_the_next_place_is(desk: Desk) -> None:
    await desk.cycle()
    await desk.waits("short", monday(-1))
    await desk.waits("long", monday(-4))
    await desk.waits("mornings", monday(-2), ("monday", "morning"))
    await desk.waits("french", monday(-3), language="fr")
    told = await desk.read("/waiting-list")
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
    proposed = await desk.read("/cycles/c-1/proposals")
    assert [each["participation"]["referral"] for each in proposed] == ["long", "short"]
    assert {each["participation"]["status"] for each in proposed} == {"waiting"}
    await desk.placed("r-2", from_on=today())
    assert await desk.read("/cycles/c-1/proposals") == []


async def test_the_waiting_list_moves_with_the_clock(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.cycle()
    await desk.waits("r-1")
    async with pool.acquire() as connection:
        [now] = await waiting_list.find(connection, FACILITATOR, today())
        [later] = await waiting_list.find(connection, FACILITATOR, today() + timedelta(days=200))
        assert await waiting_list.find(connection, ELSEWHERE, today()) == []
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
    board = {each["participation"]["referral"]: each for each in await desk.read("/cycles/c-1/board")}
    assert board["first"]["participation"]["attended"] == [1]
    assert board["late"]["foreseen"]["missing"] == []
    caught_up = board["late"]["foreseen"]["catch_up"]
    assert caught_up[0] == 1
    assert board["late"]["foreseen"]["finishes_on"] > str(monday(12) - timedelta(days=1))
    assert await desk.read("/participations/late/forecast") == board["late"]["foreseen"]


async def test_a_session_nobody_recorded_is_on_the_worklist_until_it_is(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.cycle(first_on=monday(-1))
    await desk.placed("r-1")
    day = date.fromisoformat((await desk.read("/cycles/c-1/sessions/c-1-1"))["held_on"])
    async with pool.acquire() as connection:
        assert await sessions.unrecorded(connection, FACILITATOR, day) == []
        [late] = await sessions.unrecorded(connection, FACILITATOR, day + timedelta(days=3))
        assert (late.session, late.days_late) == ("c-1-1", 3)
        assert await sessions.unrecorded(connection, ELSEWHERE, day + timedelta(days=3)) == []
    await desk.held("c-1-1", r_1="present")
    assert "c-1-1" not in [each["session"] for each in await desk.read("/worklists/unrecorded-sessions")]


@pytest.mark.parametrize(
    ("marks", "listed"),
    [
        (["absent", "absent"], True),
        (["present", "absent"], False),
        (["absent", "excused", "absent"], True),
        (["absent", "absent", "present"], False),
    ],
)
async def test_two_absences_in_a_row_ask_for_a_call(desk: Desk, marks: list[str], listed: bool) -> None:  # noqa: FBT001
    await desk.cycle(first_on=monday(-12))
    await desk.placed("r-1")
    for nth, mark in enumerate(marks, 1):
        await desk.held(f"c-1-{nth}", r_1=mark)
    found = [each["referral"] for each in await desk.read("/worklists/absent-twice")]
    assert found == (["r-1"] if listed else [])
    assert await desk.read("/worklists/absent-twice", organisation="other") == []


async def test_a_pause_is_reviewed_once_its_day_has_passed(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.waits("r-1", monday(-4))
    review = today() + timedelta(days=10)
    await desk.done("/participations/r-1/pause", {"review_on": str(review), "on": str(today())})
    async with pool.acquire() as connection:
        assert await participations.paused_past_review(connection, FACILITATOR, review) == []
        past = review + timedelta(days=1)
        [paused] = await participations.paused_past_review(connection, FACILITATOR, past)
        assert paused.referral == "r-1"
        assert await participations.paused_past_review(connection, ELSEWHERE, past) == []


async def test_silence_and_a_stop_open_tasks_that_fall_due(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await lived(desk)
    async with pool.acquire() as connection:
        tasks = await safety_tasks.find(connection, FACILITATOR, today())
        assert {(each.referral, each.cause, each.overdue) for each in tasks} == {
            ("r-2", "stopped", False),
            ("r-3", "silence", False),
        }
        later = await safety_tasks.find(connection, FACILITATOR, tasks[0].due_on + timedelta(days=1))
        assert all(each.overdue for each in later)
        assert await safety_tasks.find(connection, ELSEWHERE, today()) == []


async def test_a_cover_shows_in_how_steady_a_pair_is(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-12))
    await desk.placed("r-1")
    cover = {"absent": "f-2", "cover": "f-3", "on": str(monday(-12))}
    await desk.done("/cycles/c-1/sessions/c-1-2/cover", cover)
    for nth in (1, 2, 3):
        await desk.held(f"c-1-{nth}", r_1="present")
    [told] = await desk.read(f"/continuity?{PERIOD}")
    assert (told["sessions_held"], told["held_by_the_pair"]) == (3, 2)
    assert [(each["session"], each["absent"], each["cover"]) for each in told["covers"]] == [("c-1-2", "f-2", "f-3")]
    assert await desk.read(f"/continuity?{PERIOD}", organisation="other") == []


async def refused(desk: Desk, name: str, code: str, *slots: tuple[str, str]) -> None:
    await desk.waits(name, None, *slots)
    offer = {"cycle_id": "c-1", "from_on": str(today()), "on": str(today())}
    await desk.done(f"/participations/{name}/offer-place", offer)
    refusal = {"category": "practical", "code": code, "on": str(today())}
    await desk.done(f"/participations/{name}/refuse-place", refusal)


async def what_if(desk: Desk, weekday: str, code: str, **how: Any) -> tuple[int, int]:
    asked = f"city={CITY}&{PERIOD}&weekday={weekday}&part_of_day=morning&category=practical&code={code}"
    told = await desk.read(f"/barriers/what-if?{asked}", **how)
    return told["did_not_start"], told["would_have_fitted"]


async def test_the_barrier_table_counts_people_and_another_slot_tells_whom_it_would_have_fitted(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.cycle()
    await refused(desk, "r-1", "hours", ("friday", "morning"))
    await refused(desk, "r-2", "hours", ("sunday", "morning"))
    await refused(desk, "r-3", "childcare", ("friday", "morning"))
    await pool.execute(
        "insert into referrals values ('r-9', $1, 'nl', '{friday/morning}', true, $2, 'practical', 'hours')",
        CITY,
        today(),
    )
    table = await desk.read(f"/barriers?city={CITY}&{PERIOD}")
    assert [(each["code"], each["weekday"], each["place"], each["people"]) for each in table] == [
        ("hours", "monday", "Huis van het Kind", 2),
        ("childcare", "monday", "Huis van het Kind", 1),
        ("hours", None, None, 1),
    ]
    assert await what_if(desk, "friday", "hours") == (3, 2)
    assert await what_if(desk, "tuesday", "hours") == (3, 0)
    assert await what_if(desk, "friday", "hours", city="Brugge") == (0, 0)
    assert await desk.read(f"/barriers?city={CITY}&{PERIOD}", city="Brugge") == []


async def test_who_refused_once_and_started_later_met_no_barrier(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-1))
    await refused(desk, "r-1", "hours", ("monday", "evening"))
    place = {"cycle_id": "c-1", "from_on": str(monday(-1)), "on": str(today())}
    await desk.done("/participations/r-1/place", place)
    assert len(await desk.read(f"/barriers?city={CITY}&{PERIOD}")) == 1
    await desk.held("c-1-1", r_1="present")
    assert await desk.read(f"/barriers?city={CITY}&{PERIOD}") == []
