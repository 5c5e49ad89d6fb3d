"""Every list comes in pages that together are the list, and takes no cursor that no page gave for more than it is."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from shared.http.auth import Role
from tests.training.access import ROUTES
from tests.training.conftest import ORGANISER, Desk, newcomer
from tests.training.sides import ON, Names, Side, own

THINGS = 3
LISTS = [
    "/public/trainings", "/public/network-events", "/trainings", "/network-events", "/organisations", "/evaluations",
    "/partners", "/steering-meetings", "/decisions/open", "/erasures", "/erasure-requests",
    "/trainings/{training_id}/register", "/trainings/{training_id}/waiting-list",
    "/trainings/{training_id}/evaluation/improvements", "/network-events/{event_id}/guests",
    "/network-events/{event_id}/speakers",
]  # fmt: skip
FORGED: list[Any] = [
    [], {}, 7, "x", ["x"], [7], [0, ""], [10**30, "x"], [-(10**30), "x"], [2**63, "x"], ["\x00", "x"], [7, "\x00"],
    [7, "x", "y"], ["x", "y"], [True, "x"], [None], [[1], "x"], ["'; --", "x"], [1.5, "x"], ["\ud800"],
]  # fmt: skip


def cursor(key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


async def filled(desk: Desk, path: str) -> tuple[str, Role | None]:
    """The list with several things on it, and a role that reads it."""
    route, side = ROUTES["GET", path], own(desk)
    role = Role.DATA_PROTECTION if Role.DATA_PROTECTION in route.roles else min(route.roles, default=None)
    if path.endswith("/improvements"):
        names = await evaluated(desk)
    elif path in {"/erasures", "/erasure-requests"}:
        names = await erased(desk, side)
    else:
        names = [await getattr(side, route.stage_of(role))() for _ in range(1 if "{" in path else THINGS)][-1]
        await more(desk, path, names)
    return path.format(**names), role


async def more(desk: Desk, path: str, names: Names) -> None:
    """Several things on the list of one training or event, or several partners."""
    people = [newcomer(1000 + nth) for nth in range(THINGS)]
    if path.endswith("/waiting-list"):
        await desk.done("POST", f"/trainings/{names['training_id']}/set-capacity", ON | {"capacity": 1})
    if path.startswith("/trainings/"):
        at = f"/public/trainings/{names['training_id']}/registrations"
    elif path.endswith("/guests"):
        at = f"/public/network-events/{names['event_id']}/registrations"
    elif path == "/partners":
        role = {"role": "other", "since": "2024-06-01"}
        await desk.done("POST", f"/partners/{ORGANISER}/join", role, Role.COORDINATOR)
        return
    else:
        return
    for each in people:
        await desk.done("POST", at, each, None)


async def evaluated(desk: Desk) -> Names:
    await desk.held(5)
    asked = await desk.done("POST", "/trainings/t-1/evaluation/open", ON)
    for nth, token in enumerate(asked["tokens"]):
        opinion = {"score": 8, "confidence_before": 2, "confidence_after": 4, "improve": f"Meer tijd {nth}"}
        await desk.done("POST", "/public/evaluations", opinion | {"token": token}, None)
    await desk.done("POST", "/trainings/t-1/evaluation/close", ON)
    return {"training_id": "t-1"}


async def erased(desk: Desk, side: Side) -> Names:
    """Several names were erased, and others are asked to be."""
    for _ in range(THINGS):
        gone, asked = await side.opened(), await side.opened()
        await desk.done("DELETE", f"/people/{gone['person_id']}")
        await desk.done("POST", f"/people/{asked['person_id']}/erasure-request")
    return {}


async def test_every_list_is_one_of_these_and_has_pages(desk: Desk) -> None:
    document = (await desk.client.get("/openapi.json")).json()
    answers = {path: str(each["get"]["responses"]["200"]) for path, each in document["paths"].items() if "get" in each}
    assert {path for path, answer in answers.items() if "Page_" in answer} - {"/audit"} == set(LISTS)
    counts = {"/operations/dead-letters"}  # a line for each reason: it cannot grow with what is kept
    assert {path for path, answer in answers.items() if "'array'" in answer} == counts
    for path in LISTS:
        assert {"after", "limit"} <= {each["name"] for each in document["paths"][path]["get"]["parameters"]}


@pytest.mark.parametrize("path", LISTS)
async def test_the_pages_of_a_list_are_the_list(desk: Desk, path: str) -> None:
    at, role = await filled(desk, path)
    whole = await desk.rows(at, role, 500)
    assert len(whole) >= (1 if path.endswith("/speakers") else 2)
    for limit in (1, 2, len(whole)):
        assert await desk.rows(at, role, limit) == whole
    for limit in (0, 501):
        assert (await desk.ask("GET", f"{at}?limit={limit}", None, role)).status_code == 422


@pytest.mark.parametrize("path", LISTS)
async def test_a_cursor_that_no_page_gave_is_refused_or_shows_no_more_than_the_list(desk: Desk, path: str) -> None:
    at, role = await filled(desk, path)
    whole = [str(each) for each in await desk.rows(at, role, 500)]
    for forged in [*map(cursor, FORGED), "!", "x" * 501, "A", ""]:
        answer = await desk.ask("GET", f"{at}?after={forged}", None, role)
        assert answer.status_code in {200, 422}, (forged, answer.text)
        if answer.status_code == 200:
            assert {str(each) for each in answer.json()["items"]} <= set(whole)
