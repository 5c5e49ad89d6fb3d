"""Every route, asked in every role, of things in and out of the caller's city and organisation, and of none.

What is out of a caller's scope is answered, also the second time and after it went on, as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, product
from typing import Any

import asyncpg
import httpx
import pytest

from shared.http.auth import Role
from tests.referral.access import OTHERWISE, ROUTES, STEPS, UNMET, Access, Thing
from tests.referral.desk import CITY, OTHER_CITY, Desk, desk

__all__ = ["desk"]

CITIES, ORGANISATIONS = (CITY, OTHER_CITY), ("org-1", "org-2")
EVERYWHERE = ",".join(CITIES)
MUTABLE_TABLES = (
    "events",
    "people",
    "looks",
    "person_changes",
    "idempotency_keys",
    "cases",
    "transfers",
    "likenesses",
    "restrictions",
    "kept_longer",
    "organisations",
    "referrers",
)
ELSEWHERE = ("/health/", "/metrics", "/operations/", "/audit")  # of every service: tests/shared


@dataclass
class World:
    """Things in both cities and of both organisations, and those who may do anything to them."""

    desk: Desk
    pool: asyncpg.Pool[asyncpg.Record]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    changes: dict[int, str] = field(default_factory=dict)

    async def thing(self, access: Access, city: str, organisation: str) -> Thing:
        """A new thing, to which happened what the route needs."""
        thing = Thing(next(self.numbers), city, organisation)
        for what in access.before:
            await self.happened(thing, what)
        return thing

    async def happened(self, thing: Thing, what: str) -> None:
        match what:
            case "registered":
                await self._ask("POST", "/organisations", thing.registered(), Role.COORDINATOR)
            case "named":
                await self.happened(thing, "registered")
                await self._ask("POST", "/referrers", thing.named(), Role.COORDINATOR)
            case "received":
                await self._ask("POST", "/referrals", thing.received())
            case "unmet":
                await self.happened(thing, "received")
                await self._ask("POST", f"/referrals/r-{thing.n}/intake", UNMET)
            case "change":
                await self.happened(thing, "received")
                again = thing.received(person=OTHERWISE)
                await self._ask("POST", "/referrals", again, Role.REFERRER, thing.organisation)
                query = f"select id from person_changes where person = 'p-{thing.n}'"
                self.changes[thing.n] = await self.pool.fetchval(query)
            case "erased":
                await self.happened(thing, "received")
                await self._ask("DELETE", f"/referrals/r-{thing.n}/person?why=held-in-error")
            case "long ago":
                old = {"received_on": "2010-01-05", "informed_on": "2010-01-04"}
                await self._ask("POST", "/referrals", thing.received(**old))
            case "named long ago":
                await self.happened(thing, "named")
                await self.pool.execute("update people set kept_from = '2010-01-05' where id = $1", f"f-{thing.n}")
            case "original":
                await self._ask("POST", "/referrals", thing.received() | {"referral_id": f"original-{thing.n}"})
            case "asked":
                await self.happened(thing, "intake")
                path = f"/referrals/r-{thing.n}/correct"
                await self._ask("POST", path, thing.corrected(), Role.REFERRER, thing.organisation)
            case "left":
                await self.happened(thing, "received")
                await self._ask("POST", f"/referrals/r-{thing.n}/transfer", thing.transferred())
            case step:
                await self.happened(thing, "received")
                await self._ask("POST", f"/referrals/r-{thing.n}/{step}", STEPS[step])

    async def _ask(
        self, method: str, path: str, body: Any = None, role: Role = Role.FACILITATOR, of: str = "org-9"
    ) -> None:
        answer = await self.desk.ask(method, path, body, role, EVERYWHERE, of)
        assert answer.is_success, (method, path, answer.text)

    async def ask(
        self, route: tuple[str, str], thing: Thing, role: Role | None, city: str, of: str, *, exists: bool = True
    ) -> httpx.Response:
        """The request of a route about a thing, or about one that there is not."""
        method, path = route
        n = thing.n if exists else 10**6
        named = path.format(
            referral_id=f"r-{n}",
            organisation_id=f"o-{n}",
            referrer_id=f"f-{n}",
            change_id=self.changes.get(thing.n, "c-0") if exists else "c-0",
        )
        access = ROUTES[route]
        body = access.body(thing if exists else Thing(n, thing.city, thing.organisation))
        return await self.desk.ask(method, named + access.query, body, role, city, of, subject=f"{role}-{city}-{of}")

    async def kept(self) -> list[int]:
        """How much is kept: what is refused adds nothing."""
        return [await self.pool.fetchval(f"select count(*) from {table}") for table in MUTABLE_TABLES]


@pytest.fixture
async def world(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> World:
    return World(desk, pool)


def in_scope(access: Access, role: Role, thing: Thing, city: str, organisation: str) -> bool:
    scope = access.scopes[role]
    return scope == "any" or (thing.city == city if scope == "city" else thing.organisation == organisation)


def told(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """Everything that an answer says, but for its own trace id."""
    head = {name: value for name, value in answer.headers.items() if name != "x-correlation-id"}
    return answer.status_code, answer.text, head


async def test_the_table_names_every_route(desk: Desk) -> None:
    described = (await desk.client.get("/openapi.json")).json()["paths"]
    routes = {(method.upper(), path) for path, methods in described.items() for method in methods}
    assert {route for route in routes if not route[1].startswith(ELSEWHERE)} == set(ROUTES)


ONE_THING = {route: access for route, access in ROUTES.items() if not access.lists}
LISTS = {route: access for route, access in ROUTES.items() if access.lists}


@pytest.mark.parametrize("role", [None, *Role])
async def test_who_may_not_ask_a_route_of_anything_changes_nothing(world: World, role: Role | None) -> None:
    refused = {route: access for route, access in ROUTES.items() if role is None or role not in access.scopes}
    things = {route: await world.thing(access, CITY, "org-1") for route, access in refused.items()}
    before = await world.kept()
    for route, thing in things.items():
        for exists in (True, False):
            answer = await world.ask(route, thing, role, CITY, "org-1", exists=exists)
            assert answer.status_code == (403 if role else 401), route
    assert await world.kept() == before


@pytest.mark.parametrize("route", ONE_THING, ids=" ".join)
async def test_what_is_in_scope_is_answered_and_what_is_not_as_if_it_did_not_exist(
    world: World, route: tuple[str, str]
) -> None:
    access = ONE_THING[route]
    for role, city, of in product(access.scopes, CITIES, ORGANISATIONS):
        for where, whose in product(CITIES, ORGANISATIONS):
            thing = await world.thing(access, where, whose)
            asked = (route, thing, role, city, of)
            if in_scope(access, role, thing, city, of):
                assert (await world.ask(*asked)).status_code == access.ok, asked
                continue
            before = await world.kept()
            first, again = told(await world.ask(*asked)), told(await world.ask(*asked))
            nothing = told(await world.ask(*asked, exists=False))
            assert await world.kept() == before, asked
            if access.before and access.before[0] in {"received", "change"}:
                await world.happened(thing, "withdraw")
            later = told(await world.ask(*asked))
            assert first == again == nothing == later, asked
            assert first[0] == 404, asked


@pytest.mark.parametrize("route", [route for route, access in ONE_THING.items() if not access.new], ids=" ".join)
async def test_what_does_not_exist_is_not_found_by_those_who_may_ask(world: World, route: tuple[str, str]) -> None:
    access = ONE_THING[route]
    for role, city, of in product(access.scopes, CITIES, ORGANISATIONS):
        answer = await world.ask(route, Thing(0, city, of), role, city, of, exists=False)
        assert answer.status_code == 404, (route, role)


@pytest.mark.parametrize("route", LISTS, ids=" ".join)
async def test_a_list_holds_what_is_in_scope_and_nothing_else(world: World, route: tuple[str, str]) -> None:
    access = LISTS[route]
    assert access.lists
    name, prefix = access.lists
    things = [await world.thing(access, where, whose) for where, whose in product(CITIES, ORGANISATIONS)]
    for role, city, of in product(access.scopes, CITIES, ORGANISATIONS):
        found = (await world.ask(route, things[0], role, city, of)).json()
        expected = {f"{prefix}{thing.n}" for thing in things if in_scope(access, role, thing, city, of)}
        told = {each[name] for each in found["items"] if each[name].startswith(prefix)}
        assert told == expected, (route, role, city, of)
