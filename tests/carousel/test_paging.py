"""Every list of the carousel comes in pages that together are the whole list, each row once."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from shared.domain.clock import today
from shared.http.auth import Role
from tests.carousel.access_table import ROUTES, Route
from tests.carousel.desk import FACILITATORS, Desk, monday

ONE_THING = {"/participations/{referral_id}", "/participations/{referral_id}/forecast", "/barriers/what-if",
             "/cycles/{cycle_id}/sessions/{session_id}"}  # fmt: skip
LISTS = [each for each in ROUTES if each.method == "GET" and each.path not in ONE_THING]
PEOPLE = 8


@pytest.fixture
async def crowded(desk: Desk) -> Desk:
    """Of everything that is listed several, many of them equal in what they are ordered by first."""
    for nth in range(4):
        await desk.done("/offers", (await plan(desk)) | {"offer_id": f"o-{nth}"}, role=Role.COORDINATOR)
        await desk.cycle(f"c-{nth}", first_on=monday(-12), capacity=30)
        cover = {"absent": FACILITATORS[0], "cover": "f-9", "on": str(today())}
        await desk.done(f"/cycles/c-{nth}/sessions/c-{nth}-1/cover", cover)
    people = [f"r-{nth}" for nth in range(PEOPLE)]
    for name in people:
        await desk.placed(name, "c-1", monday(-12))
    for nth in (1, 2, 3):
        marks = {name.replace("-", "_"): "present" if nth == 1 else "absent" for name in people}
        await desk.held(f"c-1-{nth}", **marks)
    for name in people[:4]:
        await desk.done(f"/participations/{name}/stop", {"category": "practical", "code": "work", "on": str(today())})
    await desk.cycle("c-9")
    for nth in range(PEOPLE):
        await waits(desk, nth)
    return desk


async def plan(desk: Desk) -> dict[str, Any]:
    offer = (await desk.rows("/offers"))[0]
    return {"language": "fr", "modules": offer["modules"], "on": str(today())}


async def waits(desk: Desk, nth: int) -> None:
    """One who waits still, one whose pause is past its review, one who refused a place."""
    await desk.waits(f"w-{nth}", monday(-4 - nth % 2))
    await desk.waits(f"p-{nth}", monday(-9))
    pause = {"review_on": str(monday(-1 - nth % 2)), "on": str(monday(-5))}
    await desk.done(f"/participations/p-{nth}/pause", pause)
    await desk.waits(f"b-{nth}", monday(-4))
    place = {"cycle_id": "c-9", "from_on": str(today()), "on": str(today())}
    await desk.done(f"/participations/b-{nth}/offer-place", place)
    code = ("hours", "transport", "work", "childcare")[nth % 4]
    await desk.done(
        f"/participations/b-{nth}/refuse-place", {"category": "practical", "code": code, "on": str(today())}
    )


def url(route: Route) -> str:
    about = ("c-9" if route.path.endswith("proposals") else "c-1",) if "cycle_id" in route.path else ("r-1",)
    found = route.url(about)
    return f"{found}{'&' if '?' in found else '?'}"


def test_every_list_is_asked() -> None:
    assert {each.path for each in LISTS} >= {"/waiting-list", "/offers", "/cycles", "/barriers"}
    assert len(LISTS) == 12


async def test_pages_one_after_another_are_the_list_whatever_their_size(crowded: Desk) -> None:
    for route in LISTS:
        where = url(route)
        whole = await crowded.read(f"{where}limit=500")
        assert whole["next"] is None
        assert len(whole["items"]) > 3, route.path
        for limit in (1, 2, 3, len(whole["items"])):
            assert await crowded.rows(f"{where}limit={limit}") == whole["items"], (route.path, limit)


@pytest.mark.parametrize("after", ["x", "W10", "WyJhIl0", "WzFd", "WzFlOTld", "WyJcdTAwMDAiLCJ4Il0"])
async def test_a_cursor_that_no_page_gave_is_refused_or_finds_nothing_wrong(desk: Desk, after: str) -> None:
    await desk.cycle("c-1", first_on=monday(-12))
    await desk.cycle("c-9")
    await desk.placed("r-1")
    for route in LISTS:
        answer = await desk.ask("GET", f"{url(route)}after={after}")
        assert answer.status_code in {200, 422}, (route.path, answer.text)
        if answer.status_code == 422:
            assert answer.json()["code"] == "cursor-not-valid"
    assert (await desk.ask("GET", f"/waiting-list?after={after}")).status_code == 422


@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "1e9"])
async def test_a_page_has_a_size_within_bounds(desk: Desk, limit: str) -> None:
    for route in LISTS:
        answer = await desk.ask("GET", f"{url(route)}limit={limit}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.limit"), route.path


async def test_neither_who_waits_nor_who_is_proposed_is_cut(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await desk.cycle()
    await desk.waits("r-0")
    await pool.execute(
        "insert into participations select 'x-' || nth, p.city, p.language, p.availability, p.status,"
        " p.waiting_since, p.started_on, p.completed_on, p.review_on, p.cycle, p.organisation, p.attended, p.modules,"
        " p.absences, p.kept_apart from participations p, generate_series(1, 700) nth"
    )
    for path in ("/waiting-list", "/cycles/c-1/proposals?limit=450"):
        found = [each["participation"]["referral"] for each in await desk.rows(path)]
        assert len(found) == len(set(found)) == 701
