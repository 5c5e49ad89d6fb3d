"""Every list comes page by page: each row once and in order, whatever is added meanwhile."""

from __future__ import annotations

from itertools import product
from typing import Any

import asyncpg
import pytest

from shared.http.auth import Role
from tests.referral.access import ROUTES, Thing
from tests.referral.desk import CITY, Desk, desk
from tests.referral.test_access import EVERYWHERE, World

__all__ = ["desk"]

TIMELINE = ("GET", "/referrals/{referral_id}/timeline")
LISTS = [route for route, access in ROUTES.items() if access.lists]
ROWS = 5


async def pages(desk: Desk, path: str, role: Role, limit: int) -> list[list[Any]]:
    """The pages of a list, one after another."""
    found, after = [], ""
    while True:
        asked = f"{path}?limit={limit}{f'&after={after}' if after else ''}"
        answer = (await desk.ask("GET", asked, role=role, city=EVERYWHERE)).json()
        found.append(answer["items"])
        assert len(answer["items"]) <= limit
        if answer["next"] is None:
            return found
        assert len(answer["items"]) == limit
        after = answer["next"]
        assert len(found) < 100, "the pages have no end"


def test_every_route_that_answers_several_things_answers_a_page_of_them(described: dict[str, Any]) -> None:
    """By the OpenAPI document: no body of an answer is a list, and what has `items` has `after`, `limit`, `next`."""
    paged = set()
    for path, operation in ((path, each) for path, methods in described["paths"].items() for each in methods.values()):
        told = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
        assert told.get("type") != "array" or path.startswith("/operations/"), path
        schema = described["components"]["schemas"].get(told.get("$ref", "").rpartition("/")[2], {})
        if "items" in schema.get("properties", {}):
            asked = {each["name"] for each in operation["parameters"]}
            assert {"after", "limit"} <= asked, path
            assert "next" in schema["properties"], path
            paged.add(("GET", path))
    assert paged - {("GET", "/audit")} == {*LISTS, TIMELINE}


@pytest.fixture
async def described(desk: Desk) -> dict[str, Any]:
    document: dict[str, Any] = (await desk.client.get("/openapi.json")).json()
    return document


@pytest.mark.parametrize("route", LISTS, ids=" ".join)
async def test_a_list_comes_page_by_page_as_it_comes_at_once(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], route: tuple[str, str]
) -> None:
    access, world = ROUTES[route], World(desk, pool)
    assert access.lists
    for _ in range(ROWS):
        await world.thing(access, CITY, "org-1")
    for role, limit in product(access.scopes, (1, 2, ROWS, ROWS + 1)):
        [whole] = await pages(desk, route[1], role, 500)
        found = await pages(desk, route[1], role, limit)
        assert [row for page in found for row in page] == whole
        assert len(whole) >= ROWS
        assert len(found) == -(-len(whole) // limit)


async def test_who_waits_longest_comes_first_and_who_comes_in_between_moves_nobody(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    async def received(n: int, day: str) -> None:
        body = Thing(n, CITY, "org-1").received(received_on=day, informed_on=day)
        assert (await desk.ask("POST", "/referrals", body)).status_code == 201

    for n, day in ((5, "2026-01-05"), (4, "2026-01-05"), (3, "2026-01-07"), (2, "2026-01-06")):
        await received(n, day)
    first = (await desk.ask("GET", "/referrals/waiting?limit=2")).json()
    await received(9, "2026-01-01")
    second = (await desk.ask("GET", f"/referrals/waiting?limit=9&after={first['next']}")).json()
    seen = [each["referral"] for each in first["items"] + second["items"]]
    assert (seen, second["next"]) == (["r-4", "r-5", "r-2", "r-3"], None)


async def test_the_steps_of_a_road_come_page_by_page(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    world = World(desk, pool)
    thing = await world.thing(ROUTES["POST", "/referrals/{referral_id}/resume"], CITY, "org-1")
    await world.happened(thing, "withdraw")
    steps = await pages(desk, f"/referrals/r-{thing.n}/timeline", Role.FACILITATOR, 1)
    assert [step["what"] for [step] in steps] == ["ReferralReceived", "ReferralPutOnHold", "ReferralWithdrawn"]


@pytest.mark.parametrize("route", [*LISTS, TIMELINE], ids=" ".join)
@pytest.mark.parametrize("after", ["x", "W10", "WyIyMDI2LTAyLTMwIiwgIngiXQ", "WyJcdWQ4MDAiXQ", "x" * 501, "%00", "-1"])
async def test_a_cursor_that_no_page_gave_is_refused(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], route: tuple[str, str], after: str
) -> None:
    thing = await World(desk, pool).thing(ROUTES[TIMELINE], CITY, "org-1")
    role = next(iter(ROUTES[route].scopes))
    path = route[1].format(referral_id=f"r-{thing.n}")
    assert (await desk.ask("GET", f"{path}?after={after}", role=role)).status_code == 422
