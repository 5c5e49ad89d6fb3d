"""What was recorded in error is taken back over HTTP: lists, links, certificates and messages say so."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import asyncpg
from pypdf import PdfReader

from services.training.app import SERVICE
from services.training.integration_events import to_integration_event
from shared.eventstore.event_store import EventStore
from shared.eventstore.state_cache import StateCache
from shared.http.auth import Role
from shared.projections.inline import InlineProjections
from tests.training.conftest import CITY, SOON, TODAY, ZONE, Desk, attendance, newcomer
from tests.training.sides import COUNTED, ON, event
from tests.training.test_afterwards import answer, opinion
from tests.training.test_projections import rows as all_rows

COORDINATOR = Role.COORDINATOR


async def certificate(desk: Desk, person: str) -> Any:
    return await desk.ask("POST", f"/trainings/t-1/participants/{person}/certificate", ON)


def printed(pdf: bytes) -> str:
    return " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())


def code_on(pdf: bytes) -> str:
    return str(re.findall(r"[A-Za-z0-9_-]{22}", printed(pdf))[0])


async def is_valid(desk: Desk, code: str) -> bool:
    return "Dit attest is geldig." in (await desk.ask("GET", f"/certificates/{code}", None, None)).text


async def told(store: EventStore) -> list[tuple[str, Any]]:
    """What others hear, in order."""
    async with store.pool.acquire() as connection:
        events = await store.after(connection, 0, 1000)
    messages = [found.message for each in events if (found := to_integration_event(each))]
    return [(type(each).__name__, getattr(each, "present", None)) for each in messages]


async def test_a_training_held_in_error_leaves_no_trace_that_says_it_was(desk: Desk, store: EventStore) -> None:
    people = await desk.held(2)
    await desk.done("POST", "/trainings/t-1/correct", attendance(people, walk_ins=[newcomer(9)]))
    code = code_on((await certificate(desk, people[0])).content)
    asked = await desk.done("POST", "/trainings/t-1/evaluation/open", ON)
    await answer(desk, asked["tokens"][0])
    assert await is_valid(desk, code)
    await desk.done("POST", "/trainings/t-1/revoke", ON)
    assert not await is_valid(desk, code)
    lines = await desk.rows("/trainings/t-1/register")
    assert [(each["status"], each["present"]) for each in lines] == [("registered", None)] * 2
    assert (await desk.ask("GET", "/trainings/t-1/evaluation")).status_code == 404
    late = await desk.ask("POST", "/public/evaluations", opinion(asked["tokens"][1]), None)
    assert late.json()["code"] == "link-not-valid"
    (training,) = await desk.rows("/trainings")
    assert (training["status"], training["participants"], training["pitched"]) == ("open", None, None)
    assert (await told(store))[-4:] == [("ParticipationRecorded", False)] * 3 + [("TrainingRevoked", None)]
    await desk.done("POST", "/trainings/t-1/hold", attendance(people[:1]))
    assert [each["present"] for each in await desk.rows("/trainings/t-1/register")] == [True, False]
    assert not await is_valid(desk, code)
    assert (await desk.done("POST", "/trainings/t-1/evaluation/open", ON))["tokens"]
    found = await desk.done("GET", "/trainings/t-1/evaluation")
    assert (found["invited"], found["answers"]) == (1, 0)


async def test_a_training_cancelled_in_error_has_its_people_and_links_again(desk: Desk) -> None:
    await desk.plan(capacity=1)
    tokens = [(await desk.register(nth))["token"] for nth in (1, 2)]
    await desk.done("POST", "/trainings/t-1/cancel", ON | {"reason": "weather"})
    await desk.done("POST", "/trainings/t-1/reinstate", ON)
    stand = [await desk.done("POST", "/public/registrations/standing", {"token": each}, None) for each in tokens]
    assert [(each["status"], each["ahead"]) for each in stand] == [("registered", 0), ("waiting", 0)]
    assert [each["training"] for each in (await desk.done("GET", "/public/trainings", None, None))["items"]] == ["t-1"]


async def test_an_evaluation_closed_in_error_is_answered_by_new_links(desk: Desk) -> None:
    await desk.held(7)
    asked = await desk.done("POST", "/trainings/t-1/evaluation/open", ON)
    for token in asked["tokens"][:5]:
        await answer(desk, token)
    await desk.done("POST", "/trainings/t-1/evaluation/close", ON)
    again = await desk.done("POST", "/trainings/t-1/evaluation/reopen", ON)
    assert len(again["tokens"]) == 2
    assert not (await desk.done("GET", "/trainings/t-1/evaluation"))["closed"]
    await desk.done("POST", "/public/evaluations", opinion(again["tokens"][0]) | {"score": 1}, None)
    await desk.done("POST", "/trainings/t-1/evaluation/close", ON)
    found = await desk.done("GET", "/trainings/t-1/evaluation")
    assert (found["answers"], found["score"]) == (5, 8.0)


async def test_a_network_event_held_or_cancelled_in_error_stands_as_before(desk: Desk, store: EventStore) -> None:
    for name, on in (("e-1", SOON), ("e-2", TODAY)):
        await desk.done("POST", "/network-events", event(CITY, on) | {"event_id": name}, COORDINATOR)
        await desk.done("POST", f"/public/network-events/{name}/registrations", newcomer(1), None)
    await desk.done("POST", "/network-events/e-1/cancel", ON | {"reason": "weather"}, COORDINATOR)
    await desk.done("POST", "/network-events/e-2/hold", COUNTED, COORDINATOR)
    for path in ("e-1/reinstate", "e-2/revoke"):
        await desk.done("POST", f"/network-events/{path}", ON, COORDINATOR)
    found = await desk.rows("/network-events", COORDINATOR)
    assert [(each["status"], each["by_sector"], each["guests"]) for each in found] == [("planned", None, 1)] * 2
    assert [name for name, _ in await told(store)] == ["NetworkEventHeld", "NetworkEventRevoked"]
    await desk.done("POST", "/network-events/e-2/hold", COUNTED, COORDINATOR)
    moved = ON | {key: event(CITY, TODAY)[key] for key in ("city", "day")} | {"place": "Huis"}
    await desk.done("POST", "/network-events/e-2/correct-day", moved, COORDINATOR)
    held = await desk.rows("/network-events", COORDINATOR)
    assert [(each["status"], each["place"]) for each in held if each["event"] == "e-2"] == [("held", "Huis")]


async def test_a_meeting_and_its_decisions_are_taken_back_and_corrected(desk: Desk, store: EventStore) -> None:
    met = ON | {"city": CITY, "partners": [ZONE]}
    at = "/steering-meetings/m-1"
    await desk.done("POST", f"{at}/hold", met, COORDINATOR)
    said = ON | {"text": "Een avondgroep", "owner": ZONE, "due": SOON.isoformat()}
    for name in ("d-1", "d-2", "d-3"):
        await desk.done("POST", f"{at}/decisions", said | {"decision_id": name}, COORDINATOR)
    await desk.done("PUT", f"{at}/decisions/d-1", said | {"text": "Twee avondgroepen"}, COORDINATOR)
    await desk.done("POST", f"{at}/decisions/d-2/done", ON, COORDINATOR)
    await desk.done("POST", f"{at}/decisions/d-2/reopen", ON, COORDINATOR)
    await desk.done("POST", f"{at}/decisions/d-3/revoke", ON, COORDINATOR)
    left = await desk.rows("/decisions/open", COORDINATOR)
    assert [(each["decision"], each["text"]) for each in left] == [
        ("d-1", "Twee avondgroepen"),
        ("d-2", "Een avondgroep"),
    ]
    await desk.done("POST", f"{at}/revoke", ON, COORDINATOR)
    assert await desk.rows("/decisions/open", COORDINATOR) == []
    assert await desk.rows("/steering-meetings", COORDINATOR) == []
    assert [name for name, _ in await told(store)] == ["SteeringMeetingHeld", "SteeringMeetingRevoked"]
    elsewhere = await desk.ask("POST", f"{at}/hold", met | {"city": "Brugge"}, COORDINATOR, "Brugge")
    assert elsewhere.status_code == 404


async def test_a_meeting_planned_in_error_is_on_no_list(desk: Desk) -> None:
    plan = ON | {"meeting_id": "m-1", "city": CITY, "planned_for": SOON.isoformat()}
    await desk.done("POST", "/steering-meetings", plan, COORDINATOR)
    await desk.done("POST", "/steering-meetings/m-1/cancel", ON, COORDINATOR)
    assert await desk.rows("/steering-meetings", COORDINATOR) == []
    await desk.done("POST", "/steering-meetings", plan, COORDINATOR)
    assert [each["held"] for each in await desk.rows("/steering-meetings", COORDINATOR)] == [False]


async def test_what_was_taken_back_is_the_same_when_it_is_read_anew(
    desk: Desk, store: EventStore, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    people = await desk.held(2)
    partly = [{"participant_id": people[0], "days": [(TODAY - timedelta(days=1)).isoformat()]}]
    await desk.done("POST", "/trainings/t-1/correct", attendance(people[1:], partly=partly, walk_ins=[newcomer(9)]))
    await desk.done("POST", "/trainings/t-1/revoke", ON)
    await desk.done("POST", "/trainings/t-1/hold", attendance(people[:1]))
    before = await all_rows(pool)
    projections = InlineProjections(SERVICE.projections, SERVICE.aggregates)
    async with store.pool.acquire() as connection:
        for table in before:
            await connection.execute(f"delete from {table}")
        await projections.apply_all(connection, await store.after(connection, 0, 1000), StateCache())
    assert await all_rows(pool) == before
