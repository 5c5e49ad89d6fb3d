"""The export of a person tells all that this service holds on him, and an erasure leaves his name nowhere."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import asyncpg
import pytest
from cryptography.fernet import Fernet, InvalidToken

from shared.http.auth import Role
from tests.referral.access import KEEP, STEPS
from tests.referral.desk import CITY, OTHER_CITY, SECRET, Desk, desk, organisation, referral, referrer

__all__ = ["desk"]

EVERYWHERE = f"{CITY},{OTHER_CITY}"
OTHER = "Zebedea Onvindbaar"
NAMES = (SECRET, OTHER)
FOLDED = {
    "cases": "from the events",
    "organisations": "from the events",
    "referrers": "from the events",
    "transfers": "from the events",
}
NOBODYS = {
    "audit_entries": "what those who work here asked for; what they looked at is told by the looks",
    "idempotency_keys": "digests and sealed answers",
    "built": "versions of views",
    "outbox_checkpoints": "positions",
}


async def lived(desk: Desk) -> None:
    """A person with two roads in two cities, looked at, told again, corrected, and asked to be corrected."""
    keys = count()

    async def done(method: str, path: str, body: Any, role: Role = Role.FACILITATOR, **more: Any) -> None:
        answer = await desk.ask(method, path, body, role, key=f"key {next(keys)}", **more)
        assert answer.is_success, answer.text

    await done("POST", "/organisations", organisation(), Role.COORDINATOR)
    await done("POST", "/referrers", referrer(), Role.COORDINATOR)
    for name, city in (("r-1", CITY), ("r-2", OTHER_CITY)):
        await done("POST", "/referrals", referral(name, person_id="p-1", preferred_city=city), Role.REFERRER)
        for step in ("plan-intake", "intake", "accept"):
            await done("POST", f"/referrals/{name}/{step}", STEPS[step], city=city)
        for why in ("intake", "contact"):
            await done("POST", f"/referrals/{name}/person/look", {"why": why}, city=city)
    await done("PUT", "/referrals/r-1/person", {"person": {"name": OTHER, "phone": "001"}}, city=EVERYWHERE)
    await done("PUT", "/referrals/r-1/person", {"person": {"name": SECRET}}, subject="first")
    await done("POST", "/referrals", referral("r-1", person_id="p-1"), Role.REFERRER, subject="referrer")
    for path in ("/referrals/r-1/person", "/referrers/ref-1"):
        await done("POST", f"{path}/keep", KEEP, Role.DATA_PROTECTION)
        await done("POST", f"{path}/restriction", {"why": "unlawful"}, Role.DATA_PROTECTION)
        await done("DELETE", f"{path}/restriction", None, Role.DATA_PROTECTION)


async def rows_about(pool: asyncpg.Pool[asyncpg.Record], *ids: str) -> dict[str, list[str]]:
    """The rows of every table that name one of these ids, as text."""
    tables = await pool.fetch("select tablename from pg_tables where schemaname = current_schema()")
    named = re.compile(rf"(?<!\w)(?:{'|'.join(ids)})(?![\w-])")
    found = {}
    for (table,) in tables:
        rows = await pool.fetch(f'select t::text from "{table}" t')
        found[table] = [row[0] for row in rows if named.search(row[0])]
    return {table: rows for table, rows in found.items() if rows}


async def test_the_whole_export_tells_every_row_about_a_person(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await lived(desk)
    held = (await desk.ask("GET", "/referrals/r-2/person/export", role=Role.DATA_PROTECTION)).json()
    rows = await rows_about(pool, "p-1", "r-1", "r-2")
    told = {
        "people": [held["person"]],
        "looks": held["looks"],
        "person_changes": held["changes"],
        "likenesses": held["compared_by"],
        "restrictions": held["restrictions"],
        "kept_longer": held["kept_longer"],
        "events": held["facts"],
    }
    assert {table: len(each) for table, each in told.items()} == {
        table: len(found) for table, found in rows.items() if table not in FOLDED | NOBODYS
    }
    assert held["person"]["name"] == OTHER
    assert len(held["facts"]) == 8
    assert [(each["what"], each["done"]) for each in held["changes"]] == [
        ("correction", True), ("correction", None), ("correction", None),
    ]  # fmt: skip


async def test_the_whole_export_tells_every_row_about_a_referrer(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await lived(desk)
    await desk.ask("POST", "/referrers/ref-1/look", {"why": "contact"}, Role.COORDINATOR)
    await desk.ask("PUT", "/referrers/ref-1", {"name": OTHER, "email": None}, Role.COORDINATOR)
    held = (await desk.ask("GET", "/referrers/ref-1/export", role=Role.DATA_PROTECTION)).json()
    rows = await rows_about(pool, "ref-1")
    told = {
        "people": [held["person"]],
        "looks": held["looks"],
        "person_changes": held["changes"],
        "kept_longer": held["kept_longer"],
        "restrictions": held["restrictions"],
        "events": [held["organisation"], *held["referrals"]],
    }
    assert {table: len(each) for table, each in told.items()} == {
        table: len(found) for table, found in rows.items() if table not in FOLDED | NOBODYS
    }


async def test_a_name_stands_in_no_table_in_clear_and_after_an_erasure_not_even_sealed(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await lived(desk)
    assert await names_in(desk, pool) == {"people", "person_changes"}
    why = "?why=asked-by-person"
    for path in ("/referrals/r-1/person", "/referrers/ref-1"):
        assert (await desk.ask("DELETE", path + why, role=Role.DATA_PROTECTION)).status_code == 204
    assert await names_in(desk, pool) == set()


async def names_in(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> set[str]:
    """The tables in which a name stands sealed; none may hold it in clear."""
    seal = Fernet((desk.home / "auth" / "people.keys").read_text().split()[0])
    found = set()
    for (table,) in await pool.fetch("select tablename from pg_tables where schemaname = current_schema()"):
        for row in await pool.fetch(f'select * from "{table}"'):
            assert not any(name in str(value) for value in row.values() for name in NAMES), table
            sealed = [value for value in row.values() if isinstance(value, bytes)]
            found |= {table for value in sealed if any(name in opened(seal, value) for name in NAMES)}
    return found


def opened(seal: Fernet, value: bytes) -> str:
    try:
        return seal.decrypt(value).decode()
    except InvalidToken:
        return ""


async def test_every_table_that_could_name_a_person_is_in_the_export_or_in_the_list_of_those_that_need_not(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    columns = await pool.fetch(
        "select distinct table_name, column_name from information_schema.columns where table_schema = current_schema()"
    )
    could = {"person", "referrer", "id", "stream", "by", "asked_by", "key", "caller", "referral"}
    naming = {table for table, column in columns if column in could}
    exported = {"people", "looks", "person_changes", "likenesses", "events", "restrictions", "kept_longer"}
    messages = {"dead_letters", "discards"}  # pseudonymous, as they stood on the topic: for ops
    those_who_work_here = {"audit_entries", "browser_sessions", "publisher_epochs"}
    folded = {"cases", "transfers", "referrers", "idempotency_keys"}
    assert naming == exported | messages | folded | those_who_work_here


@pytest.mark.parametrize("table", sorted(FOLDED | NOBODYS))
async def test_what_is_not_exported_holds_nothing_that_is_not_in_the_events(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], table: str
) -> None:
    await lived(desk)
    for (row,) in await pool.fetch(f'select t::text from "{table}" t'):
        assert not any(name in row for name in NAMES)
