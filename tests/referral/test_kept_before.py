"""What was kept before values had bounds is read, listed, exported and published like everything else."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.referral.integration_events import to_integration_event
from services.referral.referrals.aggregate import REFERRAL
from shared.eventstore.event_store import event_types, recorded
from shared.eventstore.pool import open_pool
from shared.http.auth import Role
from tests.referral import examples as x
from tests.referral.desk import Desk, in_front_of, known, referral

TYPED = "Jan Peeters, die ik al lang ken"  # what a worker typed where today an id stands
PRIVACY = (Path(__file__).resolve().parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
TYPES = event_types(*REFERRAL.events)
META = json.dumps({"by": "worker-1", "correlation_id": "none"})


async def keep(pool: asyncpg.Pool[asyncpg.Record], version: int, kind: str, told: dict[str, Any]) -> None:
    await pool.execute(
        "insert into events (stream, version, type, data, meta, at) values ('referral-referral-1', $1, $2, $3, $4, $5)",
        version, kind, json.dumps(told), META, x.ASKED["at"],
    )  # fmt: skip


@pytest.mark.parametrize("year", ["0001", "0202", "9999"])
async def test_a_case_of_any_year_stops_no_list(database_url: str, tmp_path: Path, year: str) -> None:
    """As it was kept by an earlier release, whose views are built again at the start."""
    received = x.received().model_dump(mode="json") | {"received_on": f"{year}-01-05", "informed_on": f"{year}-01-04"}
    async with in_front_of(database_url, tmp_path) as desk, open_pool(database_url, 2) as pool:
        await known(desk)
        await keep(pool, 1, "ReferralReceived", received)
        planned = {"referral_id": "referral-1", "on": f"{year}-01-06", "planned_for": "9999-12-31"}
        await keep(pool, 2, "IntakePlanned", planned)
        await pool.execute("update built set version = 'cases:2 organisations:1' where what = 'views'")
        await pool.execute("insert into built values ('views', 'cases:2 organisations:1') on conflict do nothing")
    async with in_front_of(database_url, tmp_path) as desk:
        await the_lists_answer(desk)


async def the_lists_answer(desk: Desk) -> None:
    assert (await desk.ask("POST", "/referrals", referral())).status_code == 201
    async with asyncio.timeout(120):  # the views are built again while the service answers
        while len(waiting := (await desk.ask("GET", "/referrals/waiting")).json()["items"]) < 2:
            await asyncio.sleep(0.1)
    assert sorted(each["referral"] for each in waiting) == ["r-1", "referral-1"]
    for path in ("/referrals/own", "/referrals/referral-1/timeline", "/referrals/on-hold-past-review"):
        role = Role.REFERRER if path.endswith("own") else Role.FACILITATOR
        assert (await desk.ask("GET", path, role=role, organisation="elz-1")).status_code == 200, path


async def test_what_a_worker_typed_before_is_told_to_nobody(database_url: str, tmp_path: Path) -> None:
    async with in_front_of(database_url, tmp_path) as desk, open_pool(database_url, 2) as pool:
        await keep(pool, 1, "ReferralReceived", x.received().model_dump(mode="json"))
        await keep(pool, 2, "IntakeHeld", x.intake_held().model_dump(mode="json") | {"by": TYPED})
        await pool.execute("insert into cases values ('referral-1', 'person-1', 'person-1', 'f', 'o', 'Oostende', 'B',"
            " 'police', 'intake_held', '2026-01-05', null, null, true, null, null, '2026-01-12')")  # fmt: skip
        accepted = await desk.ask("POST", "/referrals/referral-1/accept", {"on": "2026-01-13"})
        assert accepted.json() == {"version": 3}
        export = await desk.ask("GET", "/referrals/referral-1/person/export")
        timeline = await desk.ask("GET", "/referrals/referral-1/timeline")
        events = [recorded(row, TYPES) for row in await pool.fetch("select * from events order by position")]
    assert [event["what"] for event in export.json()["facts"]] == ["ReferralReceived", "IntakeHeld", "ReferralAccepted"]
    assert TYPED not in export.text + timeline.text + str([to_integration_event(event) for event in events])


async def test_what_a_worker_typed_before_is_taken_out_as_the_record_of_privacy_says(
    database_url: str, tmp_path: Path
) -> None:
    """Only that text goes: the events are read as before."""
    [statement] = re.findall(r"^ +```sql\n(.+?)```", PRIVACY, re.MULTILINE | re.DOTALL)
    held = x.intake_held().model_dump(mode="json")
    typed = [TYPED, "", "x" * 65, "a\nb", "-a", "worker-1", "W_2"]
    async with in_front_of(database_url, tmp_path), open_pool(database_url, 2) as pool:
        await keep(pool, 1, "ReferralReceived", x.received().model_dump(mode="json"))
        for version, by in enumerate(typed, 2):
            await keep(pool, version, "IntakeHeld", held | {"by": by})
        before = [recorded(row, TYPES) for row in await pool.fetch("select * from events order by position")]
        await pool.execute(statement)
        rows = await pool.fetch("select * from events order by position")
    assert [recorded(row, TYPES) for row in rows] == before
    assert [json.loads(row["data"])["by"] for row in rows[1:]] == ["not-an-id"] * 5 + ["worker-1", "W_2"]


def test_every_event_of_any_day_becomes_a_message() -> None:
    for event in x.every_event():
        told = event.model_dump(mode="json")
        days = {name for name, value in told.items() if isinstance(value, str) and _is_day(value)}
        for day in ("0001-01-01", "9999-12-31"):
            read = type(event).model_validate(told | dict.fromkeys(days, day))
            assert all(date(2000, 1, 1) <= getattr(read, name) <= date(2099, 12, 31) for name in days)


def _is_day(text: str) -> bool:
    try:
        return bool(datetime.strptime(text, "%Y-%m-%d"))  # noqa: DTZ007 - a day
    except ValueError:
        return False
