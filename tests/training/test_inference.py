"""Nobody learns from an answer who is registered: an address that is, and one that is not, are answered alike."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from shared.http.auth import Role
from tests.training.conftest import CITY, POLICE, TODAY, Desk, newcomer
from tests.training.sides import ON, event

AT = "/public/trainings/t-1/registrations"
AT_EVENT = "/public/network-events/e-1/registrations"
GUESSED, OTHER = 7, 8
UNTOLD = {"token"}


async def told(desk: Desk, path: str, number: int, key: str | None = None) -> tuple[Any, ...]:
    """What somebody who guesses an address sees: status, headers and body, but for his own token."""
    answer = await desk.ask("POST", path, newcomer(number, name="Wie Dan Ook"), None, key=key)
    body = answer.json()
    seen = {name: value for name, value in body.items() if name not in UNTOLD}
    heads = sorted(name for name in answer.headers if name != "x-correlation-id")
    return answer.status_code, sorted(body), seen, heads, len(body.get("token", ""))


async def standing(desk: Desk, token: str) -> Any:
    told = (await desk.ask("POST", "/public/registrations/standing", {"token": token}, None)).json()
    return {name: value for name, value in told.items() if name != "of"}


async def a_training(desk: Desk, situation: str) -> None:
    capacity = {"room": 5, "one left": 3, "full": 2, "waiting": 1}.get(situation, 5)
    await desk.plan(capacity=capacity)


async def comes_to(desk: Desk, situation: str) -> None:
    """What happens after people registered."""
    steps = {
        "closed": ("close-registration", ON),
        "cancelled": ("cancel", ON | {"reason": "weather"}),
    }
    if situation in steps:
        step, body = steps[situation]
        await desk.done("POST", f"/trainings/t-1/{step}", body)


@pytest.mark.parametrize("known", [GUESSED, OTHER])
@pytest.mark.parametrize("situation", ["room", "one left", "full", "waiting", "closed", "cancelled"])
async def test_a_second_registration_of_an_address_is_answered_as_a_first(
    desk: Desk, situation: str, known: int
) -> None:
    """One of two addresses is registered; whichever it is, the guess is answered so."""
    await a_training(desk, situation)
    for number in (1, known):
        await desk.register(number)
    await comes_to(desk, situation)
    refusals = {"closed": "registration-not-open", "cancelled": "training-cancelled"}
    code, _, seen, *_ = await told(desk, AT, GUESSED)
    if situation in refusals:
        assert (code, seen["code"]) == (409, refusals[situation])
    else:
        ahead = {"room": 0, "one left": 0, "full": 0, "waiting": 1}[situation]
        status = "registered" if situation in {"room", "one left"} else "waiting"
        assert (code, seen) == (201, {"status": status, "ahead": ahead})


@pytest.mark.parametrize("known", [GUESSED, OTHER])
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_what_a_link_says_as_others_leave_does_not_tell_either(desk: Desk, known: int, place: int) -> None:
    """Three people for one place; the address that may be guessed is one of them, first, second or last."""
    await desk.plan(capacity=1)
    people = [1, 2]
    people.insert(place, known)
    tokens = {number: (await desk.register(number))["token"] for number in people}
    guess = (await desk.register(GUESSED))["token"]
    seen = [await standing(desk, guess)]
    for number in (1, 2):
        await desk.done("POST", "/public/registrations/cancel", {"token": tokens[number]}, None)
        seen.append(await standing(desk, guess))
    assert seen == [
        {"status": "waiting", "ahead": 2},
        {"status": "waiting", "ahead": 1},
        {"status": "waiting", "ahead": 0},
    ]
    await desk.done("POST", "/trainings/t-1/set-capacity", ON | {"capacity": 2})
    assert await standing(desk, guess) == {"status": "registered", "ahead": 0}
    taken = await desk.ask("POST", "/public/registrations/cancel", {"token": guess}, None)
    again = await desk.ask("POST", "/public/registrations/cancel", {"token": guess}, None)
    assert (taken.status_code, again.json()["code"]) == (204, "link-not-valid")
    assert (await standing(desk, tokens[known]))["status"] == "registered"


@pytest.mark.parametrize("known", [GUESSED, OTHER])
@pytest.mark.parametrize("situation", ["room", "full", "cancelled"])
async def test_a_guest_of_a_network_event_is_not_told_from_a_stranger(desk: Desk, situation: str, known: int) -> None:
    body = event(CITY) | {"event_id": "e-1", "capacity": 1 if situation == "full" else None}
    await desk.done("POST", "/network-events", body, Role.COORDINATOR)
    await desk.done("POST", AT_EVENT, newcomer(known), None)
    if situation == "cancelled":
        await desk.done("POST", "/network-events/e-1/cancel", ON | {"reason": "weather"}, Role.COORDINATOR)
    code, _, seen, *_ = await told(desk, AT_EVENT, GUESSED)
    if situation == "room":
        assert (code, seen) == (201, {"status": "registered", "ahead": 0})
    else:
        assert (code, seen["code"]) == (409, f"network-event-{situation}")


async def test_asked_twice_in_every_role_the_second_answer_tells_nothing_new(desk: Desk) -> None:
    await desk.plan(capacity=50)
    body = event(CITY) | {"event_id": "e-1"}
    await desk.done("POST", "/network-events", body, Role.COORDINATOR)
    for path in (AT, AT_EVENT):
        first, second = [await told(desk, path, GUESSED) for _ in range(2)]
        assert first == second
    head = "naam;e-mail;sector;functie;taal\n"
    line = "Wie Dan Ook;x@y.example;Politie;Politieambtenaar;nl\n"
    lists = []
    for _ in range(2):
        path, file = "/trainings/t-1/registrations/list", (head + line).encode()
        answer = await desk.ask("POST", path, None, Role.REFERRER, CITY, POLICE, file=file)
        told_of = answer.json()
        lists.append((answer.status_code, told_of["registered"], [sorted(each) for each in told_of["people"]]))
    assert lists[0] == lists[1]


@pytest.mark.parametrize("what", ["registrations/cancel", "registrations/standing", "evaluations"])
async def test_links_that_are_unknown_used_or_of_something_else_are_answered_alike(desk: Desk, what: str) -> None:
    present = await desk.held(2)
    assert present
    asked = await desk.done("POST", "/trainings/t-1/evaluation/open", ON)
    await desk.plan("t-2")
    opinion = {"score": 8, "confidence_before": 2, "confidence_after": 4} if what == "evaluations" else {}
    registered, evaluates = (await desk.register(0, "t-2"))["token"], asked["tokens"][0]
    used = (await desk.register(1, "t-2"))["token"] if what != "evaluations" else asked["tokens"][1]
    spend = "registrations/cancel" if what != "evaluations" else what
    await desk.done("POST", f"/public/{spend}", opinion | {"token": used}, None)
    foreign = registered if what == "evaluations" else evaluates
    answers = [
        await desk.ask("POST", f"/public/{what}", opinion | {"token": each}, None) for each in ("x" * 22, used, foreign)
    ]
    assert {(each.status_code, each.text) for each in answers} == {(409, answers[0].text)}
    assert answers[0].json()["code"] == "link-not-valid"


async def test_no_link_is_shorter_than_can_be_guessed(desk: Desk) -> None:
    await desk.plan()
    tokens = [(await desk.register(nth))["token"] for nth in range(3)]
    assert {len(each) for each in tokens} == {22}  # 128 bits


async def test_who_registers_again_while_he_is_taken_off_is_registered(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    """Taking back and asking again at the same time end in one of the two, never in a link to nothing."""
    for nth in range(15):
        await desk.plan(f"t-{nth}", TODAY + timedelta(days=9))
        token = (await desk.register(nth, f"t-{nth}"))["token"]
        again, _ = await asyncio.gather(
            desk.register(nth, f"t-{nth}"),
            desk.ask("POST", "/public/registrations/cancel", {"token": token}, None),
        )
        assert (await standing(desk, again["token"]))["status"] == "registered"
        rows = "select count(*) from registrations where training = $1 and status = 'registered'"
        assert await pool.fetchval(rows, f"t-{nth}") == 1
