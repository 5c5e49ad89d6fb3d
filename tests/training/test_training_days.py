"""A series of days: attendance is told per day, and a certificate says the days and hours that somebody was there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.training.app import SERVICE
from shared.eventstore.event_store import EventStore
from shared.eventstore.state_cache import StateCache
from shared.projections.inline import InlineProjections
from tests.training.conftest import TODAY, Desk, attendance, newcomer
from tests.training.sides import ON
from tests.training.test_exports import exported
from tests.training.test_undo import certificate, code_on, is_valid, printed

DAYS = [TODAY - timedelta(days=ago) for ago in (9, 6, 3)]
BEGUN = {"on": DAYS[0].isoformat()}


def slots(days: list[date]) -> list[dict[str, str]]:
    return [{"on": each.isoformat(), "begins": "09:00", "ends": "12:30"} for each in days]


async def series(desk: Desk, people: int, **changed: Any) -> list[str]:
    """Three mornings, with so many registered; their ids."""
    await desk.plan("t-1", DAYS[0], days=slots(DAYS), **changed)
    for number in range(people):
        await desk.done("POST", "/trainings/t-1/registrations", newcomer(number) | BEGUN)
    return [line["participant"] for line in await desk.rows("/trainings/t-1/register")]


def partly(person: str, *days: int) -> dict[str, Any]:
    return {"participant_id": person, "days": [DAYS[nth].isoformat() for nth in days]}


async def test_who_missed_a_day_has_the_hours_he_was_there_when_that_is_enough(desk: Desk) -> None:
    whole, two, one = await series(desk, 3, days_required=2)
    there = attendance([whole], partly=[partly(two, 2, 0), partly(one, 1)])
    await desk.done("POST", "/trainings/t-1/hold", there)
    lines = await desk.rows("/trainings/t-1/register")
    assert [(each["present"], each["days"] and len(each["days"])) for each in lines] == [
        (True, None),
        (True, 2),
        (True, 1),
    ]
    papers = [await certificate(desk, each) for each in (whole, two, one)]
    assert [each.status_code for each in papers] == [200, 200, 409]
    assert papers[2].json()["code"] == "too-few-days"
    assert ["10,5 uur" in printed(papers[0].content), "7 uur" in printed(papers[1].content)] == [True, True]
    assert (await desk.rows("/trainings"))[0]["participants"] == 3


async def test_every_day_is_needed_unless_it_is_said_otherwise(desk: Desk) -> None:
    (person,) = await series(desk, 1)
    await desk.done("POST", "/trainings/t-1/hold", attendance([], partly=[partly(person, 0, 1)]))
    assert (await certificate(desk, person)).json()["code"] == "too-few-days"
    await desk.done("POST", "/trainings/t-1/require-days", ON | {"days_required": 2})
    code = code_on((await certificate(desk, person)).content)
    assert await is_valid(desk, code)
    await desk.done("POST", "/trainings/t-1/require-days", ON | {"days_required": None})
    assert not await is_valid(desk, code)


async def test_other_days_than_the_certificate_says_end_it(desk: Desk) -> None:
    (person,) = await series(desk, 1, days_required=1)
    await desk.done("POST", "/trainings/t-1/hold", attendance([person]))
    code = code_on((await certificate(desk, person)).content)
    await desk.done("POST", "/trainings/t-1/correct", attendance([], partly=[partly(person, 0, 1)]))
    assert not await is_valid(desk, code)
    assert "7 uur" in printed((await certificate(desk, person)).content)


async def test_a_wrong_day_of_a_series_is_corrected_after_it_was_given(desk: Desk) -> None:
    (person,) = await series(desk, 1, days_required=1)
    await desk.done("POST", "/trainings/t-1/hold", attendance([], partly=[partly(person, 1)]))
    code = code_on((await certificate(desk, person)).content)
    right = DAYS[1] + timedelta(days=1)
    days = {"city": "Oostende", "place": "Stadhuis", "days": slots([DAYS[0], right, DAYS[2]])}
    await desk.done("POST", "/trainings/t-1/correct-days", ON | days)
    assert not await is_valid(desk, code)
    (line,) = await desk.rows("/trainings/t-1/register")
    assert line["days"] == [right.isoformat()]
    refused = await desk.ask("POST", "/trainings/t-1/move", ON | days)
    assert refused.json()["code"] == "training-already-held"


async def test_who_walks_in_on_the_last_day_is_told_so(desk: Desk) -> None:
    await series(desk, 0)
    walked_in = newcomer(9) | {"days": [DAYS[2].isoformat()]}
    await desk.done("POST", "/trainings/t-1/hold", attendance([], walk_ins=[walked_in]))
    (line,) = await desk.rows("/trainings/t-1/register")
    assert (line["status"], line["days"]) == ("walked_in", [DAYS[2].isoformat()])


@pytest.mark.parametrize("day", [TODAY, DAYS[0] - timedelta(days=1)])
async def test_a_day_that_is_none_of_the_training_is_refused(desk: Desk, day: date) -> None:
    (person,) = await series(desk, 1)
    there = attendance([], partly=[{"participant_id": person, "days": [day.isoformat()]}])
    refused = await desk.ask("POST", "/trainings/t-1/hold", there)
    assert (refused.status_code, refused.json()["code"]) == (409, "day-not-of-training")


async def test_sheet_and_register_have_a_column_a_day(desk: Desk) -> None:
    (person,) = await series(desk, 1)
    heads = [f"{day:%d/%m/%Y}" for day in DAYS]
    head, line = await exported(desk, "sign-in-sheet")
    assert head[-3:] == [f"Handtekening {each}" for each in heads]
    assert line[-3:] == [""] * 3
    await desk.done("POST", "/trainings/t-1/hold", attendance([], partly=[partly(person, 0, 2)]))
    head, line = await exported(desk, "register.csv")
    assert head[-3:] == [f"Aanwezig {each}" for each in heads]
    assert line[-3:] == ["ja", "nee", "ja"]


async def test_what_was_stored_before_days_were_told_apart_counts_for_all_of_them(
    desk: Desk, store: EventStore, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    (person,) = await series(desk, 1)
    await desk.done("POST", "/trainings/t-1/hold", attendance([person]))
    await pool.execute("update events set data = data - 'days' where type = 'ParticipationRecorded'")
    await pool.execute("update events set data = data - 'days_required' where type = 'TrainingPlanned'")
    async with store.pool.acquire() as connection:
        events = await store.after(connection, 0, 1000)
        await InlineProjections(SERVICE.projections, SERVICE.aggregates).apply_all(connection, events, StateCache())
    assert "10,5 uur" in printed((await certificate(desk, person)).content)
