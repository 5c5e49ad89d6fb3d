"""The referral service as it is wired, on a real database, and people of every role in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.tokens import token
from services.referral.app import SERVICE
from shared.http.auth import Role
from tests.conftest import under_a_key
from tests.serving import served

CITY, OTHER_CITY = "Oostende", "Brugge"
NOT_TOLD = {"reach": None, "phone": None, "email": None, "address": None, "birth_year": None}
SECRET = "Zebedeus Onvindbaar"  # noqa: S105 - a name that must never leave the personal data


class Desk:
    """The service, and people of every role in front of it."""

    def __init__(self, client: httpx.AsyncClient, home: Path, app: FastAPI | None = None) -> None:
        self.client, self.home, self.app = client, home, app

    def bearer(
        self, role: Role | None, organisation: str | None = "org-1", city: str = CITY, subject: str | None = None
    ) -> dict[str, str]:
        """`city` may name several, with commas between them."""
        if role is None:
            return {}
        cities = [each for each in city.split(",") if each]
        return {"Authorization": f"Bearer {token(role, organisation, cities, subject, home=self.home)}"}

    async def ask(
        self, method: str, path: str, body: Any = None, role: Role | None = Role.FACILITATOR, city: str = CITY,
        organisation: str | None = "org-1", key: str | None = None, subject: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        head = self.bearer(role, organisation, city, subject) | under_a_key(method, key)
        return await self.client.request(method, path, json=body, headers=head)


@asynccontextmanager
async def in_front_of(database_url: str, home: Path) -> AsyncIterator[Desk]:
    """A desk in front of the service, which runs in its role `api` until the end of the block."""
    async with served(SERVICE, database_url, home) as (app, client):
        yield Desk(client, home, app)


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with in_front_of(database_url, tmp_path) as desk:
        await known(desk)
        yield desk


async def known(desk: Desk) -> None:
    """The organisations that refer in these tests, each with a referrer; the programme runs in both cities."""
    head = desk.bearer(Role.COORDINATOR, city=f"{CITY},{OTHER_CITY}", subject="registrar")
    for nth, city in enumerate((CITY, CITY, OTHER_CITY), 1):
        for path, body in (
            ("/organisations", organisation(f"org-{nth}", city=city)),
            (
                "/referrers",
                referrer(f"ref-{nth}", organisation_id=f"org-{nth}") | ({"name": "Vast"} if nth > 1 else {}),
            ),
        ):
            answer = await desk.client.post(path, json=body, headers=head)
            assert answer.status_code == 201, answer.text


def referral(name: str = "r-1", /, **changed: Any) -> dict[str, Any]:
    """Of the referrer of its organisation."""
    of = str(changed.get("organisation_id", "org-1"))
    return {
        "referral_id": name,
        "person_id": f"p-{name}",
        "person": {"name": SECRET, "phone": "000"},
        "referrer_id": f"ref-{of.removeprefix('org-')}",
        "organisation_id": "org-1",
        "sector": "police",
        "referrer_city": CITY,
        "city_of_residence": CITY,
        "preferred_city": CITY,
        "received_on": "2026-01-05",
        "informed_on": "2026-01-04",
        "informed_by": "referrer",
        "availability": [["monday", "evening"]],
        "feedback_agreed": True,
    } | changed


def organisation(name: str = "org-1", /, **changed: Any) -> dict[str, Any]:
    return {
        "organisation_id": name, "name": "Politie", "sector": "police", "city": CITY, "since": "2005-01-01",
    } | changed  # fmt: skip


def referrer(name: str = "ref-1", /, **changed: Any) -> dict[str, Any]:
    return {"referrer_id": name, "organisation_id": "org-1", "name": SECRET, "email": "zebedeus@example.org"} | changed
