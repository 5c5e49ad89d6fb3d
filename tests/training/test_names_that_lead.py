"""Every id that a request names leads somewhere, or is refused by its field; who merged or was split is found again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.training.projections import organisations
from services.training.queries.successors import Successors
from shared.contracts.referral import OrganisationMerged, OrganisationRegistered, OrganisationSplit
from shared.http.auth import Role
from tests.training.conftest import (
    CITY,
    FOREIGN,
    ORGANISER,
    POLICE,
    SECRET,
    SOON,
    TODAY,
    ZONE,
    Desk,
    attendance,
    newcomer,
    training,
)
from tests.training.receiving import received
from tests.training.sides import COUNTED, ON, decision, event

NOBODY = "nobody-knows"
NEW = "pz-kust"
SINCE = TODAY - timedelta(days=1)


async def told(pool: asyncpg.Pool[asyncpg.Record], *messages: Any) -> None:
    async with pool.acquire() as connection:
        await organisations.apply(connection, received(*messages))


def registered(organisation: str, name: str, since: date = date(2024, 1, 1)) -> OrganisationRegistered:
    return OrganisationRegistered(organisation=organisation, name=name, sector="police", city=CITY, since=since)


async def merged(pool: asyncpg.Pool[asyncpg.Record], organisation: str = POLICE, into: str = NEW) -> None:
    merger = OrganisationMerged(organisation=organisation, into=into, since=SINCE)
    await told(pool, registered(into, "Politiezone Kust"), merger)


async def test_an_id_that_leads_nowhere_is_refused_by_its_field(desk: Desk) -> None:
    await desk.plan("t-1", TODAY)
    await desk.done("POST", "/network-events", event(CITY, TODAY) | {"event_id": "e-1"}, Role.COORDINATOR)
    met = ON | {"city": CITY, "partners": [ZONE]}
    await desk.done("POST", "/steering-meetings/m-1/hold", met, Role.COORDINATOR)
    described = ON | {"kind": "basic", "title": "Anders", "trainers": ["trainer-1"], "co_presenter": NOBODY}
    decided = decision({"decision_id": "d-1"}) | {"owner": NOBODY}
    asking: list[tuple[str, Any, Role | None, str]] = [
        ("/trainings", training("t-2") | ON | {"co_presenter": NOBODY}, Role.TRAINER, "co_presenter"),
        ("/trainings/t-1/describe", described, Role.TRAINER, "co_presenter"),
        ("/public/trainings/t-1/registrations", newcomer(organisation_id=NOBODY), None, "organisation_id"),
        (
            "/trainings/t-1/hold",
            attendance([], walk_ins=[newcomer(organisation_id=NOBODY)]),
            Role.TRAINER,
            "organisation_id",
        ),
        ("/network-events/e-1/hold", COUNTED | {"organisations": [NOBODY]}, Role.COORDINATOR, "organisations"),
        ("/steering-meetings/m-2/hold", met | {"partners": [ZONE, NOBODY]}, Role.COORDINATOR, "partners"),
        ("/steering-meetings/m-1/decisions", decided, Role.COORDINATOR, "owner"),
        (f"/partners/{NOBODY}/join", {"role": "other", "since": "2025-06-01"}, Role.COORDINATOR, "partner_id"),
    ]
    for path, body, role, field in asking:
        refused = await desk.ask("POST", path, body, role)
        assert (refused.status_code, refused.json()["code"]) == (409, "organisation-unknown"), (path, refused.text)
        assert refused.json()["about"] == {"field": field}


@pytest.mark.parametrize("path", ["/trainings", "/network-events", "/steering-meetings"])
async def test_a_city_that_there_is_not_is_refused_though_it_stands_in_the_token(desk: Desk, path: str) -> None:
    mistyped = {"city": "Oostnde"}
    body = {
        "/trainings": training() | ON | mistyped,
        "/network-events": event("Oostnde") | {"event_id": "e-1"},
        "/steering-meetings": ON | mistyped | {"meeting_id": "m-1", "planned_for": SOON.isoformat()},
    }[path]
    role = Role.TRAINER if path == "/trainings" else Role.COORDINATOR
    refused = await desk.ask("POST", path, body, role, "Oostnde")
    assert (refused.json()["code"], refused.json()["about"]) == ("city-unknown", {"field": "city"})


async def test_what_was_planned_in_a_city_that_there_is_not_is_moved_by_those_who_give_it(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.plan()
    await pool.execute(
        "update events set data = jsonb_set(data, '{city}', '\"Oostnde\"') where type = 'TrainingPlanned'"
    )
    moved = ON | {key: training()[key] for key in ("city", "days")} | {"place": "Huis"}
    foreign = await desk.ask("POST", "/trainings/t-1/move", moved, organisation=FOREIGN)
    assert foreign.status_code == 404
    await desk.done("POST", "/trainings/t-1/move", moved)
    assert (await desk.rows("/trainings/t-1/register")) == []


async def test_a_wrong_trainer_or_co_presenter_is_mended_after_it_was_given(desk: Desk) -> None:
    await desk.held(1)
    right = ON | {"kind": "basic", "title": "Anders", "trainers": ["trainer-9"], "co_presenter": POLICE}
    await desk.done("POST", "/trainings/t-1/describe", right)
    (found,) = await desk.rows("/trainings")
    assert (found["trainers"], found["co_presenter"], found["title"]) == (["trainer-9"], POLICE, "Anders")


async def test_who_registers_for_an_organisation_that_merged_is_of_what_it_became(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.plan()
    await desk.register(1)
    await merged(pool)
    await desk.register(2)
    file = f"naam;e-mail;sector;functie;taal\n{SECRET};3@x.example;Politie;Politieambtenaar;nl\n".encode()
    path = "/trainings/t-1/registrations/list"
    assert (await desk.ask("POST", path, None, Role.REFERRER, organisation=POLICE, file=file)).status_code == 201
    lines = await desk.rows("/trainings/t-1/register")
    assert [each["organisation"] for each in lines] == [POLICE, NEW, NEW]
    assert {each["organisation_name"] for each in lines} == {"Politiezone Kust"}
    assert POLICE not in {each["organisation"] for each in await desk.rows("/organisations")}
    before = await desk.rows(f"/organisations?on={SINCE - timedelta(days=1)}")
    assert POLICE in {each["organisation"] for each in before}


async def test_who_gave_a_training_gives_it_also_after_a_merger(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.plan()
    await desk.register(1)
    await merged(pool, ORGANISER, "caw-kust")
    for organisation in (ORGANISER, "caw-kust"):
        lines = await desk.rows("/trainings/t-1/register", organisation=organisation)
        assert [each["name"] for each in lines] == [SECRET]
    closed = await desk.ask("POST", "/trainings/t-1/close-registration", ON, organisation="caw-kust")
    assert closed.status_code == 200
    person = lines[0]["participant"]
    assert (await desk.ask("GET", f"/people/{person}/export", organisation="caw-kust")).status_code == 200
    assert (await desk.ask("GET", "/trainings/t-1/register", organisation=FOREIGN)).status_code == 404
    await desk.done("POST", "/trainings", training("t-2") | ON)
    assert [each["organiser"] for each in await desk.rows("/trainings")] == [ORGANISER, "caw-kust"]


async def test_one_that_was_split_has_to_be_named_by_what_it_became(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.plan()
    split = OrganisationSplit(organisation=POLICE, into=("pz-a", "pz-b"), since=SINCE)
    await told(pool, registered("pz-a", "Zone A"), registered("pz-b", "Zone B"), split)
    refused = await desk.ask("POST", "/public/trainings/t-1/registrations", newcomer(), None)
    assert refused.json()["about"] == {"field": "organisation_id", "into": "pz-a pz-b"}
    assert refused.json()["code"] == "organisation-split"
    await desk.register(1, organisation_id="pz-a")


async def test_a_partner_joins_as_what_it_became(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await merged(pool)
    body = {"role": "police", "since": TODAY.isoformat()}
    refused = await desk.ask("POST", f"/partners/{POLICE}/join", body, Role.COORDINATOR)
    assert (refused.json()["code"], refused.json()["about"]["into"]) == ("organisation-merged", NEW)
    await desk.done("POST", f"/partners/{NEW}/join", body, Role.COORDINATOR)


def test_roads_of_mergers_lead_to_their_end_even_where_they_meet_again() -> None:
    became = Successors({"a": ("b",), "b": ("c",), "d": ("e", "f"), "f": ("c",), "x": ("y",), "y": ("x",)})
    assert [became.of(each) for each in ("a", "c", "d")] == [("c",), ("c",), ("e", "c")]
    assert became.kin("c") == {"a", "b", "c", "d", "f"}
    assert became.kin("e") == {"d", "e"}
    assert len(became.of("x")) == 1
