"""The projections of the trainings on a real database: events applied twice, or again from nothing, tell the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.training.app import SERVICE
from services.training.queries import partners, registrations
from shared.eventstore.event_store import EventStore
from shared.eventstore.state_cache import StateCache
from shared.http.auth import Role
from shared.projections.inline import InlineProjections
from tests.training.conftest import CITY, ORGANISER, SECRET, SOON, TODAY, ZONE, Desk, attendance, newcomer, training

TABLES = [
    "trainings", "registrations", "certificates", "evaluations", "network_events", "guests", "meetings", "decisions",
    "partner_terms",
]  # fmt: skip
ON = {"on": TODAY.isoformat()}
EARLIER = (TODAY - timedelta(days=9)).isoformat()


async def rows(pool: asyncpg.Pool[asyncpg.Record]) -> dict[str, list[str]]:
    return {each: [row[0] for row in await pool.fetch(f"select t::text from {each} t order by 1")] for each in TABLES}


async def lived(desk: Desk) -> None:
    """Trainings, a network event, a meeting and a partner of which something was taken back or said again."""
    await given(desk)
    await coming(desk)
    await coordinated(desk)


async def given(desk: Desk) -> None:
    people = await desk.held(6)
    for participant in people[:2]:
        await desk.done("POST", f"/trainings/t-1/participants/{participant}/certificate", ON)
    await desk.done("POST", "/trainings/t-1/evaluation/open", ON)
    seen = attendance(people[1:], walk_ins=[newcomer(9)], counted={"health": 2})
    await desk.done("POST", "/trainings/t-1/correct", seen)
    await desk.done("POST", f"/trainings/t-1/participants/{people[1]}/certificate", ON)
    await desk.done("POST", "/trainings/t-1/evaluation/open", ON)
    await desk.done("POST", "/trainings/t-1/evaluation/close", ON)


async def coming(desk: Desk) -> None:
    await desk.plan("t-2", capacity=2)
    tokens = [(await desk.register(number, "t-2"))["token"] for number in range(5)]
    for token in (tokens[0], tokens[3]):
        await desk.done("POST", "/public/registrations/cancel", {"token": token}, None)
    await desk.register(0, "t-2")
    await desk.done("POST", "/trainings/t-2/set-capacity", ON | {"capacity": 3})
    days = training(on=SOON + timedelta(days=7))["days"]
    await desk.done("POST", "/trainings/t-2/move", ON | {"city": CITY, "place": "Bibliotheek", "days": days})
    await desk.plan("t-3")
    await desk.done("POST", "/trainings/t-3/cancel", ON | {"reason": "no_room"})


async def coordinated(desk: Desk) -> None:
    async def say(path: str, body: dict[str, Any]) -> None:
        await desk.done("POST", path, body, Role.COORDINATOR)

    day = {"on": EARLIER, "begins": "09:00", "ends": "12:00"}
    event = {"title": "Samen", "city": CITY, "place": "Kursaal", "speakers": [SECRET], "on": EARLIER, "day": day}
    counted = ON | {"by_sector": {"police": 12}, "organisations": [ZONE]}
    await say("/network-events", event | {"event_id": "e-1"})
    await say("/network-events/e-1/hold", counted)
    await say("/network-events/e-1/correct", counted | {"by_sector": {"police": 11, "health": 3}})
    later = event | {"event_id": "e-2", "day": day | {"on": SOON.isoformat()}}
    await say("/network-events", later)
    token = (await desk.done("POST", "/public/network-events/e-2/registrations", newcomer(), None))["token"]
    await desk.done("POST", "/public/network-events/e-2/registrations", newcomer(2), None)
    await desk.done("POST", "/public/registrations/cancel", {"token": token}, None)
    await say("/network-events/e-2/move", ON | {"city": CITY, "place": "Casino", "day": later["day"]})
    await say("/network-events", later | {"event_id": "e-3"})
    await say("/network-events/e-3/cancel", ON | {"reason": "weather"})
    await say("/steering-meetings", {"meeting_id": "m-1", "on": EARLIER, "city": CITY, "planned_for": EARLIER})
    meeting = {"on": EARLIER, "city": CITY, "partners": [ORGANISER, ZONE]}
    await say("/steering-meetings/m-1/hold", meeting)
    await say("/steering-meetings/m-1/correct", meeting | {"release": "release-1"})
    for name in ("d-1", "d-2"):
        decision = {"decision_id": name, "text": "Een avondgroep", "owner": ZONE, "due": SOON.isoformat()}
        await say("/steering-meetings/m-1/decisions", decision | {"on": EARLIER})
    await say("/steering-meetings/m-1/decisions/d-2/done", ON)
    await say(f"/partners/{ZONE}/join", {"role": "primary_care", "since": "2024-06-01"})
    await say(f"/partners/{ZONE}/join", {"role": "other", "since": "2025-06-01"})
    await say(f"/partners/{ZONE}/leave", {"until": EARLIER})


async def test_events_applied_twice_or_from_nothing_give_the_same_rows(
    desk: Desk, store: EventStore, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await lived(desk)
    before = await rows(pool)
    assert all(before.values())
    projections = InlineProjections(SERVICE.projections, SERVICE.aggregates)
    async with pool.acquire() as connection:
        events = await store.after(connection, 0, 10_000)
        await projections.apply_all(connection, events, StateCache())
        assert await rows(pool) == before
        await connection.execute(f"truncate {', '.join(TABLES)}")
        states = StateCache()
        for first in range(0, len(events), 7):
            await projections.apply_all(connection, events[first : first + 7], states)
    assert await rows(pool) == before


async def test_the_tables_of_the_test_are_those_of_the_projections() -> None:
    created = {
        line.split()[5] for each in SERVICE.projections for line in each.schema.splitlines() if "create table" in line
    }
    assert created == set(TABLES)


async def test_the_register_keeps_the_order_in_which_people_came_and_who_came_back_is_last(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await coming(desk)
    async with pool.acquire() as connection:
        placed = [each.participant for each in await registrations.register(connection, "t-2")]
        waiting = [each.participant for each in await registrations.waiting(connection, "t-2")]
    lines = await desk.rows("/trainings/t-2/register")
    assert [each["participant"] for each in lines] == placed
    assert [each["email"].partition(".")[0] for each in lines] == ["1", "2", "4"]
    assert len(waiting) == 1


@pytest.mark.parametrize(
    ("on", "found"), [("2024-05-31", None), ("2024-06-01", "primary_care"), ("2025-06-01", "other"), (EARLIER, None)]
)
async def test_a_partner_has_the_role_of_the_day(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], on: str, found: str | None
) -> None:
    await coordinated(desk)
    async with pool.acquire() as connection:
        roles = [each.role for each in await partners.find(connection, TODAY.fromisoformat(on), "", 100)]
    assert roles == ([found] if found else [])
