"""A command is permitted on the facts that it decides on: no view is asked, whatever the views say at that moment."""

from __future__ import annotations

import asyncpg
import pytest

from services.carousel.access import Access
from services.carousel.cycles.aggregate import CYCLE
from services.carousel.participations.aggregate import PARTICIPATION
from shared.eventstore.loading import load
from shared.http.auth import Caller, Role
from shared.http.problems import NotVisible
from tests.carousel.access_table import HERE, OTHER, OWN, ROUTES, Route, Who
from tests.carousel.access_world import World, built
from tests.carousel.desk import Desk

COMMANDS = [each for each in ROUTES if each.method == "POST" and each.about not in {"nobody", "offer"}]
OURS, THEIRS = Who(Role.FACILITATOR, OWN, "Gent"), Who(Role.FACILITATOR, OTHER, "Gent")
LIES = """
    update participations set organisation = case organisation when 'intro' then 'other' else 'intro' end,
        city = 'Gent', status = 'waiting';
    update cycles set organisation = case organisation when 'intro' then 'other' else 'intro' end;
    update sessions set organisation = case organisation when 'intro' then 'other' else 'intro' end;
    update safety_tasks set organisation = case organisation when 'intro' then 'other' else 'intro' end;
"""
"""Everything is told the other way round, as a view of a moment before or after could."""
UNTOLD = "update events set data = data - 'organisation_id' where type <> 'CyclePlanned'"
"""As facts were before places told who runs the cycle."""


@pytest.fixture
async def world(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> World:
    return await built(desk, pool)


async def permitted(world: World, route: Route) -> dict[tuple[Who, tuple[str, ...]], bool]:
    """For whom and about whom it is not answered as if there was nothing, each asked of the same world."""
    found = {}
    for who in (OURS, THEIRS):
        for about in route.objects():
            answer = await world.ask(route, who, about)
            found[who, about] = answer.status_code != 404
            if answer.status_code == 200:
                await world.put_back()
    return found


@pytest.mark.parametrize("change", [LIES, UNTOLD])
async def test_what_is_permitted_follows_from_the_facts_also_when_the_views_or_older_facts_do_not_tell(
    world: World, pool: asyncpg.Pool[asyncpg.Record], change: str
) -> None:
    expected = {each.path: await permitted(world, each) for each in COMMANDS}
    assert {one for each in expected.values() for one in each.values()} == {True, False}
    await pool.execute(change)
    for table in world.tables:
        await pool.execute(f"truncate kept_{table}; insert into kept_{table} table {table}")
    for each in COMMANDS:
        assert await permitted(world, each) == expected[each.path], each


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.FACILITATOR])
async def test_no_role_but_a_facilitators_is_permitted_anything_of_a_group(world: World, role: Role) -> None:
    access = Access(Caller("x", role, OWN, frozenset({HERE})))
    async with world.pool.acquire() as connection:
        _, cycle = await load(connection, world.desk.store, CYCLE, "c-own")
        people = [(await load(connection, world.desk.store, PARTICIPATION, name))[1] for name in ("r-own", "r-waits")]
    with pytest.raises(NotVisible):
        access.cycle(cycle)
    for person in people:
        with pytest.raises(NotVisible):
            access.person(person)
        assert access.tasks(person) == []
