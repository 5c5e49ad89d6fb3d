"""Nobody learns from an answer of the carousel what he may not read: not whether it exists, nor how it goes on."""

from __future__ import annotations

from itertools import count
from typing import Any

import asyncpg
import httpx
import pytest

from shared.http.auth import Role
from tests.carousel.access_table import CALLERS, HERE, OTHER, OWN, ROUTES, THERE, THIRD, TODAY, Route, Who
from tests.carousel.access_world import World, built, unknown
from tests.carousel.desk import Desk

KEYS = (f"key-{nth}" for nth in count())
WORKERS = [each for each in CALLERS if each.facilitator]
[PLAN] = [each for each in ROUTES if (each.method, each.path) == ("POST", "/cycles")]
[PUBLISH] = [each for each in ROUTES if (each.method, each.path) == ("POST", "/offers")]


@pytest.fixture
async def world(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> World:
    return await built(desk, pool)


def told(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Everything in an answer."""
    return answer.status_code, answer.content, sorted(answer.headers.items())


async def answers(world: World, route: Route, who: Who, about: tuple[str, ...]) -> list[Any]:
    """Asked sensibly, twice; under one key, twice; and with a body that says nothing."""
    key = next(KEYS)
    asked: list[dict[str, Any]] = [{}, {}, {"key": key}, {"key": key}, {"body": {}}]
    return [told(await world.ask(route, who, about, **how)) for how in asked]


async def test_what_is_hidden_and_what_does_not_exist_are_answered_alike(world: World) -> None:
    compared, missing = 0, dict[tuple[Who, tuple[str, ...]], list[Any]]()
    for route in ROUTES:
        missing.clear()
        for who in WORKERS:
            for about in route.objects() if route.about not in {"nobody", "offer"} else ():
                nobody = unknown(route, about, who)
                if nobody != about and not route.allows(who, about):
                    compared += 1
                    if (who, nobody) not in missing:
                        missing[who, nobody] = await answers(world, route, who, nobody)
                    assert await answers(world, route, who, about) == missing[who, nobody], (route, who, about)
    assert compared > 1000


async def test_an_id_taken_by_others_is_answered_alike_whatever_it_is_taken_for(world: World) -> None:
    own = Who(Role.FACILITATOR, OWN, HERE)
    exactly = {"city": HERE, "place": "Huis van het Kind"}
    taken = [
        told(await world.ask(PLAN, own, (), key=key, body=PLAN.body | {"cycle_id": name} | more))
        for name in ("c-far", "c-there")
        for more in ({}, exactly, {"capacity": 3})
        for key in (None, None, next(KEYS))
    ]
    assert {each[:2] for each in taken} == {taken[0][:2]}
    assert taken[0][0] == 409
    assert b"id-not-available" in taken[0][1]


async def test_an_offer_of_another_city_is_not_taken_over(world: World) -> None:
    for who in (Who(Role.COORDINATOR, OWN, HERE), Who(Role.COORDINATOR, None, HERE)):
        answer = await world.ask(PUBLISH, who, ("o-there",))
        assert (answer.status_code, answer.json()["code"]) == (409, "id-not-available")
    assert (await world.ask(PUBLISH, Who(Role.COORDINATOR, OTHER, THERE), ("o-there",))).status_code == 201


async def test_a_version_is_told_to_whom_the_timeline_is(world: World) -> None:
    for route in ROUTES:
        if route.method != "POST" or "referral_id" not in route.path or route.path.endswith("look"):
            continue
        for who in WORKERS:
            for about in route.objects():
                answer = await world.ask(route, who, about)
                if answer.status_code == 200:
                    await read_or_out_of_sight(world, who, about, answer.json()["version"])
                    await world.put_back()


async def read_or_out_of_sight(world: World, who: Who, about: tuple[str, ...], version: int) -> None:
    """A command that puts a person out of the caller's sight is answered once; asked again it finds nobody."""
    steps = Route("GET", "/participations/{referral_id}/timeline", frozenset(), "person")
    answer = await world.ask(steps, who, about[:1])
    if answer.status_code == 200:
        assert version in [each["version"] for each in answer.json()["items"]]
    else:
        pause = Route("POST", "/participations/{referral_id}/resume", frozenset(), "person", {"on": TODAY})
        assert (await world.ask(pause, who, about[:1])).status_code == 404


async def test_who_is_kept_apart_is_told_to_whom_sees_both(world: World) -> None:
    read = Route("GET", "/participations/{referral_id}", frozenset(), "person")
    for organisation, shown in ((OWN, []), (OTHER, ["r-far"]), (THIRD, [])):
        answer = await world.ask(read, Who(Role.FACILITATOR, organisation, HERE), ("r-waits",))
        assert answer.json()["kept_apart"] == shown
