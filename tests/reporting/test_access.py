"""Who reads and describes what, from one table: every route, every role, whatever cities he acts for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from shared.http.auth import Role
from tests.reporting.published import intake, received, training_held
from tests.reporting.reader import PERIOD, Reader
from tests.reporting.receiving import receive
from tests.reporting.test_report import PROJECT

ABOUT: dict[str, Any] = PROJECT.model_dump(mode="json")
WHOLE, COORDINATING, PARTICIPATING, ELSEWHERE = ("Oostende", "Brugge"), ("Oostende",), ("Brugge",), ("Gent",)


@dataclass(frozen=True)
class Asked:
    """What is asked of a route, and the statuses: for who acts for which cities."""

    method: str
    path: str
    answers: dict[tuple[str, ...], int]
    params: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    roles: frozenset[Role] = frozenset({Role.COORDINATOR})


def _answers(whole: int, coordinating: int, participating: int, elsewhere: int) -> dict[tuple[str, ...], int]:
    return {WHOLE: whole, COORDINATING: coordinating, PARTICIPATING: participating, ELSEWHERE: elsewhere}


REPORT = {"language": "nl", "format": "html"}
LINEAGE = "/figures/{indicator}/lineage"
TABLE = (
    Asked("GET", "/figures", _answers(200, 409, 409, 409), PERIOD),
    Asked("GET", "/figures", _answers(200, 200, 404, 404), PERIOD | {"city": "Oostende"}),
    Asked("GET", "/figures", _answers(200, 404, 200, 404), PERIOD | {"city": "Brugge"}),
    Asked("GET", "/figures", _answers(404, 404, 404, 200), PERIOD | {"city": "Gent"}),
    Asked("GET", LINEAGE, _answers(200, 409, 409, 409), PERIOD),
    Asked("GET", LINEAGE, _answers(200, 200, 404, 404), PERIOD | {"city": "Oostende"}),
    Asked("GET", LINEAGE, _answers(200, 404, 200, 404), PERIOD | {"city": "Brugge"}),
    Asked("GET", LINEAGE, _answers(404, 404, 404, 200), PERIOD | {"city": "Gent"}),
    Asked("GET", "/indicators", _answers(200, 200, 200, 200), roles=frozenset(Role)),
    Asked("GET", "/partners", _answers(200, 200, 200, 200), PERIOD),
    Asked("GET", "/project", _answers(200, 200, 200, 200)),
    Asked("PUT", "/project", _answers(200, 200, 404, 404), body=ABOUT),
    Asked("GET", "/report", _answers(200, 409, 409, 409), PERIOD | REPORT),
    Asked("GET", "/report", _answers(200, 409, 409, 409), REPORT),
)
APPROVERS = frozenset({Role.COORDINATOR, Role.STEERING})
RELEASE = "/releases/{release_id}"
DOUBT = {"reason": "the period is not over"}
TEXT = {"language": "nl", "heading": "course", "text": "Het ging goed."}
RELEASES = (
    Asked("POST", "/releases", _answers(201, 201, 404, 404), body={"release_id": "r1", "kind": "year", "year": 2026}),
    Asked("POST", f"{RELEASE}/audit", _answers(404, 404, 404, 404)),
    Asked("PUT", f"{RELEASE}/narrative", _answers(409, 409, 404, 404), body=TEXT),
    Asked("POST", f"{RELEASE}/hand-over", _answers(409, 409, 404, 404)),
    Asked("GET", RELEASE, _answers(404, 404, 404, 404), roles=APPROVERS),
    Asked("POST", f"{RELEASE}/approve", _answers(409, 409, 409, 404), roles=APPROVERS),
    Asked("POST", f"{RELEASE}/send-back", _answers(409, 409, 409, 404), body=DOUBT, roles=APPROVERS),
    Asked("POST", f"{RELEASE}/publish", _answers(409, 409, 404, 404)),
)
PUBLIC = {
    ("GET", "/public/releases"),
    ("GET", "/public/releases/{number}"),
    ("GET", "/public/releases/{number}/view"),
    ("GET", "/public/releases/{number}/export"),
}
ACCESS: dict[tuple[str, str], set[Role]] = {
    **{(each.method, each.path): set(each.roles) for each in (*TABLE, *RELEASES)},
    **{each: set() for each in PUBLIC},
}


def cases() -> Iterator[tuple[Asked, Role | None, tuple[str, ...], int]]:
    """Every route, role and set of cities, with the status of the answer."""
    for asked in (*TABLE, *RELEASES):
        for role in (None, *Role):
            for cities, answer in asked.answers.items():
                yield asked, role, cities, 401 if role is None else _answer(asked, role, answer)


def _answer(asked: Asked, role: Role, answer: int) -> int:
    """The steering group takes part in the whole project, whatever cities its members act for."""
    if role not in asked.roles:
        return 403
    if role is Role.STEERING:
        return asked.answers[WHOLE]
    return answer


async def test_everybody_is_answered_as_the_table_says(reader: Reader) -> None:
    assert (await reader.describe(ABOUT)).status_code == 200
    wrong = []
    for asked, role, cities, expected in cases():
        head = reader.bearer(role, *cities)
        answer = await reader.client.request(
            asked.method,
            asked.path.format(indicator="referrals_received", release_id="none"),
            params=asked.params,
            json=asked.body,
            headers=head,
        )
        if answer.status_code != expected:
            wrong.append((asked.method, asked.path, asked.params, role, cities, answer.status_code, expected))
    assert wrong == []


async def test_the_table_names_every_route(reader: Reader) -> None:
    described = (await reader.client.get("/openapi.json")).json()["paths"]
    of_every_service = {"/health/live", "/health/ready", "/metrics", "/operations/dead-letters", "/audit"}
    asked = {(method.upper(), path) for path, methods in described.items() for method in methods}
    assert {each for each in asked if each[1] not in of_every_service} == set(ACCESS)


async def test_a_city_that_somebody_mistyped_keeps_nobody_from_the_whole(
    reader: Reader, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await reader.describe(ABOUT)
    async with pool.acquire() as connection:
        await receive(connection, [training_held(), received("r8", city="Oostnde")])
        assert (await reader.get("/figures", *WHOLE)).status_code == 200
        await receive(connection, [received("r9", city="Gent"), intake("r9")])
    assert (await reader.get("/figures", *WHOLE)).json()["code"] == "city-needed"
    assert (await reader.get("/figures", *WHOLE, "Gent")).status_code == 200


async def test_a_project_that_names_fewer_cities_shows_no_city_to_others(reader: Reader) -> None:
    await reader.describe({**ABOUT, "participating_municipalities": []})
    assert (await reader.get("/figures", *COORDINATING)).json()["code"] == "city-needed"


async def test_a_city_of_the_project_counts_before_anything_happened_in_it(reader: Reader) -> None:
    await reader.describe({**ABOUT, "participating_municipalities": ["Brugge", "Gent"]})
    assert (await reader.get("/figures", *WHOLE)).json()["code"] == "city-needed"
    assert (await reader.get("/figures", *WHOLE, "Gent")).status_code == 200


async def test_until_the_project_is_described_every_city_that_was_named_is_one(
    reader: Reader, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    assert (await reader.get("/figures", *WHOLE)).status_code == 200
    async with pool.acquire() as connection:
        await receive(connection, [received("r8", city="Gent")])
    assert (await reader.get("/figures", *WHOLE)).json()["code"] == "city-needed"


async def test_who_describes_the_project_first_names_a_city_of_his_own(reader: Reader) -> None:
    assert (await reader.describe(ABOUT, "Brugge")).status_code == 404
    assert (await reader.get("/project")).status_code == 404
    assert (await reader.describe({**ABOUT, "coordinating_municipality": "Brugge"}, "Brugge")).status_code == 200
    assert (await reader.describe(ABOUT, "Oostende")).status_code == 404


async def test_who_acts_for_another_city_too_may_pass_the_project_to_it(reader: Reader) -> None:
    await reader.describe(ABOUT)
    assert (
        await reader.describe({**ABOUT, "coordinating_municipality": "Gent"}, "Oostende", "Gent")
    ).status_code == 200


@pytest.mark.parametrize(("city", "status"), [("Brugge", 200), ("Oostnde", 409), ("Gent", 409)])
async def test_the_project_passes_to_no_city_that_is_none_of_its_own(reader: Reader, city: str, status: int) -> None:
    await reader.describe(ABOUT)
    answer = await reader.describe({**ABOUT, "coordinating_municipality": city}, "Oostende")
    assert answer.status_code == status
    assert (await reader.describe(ABOUT, "Oostende")).status_code == (404 if status == 200 else 200)


async def test_of_two_who_describe_it_first_at_once_one_does(
    reader: Reader, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    for _ in range(10):
        await pool.execute("truncate projects")
        asked = [reader.describe({**ABOUT, "coordinating_municipality": city}, city) for city in WHOLE * 3]
        statuses = [answer.status_code for answer in await asyncio.gather(*asked)]
        assert sorted(statuses) == [200] * 3 + [404] * 3
        assert await pool.fetchval("select count(*) from projects") == 1
