"""Whoever comes by a session may do exactly what he may do by a token: half of all routes and roles, in turn."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.tokens import token
from services.carousel.app import SERVICE as CAROUSEL
from services.referral.app import SERVICE as REFERRAL
from services.reporting.app import SERVICE as REPORTING
from services.training.app import SERVICE as TRAINING
from shared.http.auth import Caller, Role, Session
from shared.service.declaration import Service
from shared.signin import sessions
from shared.signin.tokens import SignedIn
from tests.signing_in import SAME_ORIGIN, signing_in

SERVICES = [REFERRAL, CAROUSEL, TRAINING, REPORTING]
Header = dict[str, str]


async def ways(app: FastAPI, service: str, role: Role, home: Path) -> tuple[Header, Header]:
    """The same person by a token and by a session."""
    caller = Caller("somebody", role, "org-1", frozenset({"Oostende"}))
    async with app.state.pool.acquire() as connection:
        signed_in = SignedIn(Session(caller, datetime.now(UTC)), None)
        session = await sessions.begin(connection, signed_in, None)
    bearer = token(role, "org-1", ["Oostende"], "somebody", home=home)
    return {"Authorization": f"Bearer {bearer}"}, {"Cookie": f"__Host-{service}-session={session}"} | SAME_ORIGIN


async def answers(client: httpx.AsyncClient, method: str, path: str, header: Header) -> tuple[int, str]:
    body: dict[str, str] | None = {} if method in {"POST", "PUT", "PATCH"} else None
    answer = await client.request(method, path, headers=header, json=body)
    known = answer.headers["content-type"].startswith("application/problem") if answer.content else False
    return answer.status_code, answer.json()["code"] if known else ""


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
async def test_a_session_gives_what_a_token_gives(
    service: Service, database_url: str, tmp_path: Path, issuer: str
) -> None:
    async with signing_in(service, database_url, tmp_path, issuer) as (app, browser):
        described = (await browser.get("/openapi.json")).json()["paths"]
        routes = sorted((method.upper(), path) for path, methods in described.items() for method in methods)
        asked = 0
        for nth, role in enumerate(Role):
            by_token, by_session = await ways(app, service.name, role, tmp_path)
            for method, path in routes[nth % 2 :: 2]:
                where = re.sub(r"\{\w+\}", "none", path)
                browser.cookies.clear()
                expected = await answers(browser, method, where, by_token)
                assert await answers(browser, method, where, by_session) == expected, (role, method, path)
                asked += 1
        assert asked > 3 * len(routes)
