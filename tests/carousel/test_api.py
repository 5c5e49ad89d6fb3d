"""The carousel over HTTP, on a real database: who may do what, and what comes back."""

from __future__ import annotations

import pytest

from shared.domain.clock import today
from shared.http.auth import Role
from tests.carousel.desk import CITY, MODULES, Desk, monday

PLANNED = f"/cycles?since={monday(0)}&until={monday(9)}"


async def test_a_person_who_attends_the_six_modules_has_completed(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-20))
    await desk.placed("r-1")
    for nth in range(1, 7):
        before = await desk.read("/participations/r-1")
        assert before["status"] == "placed"
        await desk.held(f"c-1-{nth}", r_1="present")
    after = await desk.read("/participations/r-1")
    assert (after["status"], after["attended"]) == ("completed", [1, 2, 3, 4, 5, 6])
    steps = [step["what"] for step in await desk.rows("/participations/r-1/timeline")]
    assert (steps.count("ParticipationStarted"), steps.count("ParticipationCompleted")) == (1, 1)


async def test_a_correction_that_takes_a_module_away_takes_the_completion_back(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-20))
    await desk.placed("r-1")
    for nth in range(1, 7):
        await desk.held(f"c-1-{nth}", r_1="present")
    wrong = {"referral_id": "r-1", "mark": "absent", "on": str(today())}
    await desk.done("/cycles/c-1/sessions/c-1-3/correct", wrong)
    after = await desk.read("/participations/r-1")
    assert (after["status"], after["attended"]) == ("placed", [1, 2, 4, 5, 6])
    assert [step["what"] for step in await desk.rows("/participations/r-1/timeline")][-1] == "CompletionRevoked"


async def test_a_cycle_asked_twice_is_answered_so_whatever_its_offer_has_become_in_between(desk: Desk) -> None:
    await desk.cycle(order=[3])
    shorter = {"offer_id": "g-force", "language": "nl", "modules": MODULES[:4], "on": str(today())}
    await desk.done("/offers", shorter, role=Role.COORDINATOR)
    await desk.cycle(order=[3])
    await desk.cycle("c-2", order=[3])
    planned = {each["cycle"]: (each["offer_version"], len(each["sessions"])) for each in await desk.rows(PLANNED)}
    assert planned == {"c-1": (1, 6), "c-2": (2, 4)}
    with pytest.raises(AssertionError, match="cycle-already-planned"):
        await desk.cycle(order=[2])


async def test_a_place_taken_twice_is_one_place_and_one_answer(desk: Desk) -> None:
    await desk.cycle()
    await desk.waits("r-1")
    body = {"cycle_id": "c-1", "from_on": str(today()), "on": str(today())}
    first = await desk.ask("POST", "/participations/r-1/place", body, key="k")
    again = await desk.ask("POST", "/participations/r-1/place", body, key="k")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    sheet = await desk.read("/cycles/c-1/sessions/c-1-1")
    assert sheet["expected"] == [{"referral": "r-1", "mark": None}]


async def test_a_full_cycle_says_no_and_the_person_waits_on(desk: Desk) -> None:
    await desk.cycle(capacity=1)
    await desk.placed("r-1", from_on=today())
    await desk.waits("r-2")
    body = {"cycle_id": "c-1", "from_on": str(today()), "on": str(today())}
    refused = await desk.ask("POST", "/participations/r-2/offer-place", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "cycle-full")
    assert set(refused.json()["detail"]) == {"nl", "fr", "en"}
    assert (await desk.read("/participations/r-2"))["status"] == "waiting"


async def test_those_who_must_not_meet_are_never_placed_together_and_nobody_learns_why(desk: Desk) -> None:
    await desk.cycle()
    await desk.placed("r-1", from_on=today())
    await desk.waits("r-2")
    await desk.done("/participations/r-2/keep-apart", {"other_id": "r-1", "on": str(today())})
    body = {"cycle_id": "c-1", "from_on": str(today()), "on": str(today())}
    refused = await desk.ask("POST", "/participations/r-2/place", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "place-not-suitable")
    assert "r-1" not in refused.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("starts", "19:00+02:00"), ("first_on", "9999-12-31"), ("place", "a\x00b"), ("city", "a\x00b"), ("capacity", 0)],
)
async def test_wrong_input_names_the_field(desk: Desk, field: str, value: object) -> None:
    body = {
        "cycle_id": "c-9", "offer_id": "g-force", "city": CITY, "place": "Ergens", "part_of_day": "evening",
        "first_on": str(monday(1)), "starts": "19:00", "capacity": 8, "facilitators": ["a", "b"], "on": str(today()),
    }  # fmt: skip
    wrong = await desk.ask("POST", "/cycles", body | {field: value})
    assert wrong.status_code == 422
    assert [each["field"] for each in wrong.json()["errors"]] == [f"body.{field}"]
