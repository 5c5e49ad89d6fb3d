"""A stop, or silence during a whole cycle, asks a human to look; what he found stays sealed in the service."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from cryptography.fernet import Fernet

from services.carousel import personal_data
from services.carousel.projections import cycles, participations, safety_tasks
from services.carousel.queries import safety_tasks as open_tasks
from shared.domain.clock import today
from shared.eventstore.migrations import migrate
from shared.privacy.encryption import FieldCipher
from tests.carousel.desk import ELSEWHERE, FACILITATOR, FIRST_PAGE, Desk, applied, lived, monday

SECRET = "Onvindbare nota"  # noqa: S105 - words that must never leave notes.py
OTHER: dict[str, Any] = {"organisation": "other"}


async def came_and_stopped(desk: Desk) -> str:
    """Somebody came once and stopped; returns where his task is."""
    await desk.cycle(first_on=monday(-3))
    await desk.placed("r-1")
    await desk.held("c-1-1", r_1="present")
    await desk.done("/participations/r-1/stop", {"category": "practical", "code": "work", "on": str(today())})
    [task] = await desk.rows("/worklists/safety-tasks")
    return f"/participations/r-1/safety-tasks/{task['task']}"


async def test_silence_and_a_stop_open_tasks_that_fall_due(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await lived(desk)
    async with pool.acquire() as connection:
        tasks = (await open_tasks.find(connection, FACILITATOR, today(), FIRST_PAGE)).items
        assert {(each.referral, each.cause, each.overdue) for each in tasks} == {
            ("r-2", "stopped", False),
            ("r-3", "silence", False),
        }
        later = await open_tasks.find(connection, FACILITATOR, tasks[0].due_on + timedelta(days=1), FIRST_PAGE)
        assert all(each.overdue for each in later.items)
        assert (await open_tasks.find(connection, ELSEWHERE, today(), FIRST_PAGE)).items == []


async def test_a_task_is_closed_with_a_note_or_not_at_all(desk: Desk) -> None:
    where = await came_and_stopped(desk)
    bodies: list[dict[str, Any]] = [{}, {"note": ""}, {"note": "  "}, {"note": None}]
    for body in bodies:
        answer = await desk.ask("POST", f"{where}/close", {"on": str(today())} | body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.note")
    assert len(await desk.rows("/worklists/safety-tasks")) == 1
    assert (await desk.ask("POST", f"{where}/note/look")).status_code == 404


async def test_a_note_is_sealed_and_read_by_facilitators_of_the_organisation_only(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], capfd: pytest.CaptureFixture[str]
) -> None:
    where = await came_and_stopped(desk)
    elsewhere = await desk.ask("POST", f"{where}/close", {"on": str(today()), "note": SECRET}, organisation="other")
    assert elsewhere.status_code == 404
    await desk.done(f"{where}/close", {"on": str(today()), "note": SECRET})
    assert await desk.rows("/worklists/safety-tasks") == []
    assert (await desk.ask("POST", f"{where}/note/look")).json() == {"note": SECRET}
    assert SECRET not in "".join(capfd.readouterr())
    assert (await desk.ask("POST", f"{where}/note/look", organisation="other")).status_code == 404
    for table in await pool.fetch(
        "select table_name from information_schema.tables where table_schema = current_schema()"
    ):
        rows = await pool.fetch(f"select t::text from {table[0]} t")
        assert SECRET not in "".join(row[0] for row in rows), table[0]
    assert (await desk.ask("DELETE", "/participations/r-1/notes")).status_code == 204
    assert (await desk.ask("POST", f"{where}/note/look")).status_code == 404


async def test_a_task_that_is_closed_keeps_its_note_and_says_so(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    where = await came_and_stopped(desk)
    first = {"on": str(today()), "note": SECRET}
    for _ in range(2):
        await desk.done(f"{where}/close", first)
    other = await desk.ask("POST", f"{where}/close", first | {"note": "Een andere nota"})
    assert (other.status_code, other.json()["code"]) == (409, "safety-task-already-closed")
    assert (await desk.ask("POST", f"{where}/note/look")).json() == {"note": SECRET}
    assert (await desk.ask("DELETE", "/participations/r-1/notes")).status_code == 204
    await desk.done(f"{where}/close", first | {"note": "Een andere nota"})
    assert await pool.fetchval("select count(*) from notes") == 0


async def test_who_erases_the_notes_of_a_person_forgets_what_was_answered_about_him(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    where = await came_and_stopped(desk)
    await desk.waits("r-2")
    await desk.done(f"{where}/close", {"on": str(today()), "note": SECRET}, key="k-1")
    pause = {"review_on": str(monday(4)), "on": str(today())}
    await desk.done("/participations/r-2/pause", pause, key="k-2")
    assert (await desk.ask("DELETE", "/participations/r-1/notes")).status_code == 204
    rows = await pool.fetch("select stream from idempotency_keys where stream like 'participation-%'")
    assert [row[0] for row in rows] == ["participation-r-2"]


async def test_a_note_falls_due_by_the_days_of_belgium(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await migrate(pool, [personal_data.MIGRATIONS])
    kept = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # the second of March in Belgium
    await pool.execute("insert into notes values ('r-1', '1', 'x', 'f-1', $1)", kept)
    register = personal_data.Notes(FieldCipher(Fernet.generate_key()))
    async with pool.acquire() as connection:
        for zone in ("UTC", "America/New_York", "Asia/Tokyo"):
            await connection.execute(f"set timezone to '{zone}'")
            assert await register.due(connection, 10, date(2026, 3, 12)) == []
            assert await register.due(connection, 10, date(2026, 3, 13)) == ["r-1"]


async def test_every_look_at_a_note_is_kept(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    where = await came_and_stopped(desk)
    await desk.done(f"{where}/close", {"on": str(today()), "note": SECRET})
    assert await pool.fetchval("select count(*) from note_looks") == 0
    await desk.ask("POST", f"{where}/note/look")
    await desk.ask("POST", f"{where}/note/look", **OTHER)
    looks = await pool.fetch("select referral, task, by from note_looks")
    assert [tuple(look) for look in looks] == [("r-1", "1", "synthetic-facilitator")]


async def test_a_task_stays_with_those_in_whose_group_it_arose_wherever_he_goes_next(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    where = await came_and_stopped(desk)
    await desk.done(f"{where}/close", {"on": str(today()), "note": SECRET})
    await desk.done("/participations/r-1/return", {"on": str(today())})
    await desk.cycle("c-9", **OTHER)
    place = {"cycle_id": "c-9", "from_on": str(today()), "on": str(today())}
    await desk.done("/participations/r-1/place", place, **OTHER)
    async with pool.acquire() as connection:
        await connection.execute("truncate cycles, sessions, participations, safety_tasks")
        projections = (cycles.PROJECTION, participations.PROJECTION, safety_tasks.PROJECTION)
        await applied(desk.store, connection, *projections)
    assert (await desk.ask("POST", f"{where}/note/look", **OTHER)).status_code == 404
    assert (await desk.ask("DELETE", "/participations/r-1/notes", **OTHER)).status_code == 204
    assert (await desk.ask("POST", f"{where}/note/look")).json() == {"note": SECRET}
    assert (await desk.ask("DELETE", "/participations/r-1/notes")).status_code == 204
    assert (await desk.ask("POST", f"{where}/note/look")).status_code == 404


async def test_silence_found_by_a_correction_after_the_cycle_is_looked_at_too(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-12))
    await desk.placed("r-1")
    for nth in range(1, 7):
        await desk.held(f"c-1-{nth}", r_1="present" if nth == 1 else "absent")
    await desk.done("/cycles/c-1/close", {"on": str(today())})
    assert await desk.rows("/worklists/safety-tasks") == []
    wrong = {"referral_id": "r-1", "mark": "absent", "on": str(today())}
    await desk.done("/cycles/c-1/sessions/c-1-1/correct", wrong)
    [task] = await desk.rows("/worklists/safety-tasks")
    assert (task["cause"], task["due_on"]) == ("silence", str(today() + timedelta(days=7)))


async def test_who_has_his_notes_erased_is_gone_from_the_answers_that_are_kept(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await came_and_stopped(desk)
    kept = "select count(*) from idempotency_keys where stream = 'participation-r-1'"
    assert await pool.fetchval(kept) > 0
    assert (await desk.ask("DELETE", "/participations/r-1/notes")).status_code == 204
    assert await pool.fetchval(kept) == 0
