"""A name that our paper cannot show is refused where it comes in, with the sign; one kept before hides no other."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from services.training.personal_data.names import Contact
from services.training.personal_data.store import People
from shared.http.auth import Role
from tests.training.conftest import CITY, TODAY, Desk, attendance, newcomer, training
from tests.training.sides import ON, event
from tests.training.test_undo import certificate

CANNOT, SIGN = "山田 太郎", "山 (U+5C71)"


async def test_it_is_refused_by_its_field_wherever_it_comes_in(desk: Desk) -> None:
    await desk.plan("t-1", TODAY)
    (person,) = await desk.held(1, "t-2")
    asking: list[tuple[str, str, Any, Role | None, str]] = [
        ("POST", "/public/trainings/t-1/registrations", newcomer(name=CANNOT), None, "name"),
        ("POST", "/trainings/t-1/registrations", newcomer(name=CANNOT) | ON, Role.TRAINER, "name"),
        ("POST", "/trainings/t-1/hold", attendance([], walk_ins=[newcomer(name=CANNOT)]), Role.TRAINER, "name"),
        ("PUT", f"/people/{person}/name", {"name": CANNOT}, Role.TRAINER, "name"),
        ("POST", "/trainings", training("t-3") | ON | {"title": CANNOT}, Role.TRAINER, "title"),
        ("POST", "/trainings", training("t-3") | ON | {"place": CANNOT}, Role.TRAINER, "place"),
        (
            "POST",
            "/network-events",
            event(CITY) | {"event_id": "e-1", "speakers": [CANNOT]},
            Role.COORDINATOR,
            "speakers",
        ),
    ]
    for method, path, body, role, field in asking:
        refused = await desk.ask(method, path, body, role)
        assert (refused.status_code, refused.json()["code"]) == (409, "sign-not-printable"), path
        assert refused.json()["about"] == {"field": field, "sign": SIGN}


@pytest.mark.parametrize("name", ["Nguyễn Thị Đặng", "محمد علی\u200cرضا", "אברהם כהן", "Ẹ̀bùn Ọládélé"])
async def test_who_can_be_printed_is_certified_under_his_own_name(desk: Desk, name: str) -> None:
    await desk.plan("t-1", TODAY)
    await desk.register(1, name=name)
    (line,) = await desk.rows("/trainings/t-1/register")
    await desk.done("POST", "/trainings/t-1/hold", attendance([line["participant"]]))
    paper = await certificate(desk, line["participant"])
    assert (paper.status_code, len(PdfReader(BytesIO(paper.content)).pages)) == (200, 1)


async def test_a_name_that_was_kept_before_holds_up_nobody_else(desk: Desk, service: Any) -> None:
    first, second = await desk.held(2)
    people: People = service[0].state.personal_data
    async with service[0].state.pool.acquire() as connection:
        entry = await connection.fetchval("select id from entries where person = $1", first)
        await people.write(connection, {entry: Contact(name=CANNOT, email="x@y.example")}, "professional", TODAY)
    sheet = await desk.ask("GET", "/trainings/t-1/sign-in-sheet.pdf")
    assert sheet.status_code == 200
    refused = await certificate(desk, first)
    assert (refused.json()["code"], refused.json()["about"]["sign"]) == ("sign-not-printable", SIGN)
    assert (await certificate(desk, second)).status_code == 200
    await desk.done("PUT", f"/people/{first}/name", {"name": "Yamada Taro"})
    assert (await certificate(desk, first)).status_code == 200
