"""The rights of a person, whole: all that is held is told, corrected, not used or forgotten; what is to come ends."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, get_args

import asyncpg
import pytest

from services.training.app import SERVICE
from services.training.personal_data.store import People
from shared.eventstore.event_store import EventStore
from shared.eventstore.state_cache import StateCache
from shared.http.auth import Role
from shared.i18n.text import Language
from shared.projections.inline import InlineProjections
from tests.training.conftest import ADDRESS, CITY, SECRET, TODAY, ZONE, Desk, attendance, newcomer
from tests.training.sides import ON, event
from tests.training.test_projections import rows as all_rows
from tests.training.test_undo import certificate

PROTECTION, COORDINATOR = Role.DATA_PROTECTION, Role.COORDINATOR
NURSE: dict[str, Any] = {"sector": "health", "function": "nurse", "language": "fr"}


async def standing(desk: Desk, token: str) -> Any:
    return (await desk.ask("POST", "/public/registrations/standing", {"token": token}, None)).json()


async def attended(desk: Desk) -> str:
    """A nurse who was there, is certified, was asked, and comes to an event; his id."""
    await desk.plan("t-1", TODAY)
    await desk.register(1, **NURSE)
    (line,) = await desk.rows("/trainings/t-1/register")
    await desk.done("POST", "/trainings/t-1/hold", attendance([line["participant"]]))
    await certificate(desk, line["participant"])
    await desk.done("POST", "/trainings/t-1/evaluation/open", ON)
    await desk.done("POST", "/network-events", event(CITY) | {"event_id": "e-1"}, COORDINATOR)
    await desk.done("POST", "/public/network-events/e-1/registrations", newcomer(1, **NURSE), None)
    return str(line["participant"])


async def test_all_that_the_service_holds_of_somebody_is_told(desk: Desk) -> None:
    person = await attended(desk)
    told = await desk.done("GET", f"/people/{person}/export", None, PROTECTION)
    (training,) = told["registrations"]
    assert {name: training[name] for name in ("training", "sector", "function", "language", "organisation")} == {
        "training": "t-1",
        "sector": "health",
        "function": "nurse",
        "language": "fr",
        "organisation": "police-1",
    }
    assert (training["present"], training["asked"], training["on"]) == (True, True, [TODAY.isoformat()])
    assert training["certificates"] == [{"issued_on": TODAY.isoformat(), "revoked_on": None}]
    (guest,) = told["network_events"]
    assert (guest["event"], guest["function"], guest["speaks"]) == ("e-1", "nurse", False)
    assert {(each["of"], each["name"], each["linked"]) for each in told["names"]} == {
        ("training-t-1", SECRET, True),
        ("event-e-1", SECRET, True),
    }
    assert {"register", "certificate", "subject-access"} <= {each["why"] for each in told["looks"]}


@pytest.mark.parametrize("language", get_args(Language))
async def test_it_is_told_as_a_page_too_that_he_can_read(desk: Desk, language: Language) -> None:
    person = await attended(desk)
    answer = await desk.ask("GET", f"/people/{person}/export.html?language={language}", role=PROTECTION)
    said = {
        "nl": ("Verpleegkundige", "Attest van", "Gezondheid"),
        "fr": ("Infirmier", "Attestation du", "Santé"),
        "en": ("Nurse", "Certificate of", "Health"),
    }[language]
    assert [each for each in (SECRET, ADDRESS, *said) if each.casefold() not in answer.text.casefold()] == []
    assert answer.headers["cache-control"] == "no-store"
    assert "attachment" in answer.headers["content-disposition"]


async def test_a_speaker_and_a_trainer_are_told_what_is_held_of_them(desk: Desk) -> None:
    await desk.done("POST", "/network-events", event(CITY) | {"event_id": "e-1"}, COORDINATOR)
    await desk.plan()
    (speaker,) = await desk.rows("/network-events/e-1/speakers", COORDINATOR)
    told = await desk.done("GET", f"/people/{speaker['participant']}/export", None, COORDINATOR)
    assert [(each["event"], each["speaks"]) for each in told["network_events"]] == [("e-1", True)]
    trainer = await desk.done("GET", "/people/trainer-1/export", None, PROTECTION)
    assert (trainer["trains"], trainer["names"]) == (["t-1"], [])
    assert (await desk.ask("GET", "/people/trainer-1/export")).status_code == 404


async def test_what_somebody_is_in_his_work_is_corrected_and_the_counts_follow(
    desk: Desk, store: EventStore, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    people = await desk.held(2)
    body = ON | {"organisation_id": ZONE, **NURSE}
    await desk.done("PUT", f"/trainings/t-1/registrations/{people[0]}", body)
    await desk.done("PUT", f"/trainings/t-1/registrations/{people[0]}", body)
    line, _ = await desk.rows("/trainings/t-1/register")
    assert (line["organisation"], line["sector"], line["function"]) == (ZONE, "health", "nurse")
    held = await pool.fetchval(
        "select data->>'by_sector' from events where type = 'TrainingHeld' order by position desc"
    )
    assert json.loads(held) == {"health": 1, "police": 1}
    stranger = await desk.ask("PUT", "/trainings/t-1/registrations/pro-nobody", body)
    assert stranger.json()["code"] == "registration-unknown"
    before = await all_rows(pool)
    async with store.pool.acquire() as connection:
        events = await store.after(connection, 0, 1000)
        await InlineProjections(SERVICE.projections, SERVICE.aggregates).apply_all(connection, events, StateCache())
    assert await all_rows(pool) == before


async def test_a_wrong_address_is_corrected_and_he_is_known_by_the_right_one(desk: Desk) -> None:
    for name in ("t-1", "t-2"):
        await desk.plan(name)
    await desk.register(1)
    (line,) = await desk.rows("/trainings/t-1/register")
    right = {"name": SECRET, "email": f"2.{ADDRESS}"}
    await desk.done("PUT", f"/people/{line['participant']}/name", right)
    assert (await desk.rows("/trainings/t-1/register"))[0]["email"] == right["email"]
    await desk.register(2, "t-2")
    assert (await desk.rows("/trainings/t-2/register"))[0]["participant"] == line["participant"]


async def test_who_is_erased_gives_back_what_is_to_come_and_the_next_moves_up(desk: Desk) -> None:
    await desk.plan(capacity=1)
    await desk.plan("t-2", capacity=1)
    tokens = {number: (await desk.register(number))["token"] for number in (1, 2)}
    for number in (2, 1):
        await desk.register(number, "t-2")
    (line,) = await desk.rows("/trainings/t-1/register")
    person = line["participant"]
    await desk.done("DELETE", f"/people/{person}", None)
    assert [each["email"] for each in await desk.rows("/trainings/t-1/register")] == [f"2.{ADDRESS}"]
    assert await desk.rows("/trainings/t-2/waiting-list") == []
    assert (await standing(desk, tokens[1]))["code"] == "link-not-valid"
    assert (await standing(desk, tokens[2]))["status"] == "registered"
    (erased,) = await desk.rows("/erasures", PROTECTION)
    assert erased["settled"] == ["training-t-1", "training-t-2"]
    assert SECRET not in json.dumps(erased)


async def test_a_guest_who_is_erased_leaves_his_place(desk: Desk) -> None:
    await desk.done("POST", "/network-events", event(CITY) | {"event_id": "e-1", "capacity": 1}, COORDINATOR)
    at = "/public/network-events/e-1/registrations"
    await desk.done("POST", at, newcomer(1), None)
    (guest,) = await desk.rows("/network-events/e-1/guests", COORDINATOR)
    await desk.done("DELETE", f"/people/{guest['participant']}", None, COORDINATOR)
    await desk.done("POST", at, newcomer(2), None)
    assert len(await desk.rows("/network-events/e-1/guests", COORDINATOR)) == 1


async def test_who_is_erased_after_a_day_that_nobody_recorded_was_there_all_the_same(desk: Desk) -> None:
    """Told late: what took place is not lost because a name is."""
    await desk.plan("t-1", TODAY - timedelta(days=1))
    body = newcomer(1) | {"on": (TODAY - timedelta(days=1)).isoformat()}
    await desk.done("POST", "/trainings/t-1/registrations", body)
    (line,) = await desk.rows("/trainings/t-1/register")
    await desk.done("DELETE", f"/people/{line['participant']}", None)
    await desk.done("POST", "/trainings/t-1/hold", attendance([line["participant"]]))
    (found,) = await desk.rows("/trainings")
    assert found["participants"] == 1
    (erased,) = await desk.rows("/erasures", PROTECTION)
    assert erased["settled"] == []


async def test_what_is_not_to_be_used_is_on_no_list_and_no_certificate_and_still_told_to_him(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    people = await desk.held(2)
    use = f"/people/{people[0]}/restriction"
    await desk.done("PUT", use, {"restricted": True})
    line, other = await desk.rows("/trainings/t-1/register")
    assert (line["name"], line["email"], line["restricted"], other["name"]) == (None, None, True, SECRET)
    refused = await certificate(desk, people[0])
    assert (refused.status_code, refused.json()["code"]) == (409, "use-restricted")
    told = await desk.done("GET", f"/people/{people[0]}/export", None, PROTECTION)
    assert [(each["name"], each["restricted"]) for each in told["names"]] == [(SECRET, True)]
    assert [each["restricted"] for each in told["restrictions"]] == [True]
    assert SECRET not in "".join(row[0] for row in await pool.fetch("select t::text from restrictions t"))
    await desk.done("PUT", use, {"restricted": False})
    assert (await certificate(desk, people[0])).status_code == 200


async def test_what_is_not_to_be_used_is_not_proposed_to_be_erased(
    desk: Desk, service: Any, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    people = await desk.held(2)
    await pool.execute("update people set kept_from = '2001-01-01'")
    await desk.done("PUT", f"/people/{people[0]}/restriction", {"restricted": True})
    store: People = service[0].state.personal_data
    async with pool.acquire() as connection:
        assert await store.due(connection, 365) == [people[1]]
