"""The calendar to subscribe to is made once for what there is to say, and never while others wait for the loop."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.training.documents.calendar import ics
from shared.http.auth import Role
from tests.training.conftest import CITY, SOON, Desk, newcomer, training
from tests.training.sides import ON, event


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The thread in which each calendar was made."""
    threads: list[int] = []

    def watched(*given: Any) -> bytes:
        threads.append(threading.get_ident())
        return ics(*given)

    monkeypatch.setattr("services.training.calendar_feed.ics", watched)
    return threads


async def feed(desk: Desk, known: str = "", language: str = "nl") -> httpx.Response:
    return await desk.client.get(f"/calendar.ics?language={language}", headers={"If-None-Match": known})


async def test_it_is_made_once_however_many_ask_at_once_and_outside_the_loop(desk: Desk, made: list[int]) -> None:
    await desk.plan()
    answers = await asyncio.gather(*(feed(desk) for _ in range(20)))
    assert len({answer.content for answer in answers}) == 1
    assert len(made) == 1
    assert made[0] != threading.get_ident()


async def test_who_knows_it_is_told_so_and_nothing_is_made(desk: Desk, made: list[int]) -> None:
    await desk.plan()
    first = await feed(desk)
    tag = first.headers["etag"]
    assert first.headers["cache-control"].startswith("public, max-age=")
    for known in (tag, f'"another", {tag}', f"W/{tag}", "*"):
        again = await feed(desk, known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await feed(desk, '"another"')
    assert (other.status_code, other.content) == (200, first.content)
    assert len(made) == 1


async def test_it_changes_with_every_change_of_a_training_or_event(desk: Desk) -> None:
    tags = [(await feed(desk)).headers["etag"]]

    async def after(path: str, body: Any, role: Role = Role.TRAINER) -> None:
        await desk.done("POST", path, body, role)
        tags.append((await feed(desk, tags[-1])).headers["etag"])

    later = training(on=SOON + timedelta(days=7))["days"]
    await after("/trainings", training() | ON)
    await after("/trainings/t-1/move", ON | {"city": CITY, "place": "Huis", "days": later})
    await after("/trainings/t-1/cancel", ON | {"reason": "weather"})
    await after("/network-events", event(CITY) | {"event_id": "e-1"}, Role.COORDINATOR)
    moved = {"city": CITY, "place": "Elders", "day": event(CITY)["day"]}
    await after("/network-events/e-1/move", ON | moved, Role.COORDINATOR)
    await after("/network-events/e-1/cancel", ON | {"reason": "weather"}, Role.COORDINATOR)
    assert len(set(tags)) == len(tags)
    text = (await feed(desk)).text
    assert (text.count("STATUS:CANCELLED"), "Elders" in text) == (2, True)


async def test_it_does_not_change_when_somebody_registers(desk: Desk, made: list[int]) -> None:
    await desk.plan()
    tag = (await feed(desk)).headers["etag"]
    await desk.done("POST", "/public/trainings/t-1/registrations", newcomer(), None)
    assert (await feed(desk, tag)).status_code == 304
    assert len(made) == 1


async def test_each_language_has_its_own(desk: Desk) -> None:
    await desk.plan()
    found = {language: await feed(desk, language=language) for language in ("nl", "fr", "en")}
    assert len({answer.headers["etag"] for answer in found.values()}) == 3
    assert "Formation de base" in found["fr"].text
    assert "Formation de base" not in found["en"].text


async def test_a_header_that_is_longer_than_any_is_refused(desk: Desk) -> None:
    assert (await feed(desk, "x" * 1001)).status_code == 422
