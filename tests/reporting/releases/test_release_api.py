"""A release over HTTP: prepared by one, approved by another, read by everybody, and the same after a replay."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import asyncpg
import httpx
import pytest

from deploy.local.tokens import token
from services.reporting.app import SERVICE
from services.reporting.integration_events import to_integration_event
from services.reporting.releases.aggregate import RELEASES
from services.reporting.releases.canonical import canonical
from services.reporting.releases.events import ReleasePublished
from services.reporting.releases.exports import harmless
from services.reporting.releases.projection import PROJECTION
from shared.contracts.reporting import RELEASES as TOPIC
from shared.contracts.reporting import ReportReleased
from shared.eventstore.event_store import EventStore, event_types, recorded
from shared.http.auth import Role
from shared.messaging.cloudevents import PublicMessage, schema
from tests.conftest import empty_database
from tests.reporting.published import completed, intake, received, started
from tests.reporting.receiving import receive
from tests.reporting.test_report import PROJECT
from tests.serving import served

GOLDEN = Path(__file__).parents[1] / "golden"
SECTORS = ("police", "welfare", "health", "ocmw_cpas", "justice", "welfare", "welfare")


def referrals() -> list[PublicMessage]:
    """Twenty-eight of seven organisations in 2025, of whom every second starts and every third completes."""
    told: list[PublicMessage] = []
    for nth in range(28):
        on = date(2025, 1, 6) + timedelta(days=9 * nth)
        entry = received(f"r{nth}", on, organisation=f"o{nth % 7}", city=("Brugge", "Oostende")[nth % 2])
        told += [entry.model_copy(update={"sector": SECTORS[nth % 7]}), intake(f"r{nth}", on + timedelta(days=8))]
        if nth % 2:
            told.append(started(f"r{nth}", on + timedelta(days=20)))
        if nth % 6 == 1:
            told.append(completed(f"r{nth}", on + timedelta(days=60)))
    return told


class Desk:
    """Those who make a release, each with a token of his own."""

    def __init__(self, client: httpx.AsyncClient, home: Path) -> None:
        self.client, self.home = client, home

    def bearer(self, role: Role, *cities: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token(role, None, cities, home=self.home)}"}

    async def oostende(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> httpx.Response:
        """Who coordinates the project."""
        return await self._ask(method, path, body, self.bearer(Role.COORDINATOR, "Oostende"))

    async def steering(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> httpx.Response:
        return await self._ask(method, path, body, self.bearer(Role.STEERING))

    async def brugge(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> httpx.Response:
        return await self._ask(method, path, body, self.bearer(Role.COORDINATOR, "Brugge"))

    async def anybody(self, path: str, **asked: str) -> httpx.Response:
        return await self.client.get(path, params=asked)

    async def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> httpx.Response:
        return await self.client.request(method, path, json=body, headers=headers)

    async def prepare(self, release: str = "2025-final", **more: Any) -> httpx.Response:
        return await self.oostende("/releases", {"release_id": release, "kind": "year", "year": 2025} | more)

    async def publish(self, release: str = "2025-final") -> None:
        for path in ("audit", "hand-over"):
            assert (await self.oostende(f"/releases/{release}/{path}")).status_code == 200
        assert (await self.steering(f"/releases/{release}/approve")).status_code == 200
        assert (await self.oostende(f"/releases/{release}/publish")).status_code == 200


@pytest.fixture
async def desk(pool: asyncpg.Pool[asyncpg.Record], database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with served(SERVICE, database_url, tmp_path) as (_, client):
        async with pool.acquire() as connection:
            await receive(connection, referrals())
        desk = Desk(client, tmp_path)
        assert (await desk.oostende("/project", PROJECT.model_dump(mode="json"), "PUT")).status_code == 200
        yield desk


async def test_a_release_is_prepared_audited_approved_by_another_and_read_by_everybody(desk: Desk) -> None:
    prepared = await desk.prepare()
    assert prepared.status_code == 201
    assert all(set(each["why"]) == {"nl", "fr", "en"} for each in prepared.json()["held_back"])
    assert (await desk.oostende("/releases/2025-final/hand-over")).json()["code"] == "release-not-audited"
    assert (await desk.oostende("/releases/2025-final/audit")).status_code == 200
    assert (await desk.oostende("/releases/2025-final/hand-over")).status_code == 200
    assert (await desk.oostende("/releases/2025-final/approve")).json()["code"] == "approver-prepared"
    page = (await desk.steering("/releases/2025-final", method="GET")).json()
    assert page["safe"]
    assert page["status"] == "handed_over"
    assert {each["table"] for each in page["differences"]} >= {"referrals_received"}
    assert (await desk.anybody("/public/releases")).json()["items"] == []
    assert (await desk.steering("/releases/2025-final/approve")).status_code == 200
    assert (await desk.oostende("/releases/2025-final/publish")).status_code == 200
    [listed] = (await desk.anybody("/public/releases")).json()["items"]
    assert (listed["number"], listed["release"]) == (1, "2025-final")
    document = (await desk.anybody("/public/releases/1")).json()
    sums = {each["indicator"]: each["n"] for each in document["sums"]}
    assert sums["referrals_received"] == 28
    cells = {tuple(c["keys"]): c["n"] for t in document["tables"] for c in t["cells"]}
    assert cells["welfare",] is not None
    assert (await desk.anybody("/public/releases/2")).status_code == 404


async def test_who_does_not_coordinate_the_project_prepares_nothing(desk: Desk) -> None:
    body = {"release_id": "x", "kind": "year", "year": 2025}
    assert (await desk.brugge("/releases", body)).status_code == 404
    assert (await desk.steering("/releases", body)).status_code == 403
    await desk.prepare()
    assert (await desk.brugge("/releases/2025-final/audit")).status_code == 404
    assert (await desk.anybody("/releases/2025-final")).status_code == 401


async def test_every_format_says_the_same_cells(desk: Desk) -> None:
    await desk.prepare()
    await desk.publish()
    document = (await desk.anybody("/public/releases/1")).json()
    told = (await desk.anybody("/public/releases/1/export", format="json")).content
    assert json.loads(told) == document
    rows = list(csv.DictReader(StringIO((await desk.anybody("/public/releases/1/export")).text)))
    shown = {(row["TABLE"], row["SECTOR_GROUP"]): row["OBS_VALUE"] for row in rows if row["SECTOR_GROUP"]}
    for table in document["tables"]:
        if table["axes"] == ["sector_group"]:
            for cell in table["cells"]:
                n = "" if cell["n"] is None else str(cell["n"])
                assert shown[table["code"], cell["keys"][0]] == n
    hidden = {(row["OBS_STATUS"], row["CONF_STATUS"]) for row in rows if row["OBS_VALUE"] == ""}
    assert hidden == {("Q", "C")}
    described = (await desk.anybody("/public/releases/1/export", format="csvw")).json()
    assert [each["name"] for each in described["tableSchema"]["columns"]] == list(rows[0])
    book = ZipFile(BytesIO((await desk.anybody("/public/releases/1/export", format="xlsx")).content))
    assert b"<f>" not in b"".join(book.read(name) for name in book.namelist() if "worksheets" in name)
    view = (await desk.anybody("/public/releases/1/view", sector="welfare")).json()
    assert {tuple(c["keys"]) for t in view["tables"] for c in t["cells"]} == {("welfare",)}


async def test_all_events_again_in_an_empty_database_give_the_same_bytes(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.prepare()
    await desk.publish()
    await desk.prepare("2025-again", supersedes=1)
    await desk.publish("2025-again")
    before = [(await desk.anybody(f"/public/releases/{n}/export", format="json")).content for n in (1, 2)]
    async with pool.acquire() as connection:
        rows = await connection.fetch("select * from events order by position")
    events = [recorded(row, event_types(*RELEASES.events)) for row in rows]
    async with empty_database("reporting") as url:
        other = await asyncpg.connect(url)
        await other.execute(PROJECTION.schema)
        for nth, each in enumerate(events):
            state = RELEASES.fold(one.event for one in events[: nth + 1])
            await PROJECTION.apply(other, RELEASES.change([each], state))
        stored = await other.fetch("select number, document, superseded_by from published_releases order by number")
        await other.close()
    assert [row["document"] for row in stored] == before
    assert [row["superseded_by"] for row in stored] == [2, None]


async def test_subscribers_receive_the_release_whole(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.prepare()
    await desk.publish()
    async with pool.acquire() as connection:
        past = await EventStore(pool, event_types(*RELEASES.events)).read(connection, RELEASES.stream("programme"))
    [told] = [each for one in past if (each := to_integration_event(one))]
    published = next(each.event for each in past if isinstance(each.event, ReleasePublished))
    assert isinstance(told.message, ReportReleased)
    value = json.loads(told.message.model_dump_json())
    digest = value.pop("digest")
    assert digest == published.digest
    assert json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == canonical(
        published.document
    )


def test_the_published_schemas_are_those_partners_know() -> None:
    """A rename or a change of type is a new version; a field with a default may be added here and in the file."""
    assert schema(TOPIC) == json.loads((GOLDEN / f"{TOPIC.name}.json").read_text(encoding="utf-8"))


def test_a_spreadsheet_runs_nothing_of_a_release() -> None:
    assert [harmless(each) for each in ("=1+1", "@x", "-2", " +1", "welfare", 7)] == [
        "'=1+1", "'@x", "'-2", "' +1", "welfare", 7,
    ]  # fmt: skip
