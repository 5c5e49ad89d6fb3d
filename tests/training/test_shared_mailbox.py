"""Colleagues who share a mailbox are two people: each stands on the list, and each link says what is true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.http.auth import Role
from tests.training.conftest import CITY, POLICE, SECRET, SOON, TODAY, Desk, attendance, newcomer, training
from tests.training.sides import COUNTED, ON, event

PUBLIC, HIS = "/public/trainings/t-1/registrations", "/trainings/t-1/registrations"
COLLEAGUE: dict[str, Any] = {"name": "Wie Dan Ook", "sector": "education", "function": "teacher", "language": "fr"}


async def names(desk: Desk, path: str = "/trainings/t-1/register", role: Role = Role.TRAINER) -> list[str]:
    return [line["name"] for line in await desk.rows(path, role)]


async def standing(desk: Desk, token: str) -> Any:
    return await desk.done("POST", "/public/registrations/standing", {"token": token}, None)


async def test_the_second_of_a_shared_mailbox_is_on_the_list_under_his_own_name(desk: Desk) -> None:
    await desk.plan(capacity=2)
    tokens = [(await desk.register(1, **each))["token"] for each in ({}, COLLEAGUE)]
    lines = await desk.rows("/trainings/t-1/register")
    assert [(each["name"], each["function"]) for each in lines] == [
        (SECRET, "police_officer"),
        ("Wie Dan Ook", "teacher"),
    ]
    await desk.done("POST", "/public/registrations/cancel", {"token": tokens[0]}, None)
    assert await names(desk) == ["Wie Dan Ook"]
    assert (await standing(desk, tokens[1]))["status"] == "registered"


async def test_who_shares_a_mailbox_keeps_his_own_id_over_trainings(desk: Desk) -> None:
    for name in ("t-1", "t-2"):
        await desk.plan(name)
    for nth, name in enumerate(("t-1", "t-2")):
        for each in ({}, COLLEAGUE) if nth == 0 else (COLLEAGUE, {}):
            await desk.register(1, name, **each)
    first, second = [await desk.rows(f"/trainings/{name}/register") for name in ("t-1", "t-2")]
    assert {each["name"]: each["participant"] for each in first} == {
        each["name"]: each["participant"] for each in second
    }
    assert len({each["participant"] for each in first}) == 2


async def test_a_guest_of_a_shared_mailbox_comes_too(desk: Desk) -> None:
    await desk.done("POST", "/network-events", event(CITY) | {"event_id": "e-1"}, Role.COORDINATOR)
    for each in ({}, COLLEAGUE):
        await desk.done("POST", "/public/network-events/e-1/registrations", newcomer(1, **each), None)
    assert sorted(await names(desk, "/network-events/e-1/guests", Role.COORDINATOR)) == sorted([SECRET, "Wie Dan Ook"])


async def test_a_trainer_is_told_that_an_address_stands_under_another_name(desk: Desk) -> None:
    await desk.plan()
    await desk.register(1)
    body = newcomer(1, **COLLEAGUE) | ON
    refused = await desk.ask("POST", HIS, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "address-of-another-name")
    assert SECRET not in refused.text
    assert await names(desk) == [SECRET]
    await desk.done("POST", HIS, body | {"shared_address": True})
    await desk.done("POST", HIS, body | {"shared_address": True})
    assert await names(desk) == [SECRET, "Wie Dan Ook"]
    again = await desk.ask("POST", HIS, body)  # by now it is his name
    assert again.status_code == 201


async def test_who_does_not_give_the_training_is_not_told_by_that_refusal(desk: Desk) -> None:
    await desk.plan()
    await desk.register(1)
    body = newcomer(1, **COLLEAGUE) | ON
    told = [await desk.ask("POST", HIS, newcomer(nth, **COLLEAGUE) | ON, organisation="intro-1") for nth in (1, 2)]
    assert {each.status_code for each in told} == {404}
    assert told[0].text == told[1].text
    assert body["name"] not in told[0].text


@pytest.mark.parametrize("role", [Role.TRAINER, Role.REFERRER])
async def test_a_list_says_to_a_trainer_which_line_and_to_an_organisation_nothing(desk: Desk, role: Role) -> None:
    await desk.plan()
    await desk.register(1)
    rows = [
        f"Wie Dan Ook {nth};{nth}.zebedeus@onvindbaar.example;police-1;Politie;Politieambtenaar;nl" for nth in (2, 1)
    ]
    file = "\n".join(["naam;e-mail;organisatie;sector;functie;taal", *rows]).encode()
    organisation = {} if role is Role.TRAINER else {"organisation": POLICE}
    answer = await desk.ask("POST", f"{HIS}/list", None, role, file=file, **organisation)
    if role is Role.TRAINER:
        fault = answer.json()["errors"]
        assert [(each["line"], each["column"], each["code"]) for each in fault] == [
            ("3", "email", "email-of-another-name")
        ]
        assert await names(desk) == [SECRET]
    else:
        assert answer.json()["registered"] == 2
        assert await names(desk) == [SECRET, "Wie Dan Ook 2", "Wie Dan Ook 1"]


async def test_at_the_door_two_of_one_address_are_told_apart_or_refused(desk: Desk) -> None:
    await desk.plan("t-1", TODAY)
    await desk.register(1)
    (line,) = await desk.rows("/trainings/t-1/register")
    walked_in = newcomer(1, **COLLEAGUE)
    together = attendance([line["participant"]], walk_ins=[walked_in])
    both_new = attendance([], walk_ins=[newcomer(2), newcomer(2, **COLLEAGUE)])
    for body in (together, both_new):
        refused = await desk.ask("POST", "/trainings/t-1/hold", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "address-of-another-name")
    shared = attendance([line["participant"]], walk_ins=[walked_in | {"shared_address": True}])
    await desk.done("POST", "/trainings/t-1/hold", shared)
    lines = await desk.rows("/trainings/t-1/register")
    assert [(each["name"], each["present"]) for each in lines] == [(SECRET, True), ("Wie Dan Ook", True)]


async def test_a_link_says_where_and_when_it_is_by_now(desk: Desk) -> None:
    await desk.plan()
    token = (await desk.register(1))["token"]
    later = SOON + timedelta(days=3)
    moved = {key: training(on=later)[key] for key in ("city", "days")} | {"place": "Huis"}
    await desk.done("POST", "/trainings/t-1/move", ON | moved)
    told = await standing(desk, token)
    assert (told["status"], told["of"]["place"], told["of"]["days"][0]["on"]) == (
        "registered",
        "Huis",
        later.isoformat(),
    )


@pytest.mark.parametrize("waits", [False, True])
async def test_a_link_says_that_it_is_called_off_or_over(desk: Desk, waits: bool) -> None:
    for name, on in (("t-1", SOON), ("t-2", TODAY)):
        await desk.plan(name, on, capacity=1)
    tokens = {}
    for name in ("t-1", "t-2"):
        tokens[name] = [(await desk.register(nth, name))["token"] for nth in (1, 2)][waits]
    await desk.done("POST", "/trainings/t-1/cancel", ON | {"reason": "weather"})
    (line,) = await desk.rows("/trainings/t-2/register")
    await desk.done("POST", "/trainings/t-2/hold", attendance([line["participant"]]))
    told = [await standing(desk, tokens[name]) for name in ("t-1", "t-2")]
    assert [(each["status"], each["ahead"]) for each in told] == [("called_off", 0), ("over", 0)]


async def test_the_link_of_a_guest_says_so_too(desk: Desk) -> None:
    tokens = {}
    for name, on in (("e-1", SOON), ("e-2", TODAY)):
        await desk.done("POST", "/network-events", event(CITY, on) | {"event_id": name}, Role.COORDINATOR)
        answer = await desk.done("POST", f"/public/network-events/{name}/registrations", newcomer(1), None)
        tokens[name] = answer["token"]
    assert (await standing(desk, tokens["e-1"]))["of"]["title"] == "Samen"
    await desk.done("POST", "/network-events/e-1/cancel", ON | {"reason": "weather"}, Role.COORDINATOR)
    await desk.done("POST", "/network-events/e-2/hold", COUNTED, Role.COORDINATOR)
    assert [(await standing(desk, tokens[name]))["status"] for name in ("e-1", "e-2")] == ["called_off", "over"]
