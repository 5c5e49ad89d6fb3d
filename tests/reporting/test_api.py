"""The reporting service over HTTP: only coordinators, and each of them only his cities."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.local.tokens import ensure_keys, token
from services.reporting import figures, project
from services.reporting.api import routes
from services.reporting.vocabulary import vocabulary
from shared.callers import Gate, Role
from shared.health import Health
from shared.service import create_tables
from shared.settings import Settings
from shared.web import create_app
from tests.reporting.telling import five_referrals, heard
from tests.reporting.test_report import PROJECT

BOTH = ("Oostende", "Brugge")
PERIOD = {"since": "2026-01-01", "until": "2026-12-31"}


@dataclass
class Reader:
    """The service, with the figures of five referrals behind it."""

    client: httpx.AsyncClient
    home: Path

    async def get(self, path: str, *cities: str, role: Role = Role.COORDINATOR, **asked: str) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token(role, None, cities, home=self.home)}"}
        return await self.client.get(path, params=PERIOD | asked, headers=bearer)


@pytest.fixture
async def reader(pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path) -> AsyncIterator[Reader]:
    """A reader of figures that were heard."""
    settings = Settings()
    await create_tables(pool, [figures.SCHEMA, project.SCHEMA])
    async with pool.acquire() as connection, connection.transaction():
        await figures.apply(connection, heard(five_referrals()))
    gate = Gate(ensure_keys(tmp_path), settings.auth_issuer, settings.auth_audience)
    app = create_app("Reporting", gate, vocabulary().refusals, Health())
    app.include_router(routes(pool))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://reader") as client:
        yield Reader(client, tmp_path)


def received(answer: httpx.Response) -> int:
    """How many referrals the answer counts."""
    figure = next(each for each in answer.json()["figures"] if each["code"] == "referrals_received")
    value: int = figure["value"]
    return value


async def test_a_coordinator_of_every_city_reads_them_together(reader: Reader) -> None:
    assert received(await reader.get("/figures", *BOTH)) == 4


async def test_a_coordinator_of_one_city_reads_that_city_and_never_the_whole(reader: Reader) -> None:
    assert received(await reader.get("/figures", "Brugge", city="Brugge")) == 1
    whole = await reader.get("/figures", "Brugge")
    assert (whole.status_code, whole.json()["code"]) == (409, "city-needed")
    assert set(whole.json()["detail"]) == {"nl", "fr", "en"}
    other = await reader.get("/figures", "Brugge", city="Oostende")
    assert (other.status_code, other.json()["code"]) == (404, "not-found")


async def test_the_report_of_the_whole_project_is_for_who_acts_for_all_of_it(reader: Reader) -> None:
    head = {"Authorization": f"Bearer {token(Role.COORDINATOR, None, BOTH, home=reader.home)}"}
    assert (await reader.client.put("/project", json=PROJECT.model_dump(mode="json"), headers=head)).status_code == 200
    assert (await reader.get("/report", *BOTH, language="nl", format="html")).status_code == 200
    assert (await reader.get("/report", "Brugge", language="nl", format="html")).status_code == 409


async def test_the_project_is_read_as_it_was_last_described(reader: Reader) -> None:
    assert (await reader.get("/project", *BOTH)).status_code == 404
    head = {"Authorization": f"Bearer {token(Role.COORDINATOR, None, BOTH, home=reader.home)}"}
    about = PROJECT.model_dump(mode="json")
    for described in ({**about, "duration_years": 1}, about):
        await reader.client.put("/project", json=described, headers=head)
        assert (await reader.get("/project", *BOTH)).json() == described


@pytest.mark.parametrize("path", ["/figures", "/report?language=nl", "/project"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
async def test_nobody_but_a_coordinator_reads_figures(reader: Reader, path: str, role: Role) -> None:
    assert (await reader.get(path, *BOTH, role=role)).status_code == 403
    assert (await reader.client.get(path)).status_code == 401
