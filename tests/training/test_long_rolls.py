"""What one request costs does not grow with the roll: it reads what was added, not every registration before it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.eventstore.event_store import EventStore
from tests.training.conftest import Desk, newcomer
from tests.training.sides import ON

ROLL = 700


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many events each look at a stream decoded."""
    numbers: list[int] = []
    real = EventStore.read

    async def watched(*given: Any, **more: Any) -> Any:
        found = await real(*given, **more)
        numbers.append(len(found))
        return found

    monkeypatch.setattr(EventStore, "read", watched)
    return numbers


async def test_a_registration_on_a_long_roll_reads_a_few_events(desk: Desk, read: list[int]) -> None:
    await desk.plan(capacity=5)
    head = "naam;e-mail;organisatie;sector;functie;taal\n"
    lines = [f"Jan {nth};p{nth}@x.example;police-1;Politie;Politieambtenaar;nl\n" for nth in range(ROLL)]
    sent = await desk.ask("POST", "/trainings/t-1/registrations/list", file="".join([head, *lines]).encode())
    assert sent.json()["waiting"] == ROLL - 5
    await desk.register(10_000)
    read.clear()
    tokens = [(await desk.register(10_001 + nth))["token"] for nth in range(10)]
    await desk.register(10_001)
    for token in tokens:
        await desk.done("POST", "/public/registrations/cancel", {"token": token}, None)
    assert sum(read) <= 21 * 4


async def test_how_a_roll_stands_is_the_same_read_whole_or_as_it_grew(desk: Desk) -> None:
    await desk.plan(capacity=60)
    tokens = [(await desk.register(nth))["token"] for nth in range(80)]
    for token in tokens[:10]:
        await desk.done("POST", "/public/registrations/cancel", {"token": token}, None)
    register = [line["email"].partition(".")[0] for line in await desk.rows("/trainings/t-1/register", limit=500)]
    waiting = [line["email"].partition(".")[0] for line in await desk.rows("/trainings/t-1/waiting-list", limit=500)]
    assert register == [str(nth) for nth in range(10, 70)]
    assert waiting == [str(nth) for nth in range(70, 80)]
    await desk.done("POST", "/trainings/t-1/close-registration", ON)
    late = await desk.ask("POST", "/public/trainings/t-1/registrations", newcomer(99), None)
    assert late.json()["code"] == "registration-not-open"
