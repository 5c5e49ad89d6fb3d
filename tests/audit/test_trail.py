"""The audit trail: what is in it, that nobody but the data-protection contact reads it, and that a change is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from deploy.local.tokens import token
from services.referral.app import SERVICE
from shared.audit import chain
from shared.http.auth import Role
from tests.conftest import under_a_key
from tests.serving import served
from tests.signin.conftest import issuer as _issuer
from tests.signing_in import signing_in

issuer = _issuer
Desk = tuple[FastAPI, httpx.AsyncClient]
ORGANISATION = {
    "organisation_id": "org-9", "name": {"nl": "CAW", "fr": "CAW", "en": "CAW"}, "sector": "welfare",
    "city": "Oostende", "since": "2020-01-01",
}  # fmt: skip


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with served(SERVICE, database_url, tmp_path) as both:
        yield both


def bearer(home: Path, role: Role, **more: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(role, cities=['Oostende'], home=home, **more)}"}


async def entries(app: FastAPI) -> list[asyncpg.Record]:
    return list(await app.state.pool.fetch("select * from audit_entries order by id"))


async def fill(desk: Desk, home: Path, times: int = 5) -> None:
    _, client = desk
    for nth in range(times):
        await client.get(f"/referrals/r-{nth}/person/export", headers=bearer(home, Role.FACILITATOR))


async def linked(app: FastAPI) -> chain.Verdict:
    """Once the service has linked all there is: it does so by itself."""
    async with asyncio.timeout(60):
        while (verdict := await chain.verify(app.state.pool)).unlinked:
            await asyncio.sleep(0.1)
    return verdict


async def test_it_has_commands_looks_at_persons_and_refusals_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    app, client = desk
    facilitator, referrer = bearer(tmp_path, Role.FACILITATOR), bearer(tmp_path, Role.REFERRER)
    coordinator = bearer(tmp_path, Role.COORDINATOR)
    await client.get("/health/ready")
    await client.get("/referrals/waiting")
    await client.get("/referrals/waiting", headers=facilitator)
    await client.post("/organisations", json={})
    assert await entries(app) == []
    done = await client.post("/organisations", json={}, headers=coordinator | under_a_key("POST"))
    await client.get("/referrals/r-secret/person/export", headers=facilitator)
    await client.get("/referrals/waiting", headers=referrer)
    await client.post("/referrals/no id at all/accept", json={}, headers=facilitator)
    told = [(each["who"], each["method"], each["route"], each["about"], each["outcome"]) for each in await entries(app)]
    assert told == [
        ("synthetic-coordinator", "POST", "/organisations", [], done.status_code),
        ("synthetic-facilitator", "GET", "/referrals/{referral_id}/person/export", ["r-secret"], 404),
        ("synthetic-referrer", "GET", "/referrals/waiting", [], 403),
        ("synthetic-facilitator", "POST", "/referrals/{referral_id}/accept", [], 422),
    ]


async def test_only_the_data_protection_contact_reads_it_and_reading_is_in_it(desk: Desk, tmp_path: Path) -> None:
    _, client = desk
    await fill(desk, tmp_path)
    for role in Role:
        answer = await client.get("/audit?limit=3", headers=bearer(tmp_path, role))
        assert answer.status_code == (200 if role is Role.DATA_PROTECTION else 403), role
    contact = bearer(tmp_path, Role.DATA_PROTECTION)
    page = (await client.get("/audit?limit=3&who=synthetic-facilitator", headers=contact)).json()
    assert [each["about"] for each in page["items"]] == [[], ["r-4"], ["r-3"]]
    page = (await client.get(f"/audit?limit=3&who=synthetic-facilitator&after={page['next']}", headers=contact)).json()
    assert [each["about"] for each in page["items"]] == [["r-2"], ["r-1"], ["r-0"]]
    page = (await client.get("/audit?about=r-2", headers=contact)).json()
    assert len(page["items"]) == 1
    newest = (await client.get("/audit", headers=contact)).json()["items"][0]
    assert (newest["route"], newest["role"], newest["came_by"]) == ("/audit", "data_protection", "token")


async def test_a_session_is_told_from_a_token(database_url: str, tmp_path: Path, issuer: str) -> None:
    async with signing_in(SERVICE, database_url, tmp_path, issuer) as (app, browser):
        await browser.sign_in("facilitator-oostende")
        await browser.get("/referrals/r-1/person/export")
        [entry] = await entries(app)
        assert entry["came_by"] == "session"
        assert entry["who"] == (await app.state.pool.fetchval("select subject from browser_sessions"))


CHANGES = {
    "an entry": ("update audit_entries set who = 'somebody else' where id = 3", 3, "changed"),
    "an id": ("update audit_entries set about = array['r-9'] where id = 3", 3, "changed"),
    "an entry taken out": ("delete from audit_entries where id = 3", 3, "the entry is missing"),
    "a link taken out": ("delete from audit_chain where place = 3", 4, "a link is missing"),
    "two exchanged": ("update audit_chain set entry = 7 - entry where place in (3, 4)", 3, "changed"),
    "a digest": ("update audit_chain set digest = digest || 'x' where place = 5", 5, "changed"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_is_seen_and_its_place_is_said(desk: Desk, tmp_path: Path, change: str) -> None:
    app, _ = desk
    await fill(desk, tmp_path)
    assert (await linked(app)).linked == 5
    statement, place, why = CHANGES[change]
    await app.state.pool.execute("alter table audit_chain drop constraint audit_chain_entry_key")
    await app.state.pool.execute(statement)
    verdict = await chain.verify(app.state.pool)
    assert verdict.broken_at == place
    assert why in verdict.why


async def test_what_is_written_at_once_by_many_is_linked_once_in_one_order(desk: Desk, tmp_path: Path) -> None:
    app, client = desk
    header = bearer(tmp_path, Role.FACILITATOR)
    asked = [client.get(f"/referrals/r-{nth}/person/export", headers=header) for nth in range(60)]
    await asyncio.gather(*asked, *(chain.link(app.state.pool) for _ in range(10)))
    verdict = await linked(app)
    assert (verdict.linked, verdict.broken_at) == (60, None)


async def test_what_is_not_in_the_trail_is_not_shown(desk: Desk, tmp_path: Path) -> None:
    app, client = desk
    await app.state.pool.execute("alter table audit_entries add constraint full_disk check (false) not valid")
    answer = await client.get("/referrals/r-1/person/export", headers=bearer(tmp_path, Role.FACILITATOR))
    assert answer.status_code >= 500
    assert (await client.get("/referrals/waiting", headers=bearer(tmp_path, Role.FACILITATOR))).status_code == 200
