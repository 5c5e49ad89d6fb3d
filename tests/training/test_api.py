"""The training service over HTTP, on a real database: who may do what, and what comes back."""

from __future__ import annotations

from typing import Any

import asyncpg

from tests.training.conftest import (
    ADDRESS,
    POLICE,
    SECRET,
    TODAY,
    ZONE,
    Desk,
    attendance,
    newcomer,
    training,
)


async def test_a_trainer_plans_only_what_his_organisation_gives(desk: Desk) -> None:
    body = training() | {"on": TODAY.isoformat()}
    assert (await desk.ask("POST", "/trainings", body, organisation=POLICE)).status_code == 404
    unknown = await desk.ask("POST", "/trainings", body | {"organiser": "x"}, organisation="x")
    assert (unknown.status_code, unknown.json()["code"]) == (409, "organisation-unknown")
    first = await desk.ask("POST", "/trainings", body, key="k")
    again = await desk.ask("POST", "/trainings", body, key="k")
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, {"version": 1})


async def test_a_refusal_has_a_code_and_a_sentence_in_three_languages(desk: Desk) -> None:
    await desk.plan()
    refused = await desk.ask("POST", "/trainings/t-1/correct", attendance([]))
    assert (refused.status_code, refused.json()["code"]) == (409, "training-not-held")
    assert set(refused.json()["detail"]) == {"nl", "fr", "en"}


async def test_the_same_address_and_name_are_the_same_person(desk: Desk) -> None:
    await desk.plan(capacity=1)
    first = await desk.register(1)
    again = await desk.register(1, email=f" 1.{ADDRESS.upper()} ", name=", ".join(reversed(SECRET.split())))
    assert (first["status"], again["status"]) == ("registered", "waiting")
    (line,) = await desk.rows("/trainings/t-1/register")
    assert line["name"] == SECRET
    assert line["organisation_name"] == "Lokale politie Oostende"
    assert await desk.rows("/trainings/t-1/waiting-list") == []


async def test_the_same_person_keeps_one_id_over_trainings(desk: Desk) -> None:
    for name in ("t-1", "t-2"):
        await desk.plan(name)
        await desk.register(1, name)
    ids = {(await desk.rows(f"/trainings/{name}/register"))[0]["participant"] for name in ("t-1", "t-2")}
    assert len(ids) == 1


async def test_a_link_gives_the_place_to_the_first_who_waits_and_works_once(desk: Desk) -> None:
    await desk.plan(capacity=1)
    first, second, third = [await desk.register(number) for number in range(3)]
    assert [(each["status"], each["ahead"]) for each in (first, second, third)] == [
        ("registered", 0),
        ("waiting", 0),
        ("waiting", 1),
    ]
    taken = await desk.ask("POST", "/public/registrations/cancel", {"token": first["token"]}, None)
    again = await desk.ask("POST", "/public/registrations/cancel", {"token": first["token"]}, None)
    forged = await desk.ask("POST", "/public/registrations/cancel", {"token": "x" * 22}, None)
    assert (taken.status_code, again.json()["code"], forged.json()["code"]) == (204, "link-not-valid", "link-not-valid")
    assert (await standing(desk, second["token"]))["status"] == "registered"
    assert [line["email"] for line in await desk.rows("/trainings/t-1/waiting-list")] == [f"2.{ADDRESS}"]


async def test_who_waits_sees_by_his_link_that_he_moved_up(desk: Desk) -> None:
    await desk.plan(capacity=1)
    first, second, third = [await desk.register(number) for number in range(3)]
    assert await standing(desk, third["token"]) == {"status": "waiting", "ahead": 1}
    await desk.done("POST", "/public/registrations/cancel", {"token": first["token"]}, None)
    assert await standing(desk, second["token"]) == {"status": "registered", "ahead": 0}
    assert await standing(desk, third["token"]) == {"status": "waiting", "ahead": 0}
    assert (await standing(desk, first["token"]))["code"] == "link-not-valid"


async def test_a_trainer_takes_back_a_registration_for_who_told_him(desk: Desk) -> None:
    await desk.plan(capacity=1)
    first, second = [await desk.register(number) for number in range(2)]
    (line,) = await desk.rows("/trainings/t-1/register")
    told = {"on": TODAY.isoformat()}
    await desk.done("POST", f"/trainings/t-1/registrations/{line['participant']}/cancel", told)
    assert (await standing(desk, first["token"]))["status"] == "cancelled"
    assert (await standing(desk, second["token"]))["status"] == "registered"


