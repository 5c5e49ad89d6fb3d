"""A name is in the hands of who gives the training or event it was written for, whoever writes it elsewhere."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from shared.http.auth import Role
from tests.training.conftest import (
    ADDRESS,
    CITY,
    FOREIGN,
    FOREIGN_CITY,
    POLICE,
    SECRET,
    TODAY,
    Desk,
    attendance,
    newcomer,
)
from tests.training.sides import ON, Names, Side, event, foreign, own

GUESSED = "Wie Dan Ook"
PROTECTION = Role.DATA_PROTECTION


async def written_elsewhere(desk: Desk, side: Side, number: int = 0) -> str:
    """Somebody of `side` writes an address into what he gives; the id of its person."""
    names = await side.planned()
    at = f"/trainings/{names['training_id']}"
    await side.done("POST", f"{at}/open-registration", ON)
    await side.done("POST", f"{at}/registrations", newcomer(number, name=GUESSED) | ON)
    (line,) = await desk.rows(f"{at}/register", city=side.city, organisation=side.organisation)
    assert line["name"] == GUESSED
    return str(line["participant"])


async def exported(desk: Desk, person: str, role: Role = Role.TRAINER, side: Side | None = None) -> Any:
    side = side or own(desk)
    answer = await desk.ask("GET", f"/people/{person}/export", None, role, side.city, side.organisation)
    assert answer.is_success, answer.text
    return answer.json()


async def test_who_types_an_address_sees_what_he_wrote_and_no_more(desk: Desk) -> None:
    (person,) = await desk.held(1)
    assert await written_elsewhere(desk, foreign(desk)) == person
    theirs = await exported(desk, person, side=foreign(desk))
    assert [each["name"] for each in theirs["names"]] == [GUESSED]
    assert {each["why"] for each in theirs["looks"]} == {"register", "subject-access"}
    assert [each["training"] for each in theirs["registrations"]] != ["t-1"]
    assert "t-1" not in str(theirs)
    assert SECRET not in str(theirs)
    mine = await exported(desk, person)
    assert ([each["name"] for each in mine["names"]], [each["training"] for each in mine["registrations"]]) == (
        [SECRET],
        ["t-1"],
    )
    assert len({each["by"] for each in mine["looks"]}) == 1


async def test_who_types_an_address_neither_renames_nor_erases_it_elsewhere(desk: Desk) -> None:
    (person,) = await desk.held(1)
    await written_elsewhere(desk, foreign(desk))
    renamed = await desk.ask("PUT", f"/people/{person}/name", {"name": "Z"}, city=FOREIGN_CITY, organisation=FOREIGN)
    assert renamed.status_code == 204
    assert (await desk.rows("/trainings/t-1/register"))[0]["name"] == SECRET
    gone = await desk.ask("DELETE", f"/people/{person}", city=FOREIGN_CITY, organisation=FOREIGN)
    assert gone.status_code == 204
    (line,) = await desk.rows("/trainings/t-1/register")
    assert (line["name"], line["email"]) == (SECRET, f"0.{ADDRESS}")


async def test_a_coordinator_who_invites_an_address_sees_nothing_of_its_trainings(desk: Desk) -> None:
    (person,) = await desk.held(1)
    body = event(CITY) | {"event_id": "e-1"}
    await desk.done("POST", "/network-events", body, Role.COORDINATOR)
    await desk.done("POST", "/public/network-events/e-1/registrations", newcomer(name=GUESSED), None)
    (guest,) = await desk.rows("/network-events/e-1/guests", Role.COORDINATOR)
    assert (guest["participant"], guest["name"]) == (person, GUESSED)
    held = await exported(desk, person, Role.COORDINATOR)
    assert ([each["of"] for each in held["names"]], held["registrations"]) == (["event-e-1"], [])
    await desk.done("DELETE", f"/people/{person}", None, Role.COORDINATOR)
    assert (await desk.rows("/trainings/t-1/register"))[0]["name"] == SECRET


async def test_a_person_is_forgotten_when_each_who_holds_his_name_erases_it(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    (person,) = await desk.held(1)
    await written_elsewhere(desk, foreign(desk))
    await desk.done("POST", f"/people/{person}/erasure-request", None)
    await desk.done("DELETE", f"/people/{person}", None)
    assert await pool.fetchval("select count(*) from addresses") == 1
    asked = await desk.rows("/erasure-requests", city=FOREIGN_CITY, organisation=FOREIGN)
    assert [each["person"] for each in asked] == [person]
    assert await desk.rows("/erasure-requests") == []
    assert [each["person"] for each in await desk.rows("/erasure-requests", PROTECTION)] == [person]
    gone = await desk.ask("DELETE", f"/people/{person}", city=FOREIGN_CITY, organisation=FOREIGN)
    assert gone.status_code == 204
    for table in ("addresses", "people", "erasure_requests"):
        assert await pool.fetchval(f"select count(*) from {table}") == 0
    assert await desk.rows("/erasure-requests", PROTECTION) == []


async def test_an_erasure_is_recorded_by_id_and_never_by_name(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    (person,) = await desk.held(1)
    await desk.done("DELETE", f"/people/{person}", None)
    again = await desk.ask("DELETE", f"/people/{person}")
    assert again.status_code == 404
    (erased,) = await desk.rows("/erasures", PROTECTION)
    assert (erased["person"], erased["of"], erased["by"]) == (person, ["training-t-1"], "synthetic-trainer")
    for table in ("erasures", "erasure_requests", "idempotency_keys", "entries"):
        rows = await pool.fetch(f"select t::text from {table} t")
        assert SECRET not in "".join(row[0] for row in rows)


async def test_asking_that_somebody_is_forgotten_does_not_tell_who_else_holds_him(desk: Desk) -> None:
    (person,) = await desk.held(1)
    alone = await desk.ask("POST", f"/people/{person}/erasure-request")
    await written_elsewhere(desk, foreign(desk))
    shared = await desk.ask("POST", f"/people/{person}/erasure-request")
    assert (alone.status_code, alone.text) == (shared.status_code, shared.text) == (204, "")


async def test_the_contact_for_data_protection_corrects_and_erases_everywhere(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    (person,) = await desk.held(1)
    await written_elsewhere(desk, foreign(desk))
    held = await exported(desk, person, PROTECTION)
    assert [each["name"] for each in held["names"]] == [SECRET, GUESSED]
    assert len(held["registrations"]) == 2
    await desk.done("PUT", f"/people/{person}/name", {"name": "Zo Is Het"}, PROTECTION)
    assert (await desk.rows("/trainings/t-1/register"))[0]["name"] == "Zo Is Het"
    await desk.done("DELETE", f"/people/{person}", None, PROTECTION)
    assert await pool.fetchval("select count(*) from people") == 0
    assert await pool.fetchval("select count(*) from addresses") == 0


async def test_a_speaker_is_read_corrected_exported_and_erased_by_who_coordinates_the_event(desk: Desk) -> None:
    await desk.done("POST", "/network-events", event(CITY) | {"event_id": "e-1"}, Role.COORDINATOR)
    (speaker,) = await desk.rows("/network-events/e-1/speakers", Role.COORDINATOR)
    assert speaker["name"] == "Wannes Spreker"
    at = f"/people/{speaker['participant']}"
    for role, city in ((Role.COORDINATOR, FOREIGN_CITY), (Role.TRAINER, CITY)):
        assert (await desk.ask("PUT", f"{at}/name", {"name": "X"}, role, city)).status_code == 404
    await desk.done("PUT", f"{at}/name", {"name": "Wannes Goed"}, Role.COORDINATOR)
    assert (await desk.rows("/network-events/e-1/speakers", Role.COORDINATOR))[0]["name"] == "Wannes Goed"
    held = await exported(desk, speaker["participant"], Role.COORDINATOR)
    assert ([each["name"] for each in held["names"]], [each["event"] for each in held["network_events"]]) == (
        ["Wannes Goed"],
        ["e-1"],
    )
    await desk.done("DELETE", at, None, Role.COORDINATOR)
    assert (await desk.rows("/network-events/e-1/speakers", Role.COORDINATOR))[0]["name"] is None


async def confirmable(desk: Desk, names: Names) -> Any:
    path = f"/trainings/{names['training_id']}/participants/{names['participant_id']}/certificate"
    return await desk.ask("POST", path, ON)


async def over_with(desk: Desk, *people: dict[str, Any]) -> Names:
    """A training that begins today, for which these registered one after another without a token."""
    await desk.plan("t-1", TODAY)
    for body in people:
        await desk.done("POST", "/public/trainings/t-1/registrations", body, None)
    line, *_ = await desk.rows("/trainings/t-1/register")
    return {"training_id": "t-1", "participant_id": line["participant"]}


async def test_a_stranger_who_writes_an_address_first_does_not_fix_the_name_on_a_certificate(desk: Desk) -> None:
    """Each stands under the name that he wrote, and who was there is certified under his own."""
    for body in (newcomer(name=GUESSED), newcomer()):
        await over_with(desk, body)
    stranger, himself = await desk.rows("/trainings/t-1/register")
    assert [(each["name"], each["other_names"]) for each in (stranger, himself)] == [(GUESSED, []), (SECRET, [])]
    await desk.done("POST", "/trainings/t-1/hold", attendance([himself["participant"]]))
    told = [
        await confirmable(desk, {"training_id": "t-1", "participant_id": each["participant"]})
        for each in (stranger, himself)
    ]
    assert [each.status_code for each in told] == [409, 200]


async def test_several_names_that_an_earlier_version_kept_of_one_need_one_that_is_confirmed(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    names = await over_with(desk, newcomer(name=GUESSED))
    await over_with(desk, newcomer(1))
    people = [line["participant"] for line in await desk.rows("/trainings/t-1/register")]
    await pool.execute("update entries set person = $1 where person = $2", *people)
    await desk.done("POST", "/trainings/t-1/hold", attendance([people[0]]))
    refused = await confirmable(desk, names)
    assert (refused.status_code, refused.json()["code"]) == (409, "name-not-confirmed")
    await desk.done("PUT", f"/people/{people[0]}/name", {"name": SECRET})
    line, _ = await desk.rows("/trainings/t-1/register")
    assert (line["name"], line["other_names"], line["name_confirmed"]) == (SECRET, [], True)
    assert (await confirmable(desk, names)).status_code == 200


async def test_who_is_named_at_the_door_is_called_so_whatever_was_written_before(desk: Desk) -> None:
    names = await over_with(desk, newcomer(name=GUESSED, sector="health", function="nurse"))
    await desk.done("POST", "/trainings/t-1/hold", attendance([], walk_ins=[newcomer()]))
    (line,) = await desk.rows("/trainings/t-1/register")
    assert (line["name"], line["other_names"], line["name_confirmed"]) == (SECRET, [GUESSED], True)
    assert (line["sector"], line["status"], line["present"]) == ("police", "registered", True)
    (found,) = await desk.rows("/trainings")
    assert found["participants"] == 1
    assert (await confirmable(desk, names)).status_code == 200


async def test_a_name_written_once_or_however_spaced_is_one_name(desk: Desk) -> None:
    names = await over_with(desk, newcomer(), newcomer(name=f"  {SECRET.upper()} "))
    await desk.done("POST", "/trainings/t-1/hold", attendance([names["participant_id"]]))
    assert (await desk.rows("/trainings/t-1/register"))[0]["other_names"] == []
    assert (await confirmable(desk, names)).status_code == 200


@pytest.mark.parametrize("first", [True, False])
async def test_a_stranger_takes_back_his_own_request_only(desk: Desk, first: bool) -> None:
    await desk.plan()
    tokens = [(await desk.register(0, name=name))["token"] for name in (GUESSED, SECRET)]
    await desk.done("POST", "/public/registrations/cancel", {"token": tokens[0 if first else 1]}, None)
    (line,) = await desk.rows("/trainings/t-1/register")
    assert (line["name"], line["other_names"]) == (SECRET if first else GUESSED, [])
    await desk.done("POST", "/public/registrations/cancel", {"token": tokens[1 if first else 0]}, None)
    assert await desk.rows("/trainings/t-1/register") == []


async def test_who_takes_his_registration_back_is_forgotten(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.plan()
    token = (await desk.register(0))["token"]
    await desk.done("POST", "/public/registrations/cancel", {"token": token}, None)
    for table in ("people", "addresses", "entries"):
        assert await pool.fetchval(f"select count(*) from {table}") == 0


async def test_a_link_that_is_renewed_is_the_only_one(desk: Desk) -> None:
    await desk.plan(capacity=1)
    old = [(await desk.register(0))["token"] for _ in range(3)]
    (line,) = await desk.rows("/trainings/t-1/register")
    renewed = await desk.done("POST", f"/trainings/t-1/registrations/{line['participant']}/link", ON)
    stand = [await desk.ask("POST", "/public/registrations/standing", {"token": each}, None) for each in old]
    assert {each.status_code for each in stand} == {409}
    told = await desk.done("POST", "/public/registrations/standing", renewed, None)
    assert (told["status"], told["ahead"]) == ("registered", 0)
    await desk.done("POST", "/public/registrations/cancel", renewed, None)
    assert await desk.rows("/trainings/t-1/register") == []


async def test_a_referrer_who_lists_an_address_sees_nothing_of_who_bears_it(desk: Desk) -> None:
    await desk.plan(capacity=5)
    await desk.register(1)
    head = "naam;e-mail;sector;functie;taal\n"
    rows = [f"{GUESSED};{number}.{ADDRESS};Politie;Politieambtenaar;nl\n" for number in (1, 2)]
    sent = [
        await desk.ask(
            "POST", "/trainings/t-1/registrations/list", None, Role.REFERRER, CITY, POLICE, file=(head + row).encode()
        )
        for row in rows
    ]
    known, new = (each.json() for each in sent)
    assert [each.pop("token") for told in (known, new) for each in told["people"]]
    assert known == new
