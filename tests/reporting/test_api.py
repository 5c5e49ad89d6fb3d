"""The reporting service over HTTP: only coordinators, and each of them only his cities."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from tests.reporting.examples import five_referrals
from tests.reporting.telling import heard
from tests.reporting.test_report import PROJECT

BOTH = ("Oostende", "Brugge")
PERIOD = {"since": "2026-01-01", "until": "2026-12-31"}


@dataclass
class Reader:
    """The service, with the figures of five referrals behind it."""

    client: httpx.AsyncClient
    home: Path

    async def get(self, path: str, *cities: str, role: Role = Role.COORDINATOR, **asked: str) -> httpx.Response:
        return await self.client.get(path, params=PERIOD | asked, headers=self.bearer(role, *cities))

    def bearer(self, role: Role | None, *cities: str) -> dict[str, str]:
        """Of somebody who acts for these cities, or else for both."""
        return {"Authorization": f"Bearer {token(role, None, cities or BOTH, home=self.home)}"} if role else {}


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
    assert (await describe(reader, PROJECT.model_dump(mode="json"))).status_code == 200
    assert (await reader.get("/report", *BOTH, language="nl", format="html")).status_code == 200
    assert (await reader.get("/report", "Brugge", language="nl", format="html")).status_code == 409


async def test_the_project_is_read_as_it_was_last_described(reader: Reader) -> None:
    assert (await reader.get("/project", *BOTH)).status_code == 404
    about = PROJECT.model_dump(mode="json")
    for described in ({**about, "duration_years": 1}, about):
        await describe(reader, described)
        assert (await reader.get("/project", *BOTH)).json() == described


async def test_a_report_without_a_period_is_of_every_month_that_has_a_figure(reader: Reader) -> None:
    await describe(reader, PROJECT.model_dump(mode="json"))
    html = (await reader.client.get("/report?language=en&format=html", headers=reader.bearer(Role.COORDINATOR))).text
    assert "January 2026 – March 2026" in html
    pdf = await reader.get("/report", *BOTH, language="nl")
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


async def test_a_report_on_a_project_nobody_described_is_refused(reader: Reader) -> None:
    refused = await reader.get("/report", *BOTH, language="nl")
    assert (refused.status_code, refused.json()["code"]) == (409, "project-not-described")


@pytest.mark.parametrize("path", ["/figures", "/partners"])
async def test_a_period_that_ends_before_it_begins_is_refused(reader: Reader, path: str) -> None:
    refused = await reader.get(path, *BOTH, since="2026-12-31", until="2026-01-01")
    assert (refused.status_code, refused.json()["code"]) == (409, "period-reversed")


@pytest.mark.parametrize(
    "wrong",
    [{"title": {}}, {"title": {"nl": " "}}, {"title": {"nl": "\x00"}}, {"title": {"de": "Titel"}}, {"extra": 1}],
)
async def test_a_project_without_a_readable_title_is_not_kept(reader: Reader, wrong: dict[str, Any]) -> None:
    assert (await describe(reader, PROJECT.model_dump(mode="json") | wrong)).status_code == 422
    assert (await reader.get("/project", *BOTH)).status_code == 404


async def test_a_figure_says_what_it_means_and_of_what_it_is_a_part(reader: Reader) -> None:
    told = {each["code"]: each for each in (await reader.get("/figures", *BOTH)).json()["figures"]}
    intakes = told["intakes_held"]
    assert (intakes["value"], intakes["denominator_code"], intakes["denominator"]) == (2, "referrals_received", 4)
    assert (intakes["city_means"], intakes["partner_means"], intakes["protected"]) == ("preferred", "referring", True)
    assert all(set(each["definition"]) == {"nl", "fr", "en"} for each in told.values())


async def describe(reader: Reader, about: dict[str, Any]) -> httpx.Response:
    return await reader.client.put("/project", json=about, headers=reader.bearer(Role.COORDINATOR))


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_those_of_the_table_get_in(reader: Reader, role: Role | None) -> None:
    for (method, path), allowed in ACCESS.items():
        answer = await reader.client.request(method, path, params=PERIOD, headers=reader.bearer(role), json={})
        expected = {401} if role is None else {200, 404, 409, 422} if role in allowed else {403}
        assert answer.status_code in expected, (method, path, role)


async def test_the_table_names_every_endpoint(reader: Reader) -> None:
    described = (await reader.client.get("/openapi.json")).json()["paths"]
    open_to_all = {"/health/live", "/health/ready", "/metrics"}
    asked = {(method.upper(), path) for path, methods in described.items() for method in methods}
    assert {each for each in asked if each[1] not in open_to_all} == set(ACCESS)


COORDINATES = {Role.COORDINATOR}
ACCESS: dict[tuple[str, str], set[Role]] = {
    ("GET", "/figures"): COORDINATES,
    ("GET", "/partners"): COORDINATES,
    ("GET", "/project"): COORDINATES,
    ("PUT", "/project"): COORDINATES,
    ("GET", "/report"): COORDINATES,
}