async def standing(desk: Desk, token: str) -> Any:
    told = (await desk.ask("POST", "/public/registrations/standing", {"token": token}, None)).json()
    return {name: value for name, value in told.items() if name != "of"}


async def test_who_is_refused_leaves_no_name_behind(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.plan()
    await desk.done("POST", "/trainings/t-1/close-registration", {"on": TODAY.isoformat()})
    refused = await desk.ask("POST", "/public/trainings/t-1/registrations", newcomer(), None)
    unknown = await desk.ask("POST", "/public/trainings/t-1/registrations", newcomer(organisation_id="x"), None)
    assert [each.json()["code"] for each in (refused, unknown)] == ["registration-not-open", "organisation-unknown"]
    assert await pool.fetchval("select count(*) from people") == 0


async def test_names_are_sealed_and_every_look_is_kept(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    (participant,) = await desk.held(1)
    await desk.done("POST", "/trainings/t-1/correct", attendance([participant], walk_ins=[newcomer(7)]))
    for table in await pool.fetch(
        "select table_name from information_schema.tables where table_schema = current_schema()"
    ):
        rows = await pool.fetch(f"select t::text from {table[0]} t")
        text = "".join(row[0] for row in rows).lower()
        assert SECRET.lower() not in text, table[0]
        assert ADDRESS not in text, table[0]
    held = await desk.done("GET", f"/people/{participant}/export")
    assert [(each["of"], each["name"], each["confirmed"]) for each in held["names"]] == [("training-t-1", SECRET, True)]
    assert [look["why"] for look in held["looks"]] == ["register", "subject-access"]
    assert [(each["training"], each["present"]) for each in held["registrations"]] == [("t-1", True)]


async def test_an_erased_person_is_gone_and_the_counts_stay(desk: Desk) -> None:
    (participant,) = await desk.held(1)
    assert (await desk.ask("DELETE", f"/people/{participant}", organisation=POLICE)).status_code == 404
    assert (await desk.ask("DELETE", f"/people/{participant}")).status_code == 204
    (line,) = await desk.rows("/trainings/t-1/register")
    assert (line["name"], line["present"]) == (None, True)
    await desk.plan("t-2")
    await desk.register(0, "t-2")
    assert (await desk.rows("/trainings/t-2/register"))[0]["participant"] != participant


async def test_a_name_can_be_corrected_for_a_certificate(desk: Desk) -> None:
    (participant,) = await desk.held(1)
    await desk.done("PUT", f"/people/{participant}/name", {"name": "Zebedeus Vindbaar"})
    assert (await desk.rows("/trainings/t-1/register"))[0]["name"] == "Zebedeus Vindbaar"


async def test_wrong_input_names_the_field_and_never_its_value(desk: Desk) -> None:
    await desk.plan()
    wrong = await desk.ask("POST", "/public/trainings/t-1/registrations", newcomer(email=SECRET), None)
    assert wrong.status_code == 422
    assert wrong.json()["errors"] == [{"field": "body.email", "code": "string_pattern_mismatch"}]
    assert SECRET not in wrong.text


async def test_walk_ins_are_counted_by_name_or_by_sector(desk: Desk) -> None:
    (participant,) = await desk.held(1)
    more = attendance([participant], walk_ins=[newcomer(5, organisation_id=ZONE)], counted={"health": 3})
    await desk.done("POST", "/trainings/t-1/correct", more)
    (found,) = await desk.rows("/trainings")
    assert (found["status"], found["participants"], found["trainers"]) == ("held", 5, ["trainer-1"])


async def test_anybody_sees_what_is_coming_and_how_many_places_are_left(desk: Desk) -> None:
    await desk.plan(capacity=2)
    await desk.register(1)
    (found,) = await desk.rows("/public/trainings", None)
    assert (found["places_left"], found["organiser"]) == (1, "CAW Noord-West-Vlaanderen")
    calendar = await desk.ask("GET", "/calendar.ics?language=fr", None, None)
    assert "Formation de base: Intrafamiliaal geweld" in calendar.text
    assert SECRET not in calendar.text
