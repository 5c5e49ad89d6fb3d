"""Every route x role x right and wrong city x right and wrong organisation x own and foreign object, from one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest

from shared.http.auth import Role
from tests.training.access import ROUTES, Route
from tests.training.conftest import CITY, FOREIGN, FOREIGN_CITY, ORGANISER, Desk
from tests.training.sides import Names, foreign, own

ACCESS = {endpoint: set(route.roles) for endpoint, route in ROUTES.items()}
WATCHED = {
    "/health/live",
    "/health/ready",
    "/metrics",
    "/operations/dead-letters",
    "/operations/retention-due",
    "/audit",
}
WRONG = [(FOREIGN, CITY), (None, CITY), (ORGANISER, FOREIGN_CITY), (FOREIGN, FOREIGN_CITY)]
Caller: TypeAlias = tuple[Role | None, str | None, str]


def those(condition: Callable[[Route], bool]) -> pytest.MarkDecorator:
    """The routes for which it holds."""
    found = [endpoint for endpoint, route in ROUTES.items() if condition(route)]
    return pytest.mark.parametrize("endpoint", found, ids=" ".join)


async def ask(desk: Desk, endpoint: tuple[str, str], route: Route, names: Names, caller: Caller) -> httpx.Response:
    """What that caller is answered, asking as one should about those things."""
    role, organisation, city = caller
    file = route.file(names) if route.file else None
    body = route.body(names) if route.body else None
    return await desk.ask(endpoint[0], endpoint[1].format(**names), body, role, city, organisation, file=file)


async def kept(pool: asyncpg.Pool[asyncpg.Record]) -> list[Any]:
    """Everything that a request could change."""
    tables = ("events", "people", "entries", "addresses", "erasures", "erasure_requests", "evaluation_links", "looks")
    return [[row[0] for row in await pool.fetch(f"select t::text from {table} t order by 1")] for table in tables]


def callers_denied(route: Route, role: Role) -> Iterator[Caller]:
    """Those of an allowed role for whom the things of the organiser and city are not theirs."""
    for organisation, city in WRONG:
        if route.roles[role] == "organiser" or city != CITY:
            yield role, organisation, city


async def test_the_table_names_every_route_and_no_other(desk: Desk) -> None:
    described = (await desk.client.get("/openapi.json")).json()["paths"]
    found = {(method.upper(), path) for path, methods in described.items() if path not in WATCHED for method in methods}
    assert found == set(ROUTES)


@those(lambda route: bool(route.roles))
async def test_a_role_that_is_not_in_the_table_is_let_in_nowhere(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], endpoint: tuple[str, str]
) -> None:
    route = ROUTES[endpoint]
    names = await getattr(own(desk), route.stage_of(next(iter(route.roles))))()
    before = await kept(pool)
    for role in {None, *Role} - set(route.roles):
        answer = await ask(desk, endpoint, route, names, (role, ORGANISER, CITY))
        assert answer.status_code == (401 if role is None else 403), (role, answer.text)
    assert await kept(pool) == before


@those(lambda _: True)
async def test_who_is_in_the_table_does_it_with_what_is_his(desk: Desk, endpoint: tuple[str, str]) -> None:
    route = ROUTES[endpoint]
    for role in route.roles or {None}:
        names = await getattr(own(desk), route.stage_of(role))()
        answer = await ask(desk, endpoint, route, names, (role, ORGANISER, CITY))
        assert answer.status_code == route.status, (role, answer.text)


@those(lambda route: bool({"organiser", "city"} & set(route.roles.values())))
async def test_what_is_not_his_is_to_him_as_what_is_not_there(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], endpoint: tuple[str, str]
) -> None:
    route = ROUTES[endpoint]
    for role in [each for each, of in route.roles.items() if of in {"organiser", "city"}]:
        stage = route.stage_of(role)
        names, theirs = await getattr(own(desk), stage)(), await getattr(foreign(desk), stage)()
        nothing = {**own(desk).unused(), "number": names["number"]}
        before = await kept(pool)
        denied = [await ask(desk, endpoint, route, names, caller) for caller in callers_denied(route, role)]
        denied.append(await ask(desk, endpoint, route, {**theirs, "city": CITY}, (role, ORGANISER, CITY)))
        assert {each.status_code for each in denied} == {404}, [each.text for each in denied]
        assert await kept(pool) == before
        unknown = await ask(desk, endpoint, route, nothing, (role, ORGANISER, CITY))
        assert {each.text for each in denied} == {unknown.text} or unknown.is_success or route.exists_openly


@those(lambda route: "body" in route.roles.values())
async def test_nobody_plans_for_another_nor_takes_over_what_another_planned(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], endpoint: tuple[str, str]
) -> None:
    route = ROUTES[endpoint]
    (role,) = route.roles
    theirs = foreign(desk).unused()
    assert (await ask(desk, endpoint, route, theirs, (role, FOREIGN, FOREIGN_CITY))).status_code == 201
    before = await kept(pool)
    over = {**theirs, "city": CITY, "organisation": ORGANISER}
    assert (await ask(desk, endpoint, route, over, (role, ORGANISER, CITY))).status_code == 404
    new = own(desk).unused()
    for organisation, city in WRONG:
        if role is Role.TRAINER or city != CITY:
            answer = await ask(desk, endpoint, route, new, (role, organisation, city))
            assert answer.status_code == 404, (organisation, city)
    assert await kept(pool) == before


@those(lambda route: not route.roles)
async def test_what_anybody_may_ask_is_answered_the_same_whoever_asks(desk: Desk, endpoint: tuple[str, str]) -> None:
    route = ROUTES[endpoint]
    answers: set[tuple[int, str]] = set()
    for role in (None, *Role):
        names = await getattr(own(desk), route.stage_of(role))()
        answer = await ask(desk, endpoint, route, names, (role, ORGANISER, CITY))
        shape = sorted(answer.json()) if "json" in answer.headers.get("content-type", "") else None
        answers.add((answer.status_code, str(shape)))
    assert [status for status, _ in answers] == [route.status]


@pytest.mark.parametrize("to", ["/trainings/{training_id}/move", "/network-events/{event_id}/move"])
async def test_nothing_is_moved_out_of_the_cities_of_who_moves_it(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], to: str
) -> None:
    route = ROUTES["POST", to]
    (role,) = route.roles
    names = await getattr(own(desk), route.stage_of(role))()
    before = await kept(pool)
    away = {**names, "city": FOREIGN_CITY}
    assert (await ask(desk, ("POST", to), route, away, (role, ORGANISER, CITY))).status_code == 404
    assert await kept(pool) == before


@pytest.mark.parametrize("step", ["hold", "correct"])
async def test_a_meeting_of_another_city_is_not_held_nor_corrected_as_ones_own(desk: Desk, step: str) -> None:
    """Neither planned nor held elsewhere, whatever city is said in the request (B3)."""
    to = f"/steering-meetings/{{meeting_id}}/{step}"
    route = ROUTES["POST", to]
    for stage in ("meeting", "met"):
        theirs = await getattr(foreign(desk), stage)()
        said = {**theirs, "city": CITY}
        assert (await ask(desk, ("POST", to), route, said, (Role.COORDINATOR, ORGANISER, CITY))).status_code == 404
        held = await desk.rows("/steering-meetings", Role.STEERING)
        assert {each["city"] for each in held} == {FOREIGN_CITY}


async def test_a_trainer_reads_the_evaluations_of_his_own_organisation_and_cities_only(desk: Desk) -> None:
    mine, theirs = await own(desk).asked(), await foreign(desk).asked()
    assert [each["training"] for each in await desk.rows("/evaluations")] == [mine["training_id"]]
    for organisation, city in WRONG[:3]:
        assert await desk.rows("/evaluations", organisation=organisation, city=city) == []
    everybody = await desk.rows("/evaluations", Role.STEERING)
    assert {each["training"] for each in everybody} == {mine["training_id"], theirs["training_id"]}


@pytest.mark.parametrize("step", ["hold", "correct"])
async def test_an_organisation_that_nobody_registered_is_counted_nowhere(desk: Desk, step: str) -> None:
    names = await (own(desk).event_over() if step == "hold" else own(desk).event_held())
    body = ROUTES["POST", f"/network-events/{{event_id}}/{step}"].body
    assert body is not None
    said = body(names) | {"organisations": ["nobody-knows"]}
    refused = await desk.ask("POST", f"/network-events/{names['event_id']}/{step}", said, Role.COORDINATOR)
    assert (refused.status_code, refused.json()["code"]) == (409, "organisation-unknown")
