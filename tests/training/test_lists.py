"""An organisation sends a list: everybody on it is registered or nobody, and each fault is told."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from services.training.documents.registration_list import LARGEST
from shared.http.auth import Role
from tests.chance import examples
from tests.training.conftest import ADDRESS, ORGANISER, POLICE, SECRET, SOON, TODAY, ZONE, Desk, training

LIST = "/trainings/t-1/registrations/list"
HEADER = "naam;e-mail;sector;functie;taal"
ATTACKS = ("=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'=1", '"=1', "\t=1", "\r=1", "=cmd|' /C calc'!A0")


def line(number: int, **changed: str) -> str:
    cells = {"name": f"{SECRET} {number}", "email": f"{number}.{ADDRESS}", "sector": "Politie"} | changed
    return ";".join((*cells.values(), "Politieambtenaar", "nl"))


def written(*lines: str) -> bytes:
    return "\r\n".join((HEADER, *lines)).encode()


async def send(
    desk: Desk, data: bytes, role: Role = Role.REFERRER, organisation: str | None = POLICE
) -> httpx.Response:
    return await desk.ask("POST", LIST, role=role, organisation=organisation, file=data)


async def kept(pool: asyncpg.Pool[asyncpg.Record]) -> list[int]:
    """How many events, names, addresses, entries and lines of the register there are."""
    tables = ("events", "people", "addresses", "entries", "registrations")
    return [await pool.fetchval(f"select count(*) from {table}") for table in tables]


async def test_an_organisation_registers_its_people_in_order_and_who_is_too_many_waits(desk: Desk) -> None:
    await desk.plan(capacity=3)
    await desk.register(2, name=f"{SECRET} 2")
    answer = await send(desk, written(*map(line, (1, 2, 3, 4))))
    told = answer.json()
    assert (answer.status_code, told["registered"], told["waiting"]) == (201, 3, 1)
    assert [each["status"] for each in told["people"]] == ["registered", "registered", "registered", "waiting"]
    lines = await desk.rows("/trainings/t-1/register")
    assert [each["email"] for each in lines] == [f"{number}.{ADDRESS}" for number in (2, 1, 3)]
    assert {each["organisation"] for each in lines} == {POLICE}


async def test_the_same_list_twice_is_one_list(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.plan()
    first = (await send(desk, written(*map(line, range(5))))).json()
    before = await kept(pool)
    again = (await send(desk, written(*map(line, range(5))))).json()
    assert (again["registered"], again["waiting"]) == (first["registered"], first["waiting"]) == (5, 0)
    assert await kept(pool) == before
    old, new = ([each["token"] for each in told["people"]] for told in (first, again))
    standings = [await desk.ask("POST", "/public/registrations/standing", {"token": each}, None) for each in old + new]
    assert [answer.status_code for answer in standings] == [409] * 5 + [200] * 5


async def test_everybody_on_a_list_has_a_link_of_his_own_to_take_it_back(desk: Desk) -> None:
    await desk.plan(capacity=1)
    people = (await send(desk, written(line(1), line(2)))).json()["people"]
    await desk.done("POST", "/public/registrations/cancel", {"token": people[0]["token"]}, None)
    assert [each["email"] for each in await desk.rows("/trainings/t-1/register")] == [f"2.{ADDRESS}"]


async def test_a_bad_line_among_many_registers_nobody_and_is_told(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.plan()
    before = await kept(pool)
    lines = [line(number) for number in range(50)]
    lines[30], lines[40] = line(30, email=SECRET), line(40, sector="Tuinbouw")
    answer = await send(desk, written(*lines))
    assert (answer.status_code, answer.json()["code"]) == (422, "list-refused")
    assert set(answer.json()["detail"]) == {"nl", "fr", "en"}
    assert [(each["line"], each["column"], each["code"]) for each in answer.json()["errors"]] == [
        ("32", "email", "email"),
        ("42", "sector", "unknown-sector"),
    ]
    assert answer.json()["errors"][1]["fr"] == "Ligne 42, colonne « secteur » : Ce secteur est inconnu."
    assert SECRET not in answer.text
    assert await kept(pool) == before


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_formula_is_refused_by_its_cell(desk: Desk, attack: str) -> None:
    await desk.plan()
    cell = '"' + attack.replace('"', '""') + '"'
    answer = await send(desk, written(line(1), line(2, name=cell)))
    [fault] = answer.json()["errors"]
    assert (fault["line"], fault["column"]) == ("3", "name")
    assert fault["code"] in {"formula", "unprintable"}


async def test_a_list_is_refused_whole_when_the_training_takes_nobody(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.plan()
    await desk.done("POST", "/trainings/t-1/close-registration", {"on": TODAY.isoformat()})
    before = await kept(pool)
    answer = await send(desk, written(line(1)))
    assert (answer.status_code, answer.json()["code"]) == (409, "registration-not-open")
    unknown = await send(desk, written(line(1)), organisation="x")
    assert unknown.json()["code"] == "organisation-unknown"
    assert await kept(pool) == before


async def test_a_trainer_sends_a_mixed_list_by_the_names_organisations_bear_or_bore(desk: Desk) -> None:
    await desk.plan()
    rows = (f"{line(1)};Eerstelijnszone Oostende-Bredene", f"{line(2)};caw noord west vlaanderen")
    data = "\n".join((f"{HEADER};organisatie", *rows)).encode("utf-16")
    assert (await send(desk, data, Role.TRAINER, ORGANISER)).status_code == 201
    found = await desk.rows("/trainings/t-1/register")
    assert [each["organisation"] for each in found] == [ZONE, ORGANISER]
    hidden = await send(desk, data, Role.TRAINER, POLICE)
    assert hidden.status_code == 404


async def test_what_is_too_large_is_refused_with_a_code(desk: Desk) -> None:
    await desk.plan()
    answer = await send(desk, b";" * (LARGEST * 2))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


CELLS = st.sampled_from([*ATTACKS, "", "Zoë", "zoe@caw.example", "Politie", "nl", "police_officer"]) | st.text(
    max_size=9
)


@examples(60)
@given(data=st.data())
async def test_whatever_is_sent_registers_all_of_it_or_nobody(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], data: Any
) -> None:
    await desk.ask("POST", "/trainings", _planned())
    await desk.ask("POST", "/trainings/t-1/open-registration", {"on": TODAY.isoformat()})
    good = data.draw(st.lists(st.integers(0, 99).map(line), max_size=5, unique=True))
    bad = data.draw(st.lists(st.lists(CELLS, max_size=6).map(";".join), max_size=3))
    lines = data.draw(st.permutations([*good, *bad]))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "cp1252"]))
    before = await kept(pool)
    answer = await send(desk, "\r\n".join((HEADER, *lines)).encode(encoding, "replace"))
    event(f"answered {answer.status_code}")
    if answer.status_code == 201:
        people = answer.json()["people"]
        now = await pool.fetchval("select count(*) from registrations")
        assert before[-1] <= now <= before[-1] + len(people)
        assert len(people) >= len(good)
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "list-refused")
        assert await kept(pool) == before


def _planned() -> dict[str, Any]:
    return training(on=SOON) | {"on": TODAY.isoformat(), "capacity": 5}
