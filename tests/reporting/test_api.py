"""The reporting service over HTTP: periods, the project and the report."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import date
from itertools import combinations_with_replacement
from typing import Any

import asyncpg
import httpx
import pytest

from services.reporting import routes
from services.reporting.routes import RENDERED_AT_ONCE
from shared.http.auth import Role
from tests.reporting.published import joined, left, registered
from tests.reporting.reader import BOTH, Reader
from tests.reporting.receiving import receive
from tests.reporting.stored import GOLDEN
from tests.reporting.test_report import PROJECT

ABOUT = PROJECT.model_dump(mode="json")


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
    assert (await reader.describe(ABOUT)).status_code == 200
    assert (await reader.get("/report", *BOTH, language="nl", format="html")).status_code == 200
    assert (await reader.get("/report", "Brugge", language="nl", format="html")).status_code == 409


async def test_the_project_is_read_as_it_was_last_described(reader: Reader) -> None:
    assert (await reader.get("/project", *BOTH)).status_code == 404
    about = ABOUT
    for described in ({**about, "duration_years": 1}, about):
        await reader.describe(described)
        assert (await reader.get("/project", *BOTH)).json() == described


async def test_a_project_described_long_ago_or_by_a_later_version_is_read(
    reader: Reader, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    stored = json.loads((GOLDEN / "project.v1.json").read_text(encoding="utf-8"))
    for data in (stored, stored | {"added_later": 1}):
        await pool.execute("insert into projects (by, data) values ('a', $1::jsonb)", json.dumps(data))
        assert (await reader.get("/project", *BOTH)).json() == stored


async def test_a_report_without_a_period_is_of_every_month_that_has_a_figure(reader: Reader) -> None:
    await reader.describe(ABOUT)
    html = (await reader.client.get("/report?language=en&format=html", headers=reader.bearer(Role.COORDINATOR))).text
    assert "January 2026 – March 2026" in html
    pdf = await reader.get("/report", *BOTH, language="nl")
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


async def test_a_report_on_a_project_nobody_described_is_refused(reader: Reader) -> None:
    refused = await reader.get("/report", *BOTH, language="nl")
    assert (refused.status_code, refused.json()["code"]) == (409, "project-not-described")


@pytest.mark.parametrize("path", ["/figures", "/partners", "/report"])
async def test_a_period_that_ends_before_it_begins_is_refused(reader: Reader, path: str) -> None:
    refused = await reader.get(path, *BOTH, language="nl", since="2026-03-02", until="2026-03-01")
    assert (refused.status_code, refused.json()["code"]) == (422, "period-reversed")
    assert set(refused.json()["detail"]) == {"nl", "fr", "en"}


DAYS = ("2026-01-01", "2026-01-31", "2026-02-01", "2026-02-10", "2026-02-28", "2026-03-01", "2026-03-15", "2026-03-31")


@pytest.mark.parametrize(("since", "until"), list(combinations_with_replacement(DAYS, 2)))
async def test_figures_partners_and_report_of_any_days_are_of_those_days_and_no_other(
    reader: Reader, pool: asyncpg.Pool[asyncpg.Record], since: str, until: str
) -> None:
    await reader.describe(ABOUT)
    times = {
        "first": ("2026-01-31", "2026-02-01"),
        "middle": ("2026-02-10", "2026-02-11"),
        "last": ("2026-03-31", None),
    }
    async with pool.acquire() as connection:
        for name, (begun, ended) in times.items():
            await receive(connection, [joined(name, date.fromisoformat(begun)), registered(name, f"Partner {name}")])
            if ended:
                await receive(connection, [left(name, date.fromisoformat(ended))])
    asked = {"since": since, "until": until}
    figures = (await reader.get("/figures", *BOTH, **asked)).json()
    partners = (await reader.get("/partners", *BOTH, **asked)).json()
    report = (await reader.get("/report", *BOTH, language="en", format="html", **asked)).text
    assert {name: figures[name] for name in asked} == {name: partners[name] for name in asked} == asked
    there = {name for name, (begun, ended) in times.items() if begun <= until and (ended is None or ended > since)}
    assert {each["partner"] for each in partners["items"]} == there
    assert {name for name in times if f"Partner {name}" in report} == there
    values = {each["code"]: each["value"] for each in figures["figures"]}
    assert values["partners_active"] == len(there)
    days = ("2026-01-05", "2026-01-20", "2026-02-02", "2026-03-01")  # of the referrals that count
    assert values["referrals_received"] == sum(since <= day <= until for day in days)


async def test_a_report_without_an_end_has_one(reader: Reader) -> None:
    await reader.describe(ABOUT)
    for asked, expected in (
        ({"since": "2026-02-20"}, "20 February 2026 – 31 March 2026"),
        ({"since": "2026-02-01"}, "February 2026 – March 2026"),
        ({"until": "2026-02-20"}, "1 January 2026 – 20 February 2026"),
        ({"since": "2026-12-20"}, "20 December 2026 – 31 December 2026"),
        ({"until": "2025-12-01"}, "<dd>1 December 2025</dd>"),
    ):
        head = reader.bearer(Role.COORDINATOR)
        answer = await reader.client.get("/report", params={"language": "en", "format": "html", **asked}, headers=head)
        assert expected in answer.text


async def test_a_partner_of_the_last_month_is_in_a_report_without_a_period(
    reader: Reader, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await reader.describe(ABOUT)
    async with pool.acquire() as connection:
        await receive(connection, [joined("late", date(2026, 3, 10)), registered("late", "Veilig Huis")])
    html = (await reader.client.get("/report?language=en&format=html", headers=reader.bearer(Role.COORDINATOR))).text
    assert "Steering group: 1 partner" in html
    assert "Veilig Huis" in html


async def test_partners_come_page_by_page_in_their_order(reader: Reader, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    names = {f"o{nth}": "Ö" * 119 + "ab"[nth % 2] for nth in range(7)}
    async with pool.acquire() as connection:
        for name, called in names.items():
            await receive(connection, [joined(name), registered(name, called)])
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await reader.get("/partners", *BOTH, limit="2", **after)).json()
        assert len(page["items"]) <= 2
        seen += [each["partner"] for each in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == ["o0", "o2", "o4", "o6", "o1", "o3", "o5"]


BAD = {
    "since": ("0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31", "2026-1-1", "0", "1e9", "infinity", "\x00", ""),
    "city": ("", "B", "x" * 61, "a\x00b"),
    "partner": ("", "x" * 65, "a/b", "\x00"),
    "sector": ("", "x" * 65, "Police", "\x00"),
    "limit": ("0", "-1", "501", str(2**63), "many"),
    "after": ("\x00", "W10", "x" * 5000),
    "language": ("de", "", "\x00"),
    "format": ("docx", ""),
}
BAD["until"] = BAD["since"]
GOOD = {
    "since": ("2000-01-01",),
    "until": ("2099-12-31",),
    "city": ("x" * 60, "'; drop table figures; --", "%%"),
    "partner": ("x" * 64,),
    "sector": ("quite_new",),
    "limit": ("1", "500"),
}


async def test_what_is_asked_has_bounds_before_any_sql_sees_it(reader: Reader) -> None:
    await reader.describe(ABOUT)
    paths = (await reader.client.get("/openapi.json")).json()["paths"]
    asked = [
        (path.format(indicator="referrals_received", number="1", release_id="none"), each["name"])
        for path, methods in paths.items()
        for each in methods.get("get", {}).get("parameters", [])
        if each["in"] == "query" and path != "/audit"  # of every service: tests/audit
    ]
    assert {name for _, name in asked} == set(BAD)
    wrong = []
    for path, name in asked:
        for value in BAD[name]:
            answer = await reader.get(path, *BOTH, **({"language": "nl"} | {name: value}))
            fields = [each["field"] for each in answer.json().get("errors", [])]
            if answer.status_code != 422 or fields[:1] != [f"query.{name}"]:
                wrong.append((path, name, value[:20], answer.status_code, fields))
        for value in GOOD.get(name, ()):
            answer = await reader.get(path, *BOTH, **({"language": "nl"} | {name: value}))
            if answer.status_code not in {200, 404}:
                wrong.append((path, name, value[:20], answer.status_code, []))
    assert wrong == []


@pytest.mark.parametrize("file_format", ["html", "pdf"])
async def test_a_report_is_rendered_beside_the_event_loop_and_few_at_once(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    await reader.describe(ABOUT)
    name, pair, threads = f"render_{file_format}", threading.Barrier(RENDERED_AT_ONCE), list[int]()
    render, running, most = getattr(routes, name), threading.Semaphore(RENDERED_AT_ONCE), list[bool]()

    def watched(*given: Any) -> Any:
        most.append(running.acquire(blocking=False))
        threads.append(threading.get_ident())
        pair.wait(timeout=120)  # goes on only when as many as may are rendered at once
        rendered = render(*given)
        running.release()
        return rendered

    monkeypatch.setattr(routes, name, watched)
    asked = [reader.get("/report", *BOTH, language="nl", format=file_format) for _ in range(3 * RENDERED_AT_ONCE)]
    answers = await asyncio.gather(*asked)
    assert [each.status_code for each in answers] == [200] * len(answers)
    assert threading.get_ident() not in threads
    assert all(most)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": {}}, {"title": {"nl": " "}}, {"title": {"nl": "\x00"}}, {"title": {"de": "Titel"}}, {"extra": 1},
        {"title": {"nl": "x" * 301}}, {"coordinating_municipality": "x" * 61}, {"coordinating_municipality": "a\x00b"},
        {"participating_municipalities": ["Gent"] * 601}, {"contacts": ABOUT["contacts"] * 51},
        {"duration_years": 101}, {"duration_years": -1}, {"duration_years": 2**63}, {"translations": ["nl"] * 4},
    ],
)  # fmt: skip
async def test_a_project_that_no_report_could_state_is_not_kept(reader: Reader, wrong: dict[str, Any]) -> None:
    assert (await reader.describe(ABOUT | wrong)).status_code == 422
    assert (await reader.get("/project", *BOTH)).status_code == 404


async def test_a_figure_says_what_it_means_and_of_what_it_is_a_part(reader: Reader) -> None:
    by_code = {each["code"]: each for each in (await reader.get("/figures", *BOTH)).json()["figures"]}
    intakes = by_code["intakes_held"]
    assert (intakes["value"], intakes["denominator_code"], intakes["denominator"]) == (2, "referrals_received", 4)
    assert (intakes["city_means"], intakes["partner_means"], intakes["protected"]) == ("preferred", "referring", True)
    assert all(set(each["definition"]) == {"nl", "fr", "en"} for each in by_code.values())
