"""Who may ask what of the carousel: every route, role, organisation and city, about what is own, foreign or missing."""

from __future__ import annotations

import asyncpg
import pytest

from shared.http.auth import Role
from tests.carousel.access_table import CALLERS, CYCLES, HERE, OWN, PEOPLE, ROUTES, Route, Who
from tests.carousel.access_world import World, built
from tests.carousel.desk import Desk

DONE = {200, 201, 204}
OF_EVERY_SERVICE = (
    "/health/live",
    "/health/ready",
    "/metrics",
    "/operations/dead-letters",
    "/operations/retention-due",
    "/audit",
)
OF_HIM_ALONE = {"participation-not-open", "already-placed"}
"""What the programme says of somebody whatever cycle or other person he is asked with."""
ACCESS: dict[tuple[str, str], set[Role]] = {
    (each.method, each.url(("c-1",) if "cycle_id" in each.path else ("r-1",)).partition("?")[0]): set(each.roles)
    for each in ROUTES
}


@pytest.fixture
async def world(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> World:
    return await built(desk, pool)


async def test_the_table_names_every_route_and_no_other(desk: Desk) -> None:
    described = (await desk.client.get("/openapi.json")).json()["paths"]
    endpoints = {(method.upper(), path) for path, methods in described.items() for method in methods}
    of_every_service = {("GET", path) for path in OF_EVERY_SERVICE}
    assert endpoints - of_every_service == {(each.method, each.path) for each in ROUTES}


async def test_who_has_no_token_or_another_role_gets_in_nowhere(world: World) -> None:
    before = await world.facts()
    for route in ROUTES:
        for who in CALLERS:
            if who.role in route.roles:
                continue
            about = route.objects()[0]
            answer = await world.ask(route, who, about)
            assert answer.status_code == (403 if who.role else 401), (route, who)
    assert await world.facts() == before


async def test_a_caller_may_do_what_the_table_says_about_his_own_and_nothing_about_others(world: World) -> None:
    for route in ROUTES:
        for who in CALLERS:
            for about in route.objects() if who.role in route.roles else ():
                await asked(world, route, who, about)


async def asked(world: World, route: Route, who: Who, about: tuple[str, ...]) -> None:
    before = await world.facts()
    answer = await world.ask(route, who, about)
    if route.allows(who, about):
        assert answer.status_code in {*DONE, 409}, (route, who, about, answer.text)
        assert "id-not-available" not in answer.text
    else:
        refused = (409, "id-not-available") if route.about == "offer" else (404, "not-found")
        said = (answer.status_code, answer.json()["code"])
        assert said == refused or (one_is_seen(who, about) and said[1] in OF_HIM_ALONE), (route, who, about, said)
    if answer.status_code not in DONE:
        assert await world.facts() == before
    elif route.method != "GET":
        await world.put_back()


def one_is_seen(who: Who, about: tuple[str, ...]) -> bool:
    """The programme may already say no about the one whom he sees, whoever the other is."""
    return len(about) > 1 and who.sees(about[0])


async def test_what_is_read_names_nobody_whom_the_caller_may_not_see(world: World) -> None:
    for route in ROUTES:
        for who in CALLERS:
            for about in route.objects() if route.method == "GET" and who.role in route.roles else ():
                if route.allows(who, about):
                    await names_only(world, route, who, about)


async def names_only(world: World, route: Route, who: Who, about: tuple[str, ...]) -> None:
    """A session sheet is the record of the caller's own group, wherever its people went since."""
    text = (await world.ask(route, who, about)).text
    named = {name for name in PEOPLE if f'"{name}"' in text}
    assert route.path.endswith("{session_id}") or named == set(filter(who.sees, named)), (route, who)
    if route.path in {"/cycles", "/continuity", "/worklists/unrecorded-sessions"}:
        assert {name for name in CYCLES if f'"{name}"' in text} == set(filter(who.reads_cycle, CYCLES)), (route, who)


async def test_a_cycle_is_planned_in_ones_own_city_only(world: World) -> None:
    [plan] = [each for each in ROUTES if (each.method, each.path) == ("POST", "/cycles")]
    who = Who(Role.FACILITATOR, OWN, HERE)
    assert (await world.ask(plan, who, (), body=plan.body | {"city": "Gent"})).status_code == 404
    assert (await world.ask(plan, who._replace(organisation=None), ())).status_code == 404
    assert (await world.ask(plan, who, ())).status_code == 201
