"""A plan that cannot hold is refused with a code: never a fault, and never fewer sessions than was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.carousel.cycles.commands import PlanCycle
from services.carousel.cycles.planning import free_days
from services.carousel.cycles.routes import plan_of
from services.carousel.cycles.schemas import NewCycle
from services.carousel.offers.state import Offer
from shared.domain.bounds import FIRST_DAY, LAST_DAY
from shared.domain.messages import Refused
from shared.http.auth import Caller, Role
from tests.carousel.desk import CITY, FACILITATORS, Desk, monday
from tests.carousel.examples import A_CYCLE, ASKED, MODULES, NUMBERS, plan

CALLER = Caller("f-1", Role.FACILITATOR, "intro", frozenset({CITY}))
OFFER = Offer(version=1, language="nl", modules=MODULES)
WEEK = timedelta(weeks=1)
THEN = ASKED | {"at": datetime(2099, 12, 31, 20, tzinfo=UTC)}
ENDS = st.one_of(st.just(LAST_DAY), st.dates(LAST_DAY - timedelta(days=90), LAST_DAY), st.dates(FIRST_DAY, LAST_DAY))


def weeks(first: date, number: int) -> list[str]:
    return [str(first + nth * WEEK) for nth in range(number) if first + nth * WEEK <= LAST_DAY]


def body(**other: Any) -> dict[str, Any]:
    given_: dict[str, Any] = {
        "cycle_id": "c-1", "offer_id": "g-force", "city": CITY, "place": "Ergens", "part_of_day": "evening",
        "first_on": "2026-01-06", "starts": "19:00", "capacity": 8, "facilitators": FACILITATORS, "on": "2026-01-01",
    }  # fmt: skip
    return given_ | other


def planned(asked: dict[str, Any]) -> tuple[PlanCycle | None, str | None]:
    """The plan of that body, or the code it is refused with; anything else raised is a fault."""
    try:
        command = plan_of(NewCycle.model_validate(asked), OFFER, CALLER, "intro").model_copy(update=THEN)
    except Refused as refusal:
        return None, refusal.code
    answer = A_CYCLE.when(command)
    return command, answer.refusal


@given(
    ENDS,
    st.integers(1, 8),
    st.integers(0, 100),
    st.one_of(st.just([]), st.lists(st.integers(1, 7), max_size=8), st.permutations(NUMBERS)),
    st.from_regex(r"\A[a-z][a-z0-9-]{0,60}\Z"),
)
def test_every_plan_has_a_session_for_each_module_or_is_refused(
    first: date, between: int, closed: int, order: Sequence[int], name: str
) -> None:
    asked = body(
        cycle_id=name,
        first_on=str(first),
        on=str(first),
        weeks_between=between,
        closed=weeks(first, closed),
        order=list(order),
    )
    command, code = planned(asked)
    wrong = len(set(order)) < len(order) or not set(order) <= set(NUMBERS)
    assert wrong == (code in {"module-twice-in-order", "module-unknown"})
    if command is None or wrong:
        return
    assert (code is None) == (sorted(each.module for each in command.sessions) == sorted(NUMBERS))
    assert code in {None, "too-few-days"}
    days = [each.on for each in command.sessions]
    assert not set(days) & (free_days(first) | {date.fromisoformat(day) for day in asked["closed"]})
    assert all((later - day).days % (7 * between) == 0 and later > day for day, later in pairwise(days))
    if code is None:
        beginning = [each.module for each in command.sessions][: len(order)]
        assert beginning == list(order)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (body(first_on="2099-12-30"), "too-few-days"),
        (body(first_on="2099-12-31"), "too-few-days"),
        (body(first_on="2026-01-06", closed=weeks(date(2026, 1, 6), 100)), "too-few-days"),
        (body(first_on="2025-01-06"), None),
        (body(first_on="2024-12-23"), "date-too-far"),
        (body(first_on="2027-12-27"), None),
        (body(first_on="2028-01-10"), "date-too-far"),
        (body(order=[1, 2, 2]), "module-twice-in-order"),
        (body(order=[7]), "module-unknown"),
        (body(order=[6, 1, 2]), None),
        (body(weeks_between=8), None),
    ],
)
def test_what_cannot_be_planned_says_why(asked: dict[str, Any], code: str | None) -> None:
    assert planned(asked)[1] == code


def test_a_plan_without_a_session_or_without_one_for_each_module_is_refused_wherever_it_comes_from() -> None:
    A_CYCLE.when(plan(sessions=())).refused("too-few-days")
    A_CYCLE.when(plan(sessions=plan().sessions[:5])).refused("too-few-days")


@pytest.mark.parametrize("name", ["c" * 62, "c" * 64])
def test_an_id_to_which_no_number_of_a_session_can_be_added_names_the_field(name: str) -> None:
    with pytest.raises(ValidationError, match="cycle_id"):
        NewCycle.model_validate(body(cycle_id=name))
    assert planned(body(cycle_id="c" * 61))[1] is None


async def test_over_http_a_plan_that_cannot_hold_is_a_refusal_in_three_languages(desk: Desk) -> None:
    closed = [str(monday(1) + nth * WEEK) for nth in range(100)]
    for wrong in ({"first_on": "2099-12-31"}, {"closed": closed}, {"order": [1, 1]}, {"order": [9]}):
        answer = await desk.ask("POST", "/cycles", body(first_on=str(monday(1)), on=str(monday(0))) | wrong)
        assert answer.status_code == 409, answer.text
        assert set(answer.json()["detail"]) == {"nl", "fr", "en"}


def test_an_hour_is_written_as_on_a_clock() -> None:
    assert planned(body(starts="19:30:00"))[1] is None
    assert NewCycle.model_validate(body(starts=time(19))).starts == time(19)
    for wrong in (0, 3600, "19", "19:00+02:00", "7:00", "19:00:00.5", ""):
        with pytest.raises(ValidationError, match="starts"):
            NewCycle.model_validate(body(starts=wrong))
