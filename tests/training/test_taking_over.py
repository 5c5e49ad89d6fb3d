"""What an earlier version kept of people is kept on: each who could see a name holds it, and every link leads on."""

from __future__ import annotations

import asyncpg

from services.training.personal_data.entries import standing
from shared.http.auth import Role
from tests.training.conftest import CITY, FOREIGN, FOREIGN_CITY, SECRET, Desk, newcomer
from tests.training.sides import event, foreign, own

LINKS = """
create table links (digest text primary key, stream text not null, participant text not null);
create unique index links_registration on links (stream, participant);
"""
# As the version before entries kept it: one name a person under his id, and one link a registration.
AS_BEFORE = """
insert into links select link, stream, person from entries where link is not null on conflict do nothing;
insert into people select distinct on (person) person, kind, sealed, kept_from from entries join people using (id)
    where kind = 'professional' order by person, seq on conflict do nothing;
delete from people where id in (select id from entries) and kind = 'professional';
delete from entries;
"""


async def lived_before(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> tuple[str, list[str]]:
    """Somebody registered with two organisations and a network event; his id, and the tokens of his links."""
    tokens = []
    for side in (own(desk), foreign(desk)):
        names = await side.opened()
        at = f"/public/trainings/{names['training_id']}/registrations"
        tokens.append((await desk.done("POST", at, newcomer(500), None))["token"])
    await desk.done("POST", "/network-events", event(CITY) | {"event_id": "e-1"}, Role.COORDINATOR)
    at = "/public/network-events/e-1/registrations"
    tokens.append((await desk.done("POST", at, newcomer(500), None))["token"])
    (guest,) = await desk.rows("/network-events/e-1/guests", Role.COORDINATOR)
    async with pool.acquire() as connection:
        await connection.execute(LINKS)
        await connection.execute(AS_BEFORE)
    return guest["participant"], tokens


async def test_names_and_links_of_before_are_in_the_hands_of_who_could_see_them(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    person, tokens = await lived_before(desk, pool)
    async with pool.acquire() as connection:
        await connection.execute("select take_over_links()")
        for token in tokens:
            found = await standing(connection, token)
            assert found is not None
            assert found.status == "registered"
    for role, organisation, city in ((Role.TRAINER, FOREIGN, FOREIGN_CITY), (Role.COORDINATOR, None, CITY)):
        held = (await desk.ask("GET", f"/people/{person}/export", None, role, city, organisation)).json()
        assert [each["name"] for each in held["names"]] == [SECRET]
    await desk.done("DELETE", f"/people/{person}")
    everywhere = await desk.done("GET", f"/people/{person}/export", None, Role.DATA_PROTECTION)
    assert len(everywhere["names"]) == 2
    speakers = await desk.rows("/network-events/e-1/speakers", Role.COORDINATOR)
    assert [each["name"] for each in speakers] == ["Wannes Spreker"]
    await desk.done("PUT", f"/people/{speakers[0]['participant']}/name", {"name": "Wannes Goed"}, Role.COORDINATOR)
    await desk.done("POST", "/public/registrations/cancel", {"token": tokens[1]}, None)


async def test_what_was_taken_over_once_is_not_taken_over_again(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await lived_before(desk, pool)
    tables = ("people", "entries", "addresses", "links")
    counts = []
    async with pool.acquire() as connection:
        for _ in range(3):
            await connection.execute("select take_over_links()")
            counts.append([await connection.fetchval(f"select count(*) from {table}") for table in tables])
    assert counts[0] == counts[1] == counts[2]
    assert counts[0][-1] == 0


async def test_a_new_database_has_nothing_to_take_over(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.plan()
    await desk.register(0)
    before = await pool.fetch("select * from entries")
    async with pool.acquire() as connection:
        await connection.execute("select take_over_links()")
    assert await pool.fetch("select * from entries") == before
