"""The days of a session have an order, and what may change of a cycle that is planned."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from services.carousel.cycles.commands import (
    AddCatchUp,
    ArrangeCover,
    ChangeCapacity,
    ChangeFacilitators,
    CloseCycle,
    CorrectSessionDay,
    MoveSession,
)
from services.carousel.participations.commands import (
    AwaitPlace,
    PlaceParticipant,
)
from tests.carousel.examples import ASKED, CYCLE, FIRST, PERSON, TODAY, plan, session_day
from tests.carousel.test_undone import DAY, OVER, about, group, hold, of
from tests.carousel.world import World


def test_a_wrong_day_is_corrected_after_the_session_was_held() -> None:
    world = group()
    hold(world, 1)
    hold(world, 2)
    right = of(CorrectSessionDay, 1, held_on=FIRST + DAY, starts=time(18))
    assert world.do(right) is None
    assert world.person(PERSON).started_on == FIRST + DAY
    assert world.person(PERSON).marks[f"{CYCLE}-1"].on == FIRST + DAY
    place = world.person(PERSON).place
    assert place is not None
    assert place.first_on == FIRST + DAY
    assert world.do(right) is None
    later = right.model_copy(update={"held_on": session_day(3)})
    assert world.do(later) is None
    assert world.person(PERSON).started_on == session_day(2)


@pytest.mark.parametrize(
    ("held_on", "on", "code"),
    [
        (FIRST - 2 * DAY, TODAY, "date-before-cycle"),
        (FIRST - DAY, TODAY, None),
        (FIRST + timedelta(days=900), TODAY, "date-in-future"),
        (session_day(3), session_day(2), "date-before-session"),
    ],
)
def test_a_day_is_corrected_to_one_that_can_be(held_on: date, on: date, code: str | None) -> None:
    world = group()
    assert world.do(of(CorrectSessionDay, 1, held_on=held_on, starts=time(19))) == "session-not-held"
    hold(world, 1)
    assert world.do(of(CorrectSessionDay, 1, on, held_on=held_on, starts=time(19))) == code


def test_a_day_is_not_corrected_to_one_before_somebody_waited_or_after_the_cycle_was_over() -> None:
    world = group()
    late = {"referral_id": "referral-3", "city": "Oostende", "language": "nl", "availability": ()}
    assert world.do(AwaitPlace(**ASKED, **late, on=session_day(2))) is None
    place = about(PlaceParticipant, "referral-3", session_day(2), cycle_id=CYCLE, from_on=session_day(2))
    assert world.do(place) is None
    assert world.do(of(MoveSession, 2, to=FIRST + DAY, starts=time(19))) == "date-before-waiting"
    hold(world, 1)
    hold(world, 2)
    assert world.do(of(CorrectSessionDay, 2, held_on=FIRST + DAY, starts=time(19))) == "date-before-waiting"
    for nth in range(3, 7):
        hold(world, nth)
    assert world.do(of(CloseCycle, on=OVER)) is None
    assert world.do(of(CorrectSessionDay, 6, held_on=OVER + DAY, starts=time(19))) == "cycle-closed"
    assert world.do(of(CorrectSessionDay, 1, held_on=FIRST + DAY, starts=time(19))) is None
    over = [each for each in world.streams[f"cycle-{CYCLE}"] if type(each).__name__ == "CycleClosed"]
    assert [each.model_dump()["first_on"] for each in over] == [FIRST, FIRST + DAY]
    assert world.person(PERSON).standing == "waiting"


def test_a_session_is_within_the_time_of_its_cycle() -> None:
    world = group()
    for wrong, code in ((FIRST - 2 * DAY, "date-before-cycle"), (FIRST + timedelta(days=500), "date-too-far")):
        assert world.do(of(MoveSession, 1, to=wrong, starts=time(19))) == code
        again: dict[str, Any] = {"session_id": "again", "module": 1, "held_on": wrong, "starts": time(19)}
        assert world.do(of(AddCatchUp, **again)) == code
    entered_late = World()
    assert entered_late.do(plan(on=TODAY)) is None
    assert entered_late.do(of(MoveSession, 1, to=FIRST - 31 * DAY, starts=time(19))) is None
    assert entered_late.do(of(MoveSession, 1, to=FIRST - 32 * DAY, starts=time(19))) == "date-before-cycle"
    for year_slip in (FIRST + timedelta(days=366 + 1), FIRST - timedelta(days=2 * 366 + 1)):
        if year_slip <= TODAY:
            assert World().do(plan(on=year_slip)) == "date-too-far"


def test_a_capacity_is_set_and_never_under_those_who_are_seated() -> None:
    world = group(capacity=2)
    third = {"referral_id": "referral-3", "city": "Oostende", "language": "nl", "availability": ()}
    assert world.do(AwaitPlace(**ASKED, **third, on=FIRST)) is None
    place = about(PlaceParticipant, "referral-3", cycle_id=CYCLE, from_on=FIRST)
    assert world.do(place) == "cycle-full"
    assert world.do(of(ChangeCapacity, capacity=1)) == "capacity-under-seated"
    assert world.do(of(ChangeCapacity, capacity=3)) is None
    assert world.do(of(ChangeCapacity, 4, capacity=2)) is None
    assert world.do(place) == "cycle-full"
    assert world.do(of(ChangeCapacity, 4, capacity=3)) is None
    assert world.do(place) is None
    assert world.do(of(ChangeCapacity, 4, capacity=2)) == "capacity-under-seated"
    assert world.do(plan(capacity=2, on=FIRST)) is None  # the plan asked again changes nothing
    assert world.cycle(CYCLE).capacity == 3
    hold(world, 4)
    assert world.do(of(ChangeCapacity, 4, capacity=8)) == "session-already-held"


def test_another_pair_runs_the_cycle_from_a_day_on_and_covers_follow() -> None:
    world = group()
    cover: dict[str, Any] = {"absent": "f-1", "cover": "f-3"}
    for nth in (1, 5):
        assert world.do(of(ArrangeCover, nth, **cover)) is None
    change = of(ChangeFacilitators, on=session_day(3), facilitators=("f-2", "f-3"))
    assert world.do(change) is None
    assert world.do(change) is None
    cycle = world.cycle(CYCLE)
    assert cycle.facilitators == ("f-2", "f-3")
    assert (cycle.sessions[f"{CYCLE}-1"].covers, cycle.sessions[f"{CYCLE}-5"].covers) == ({"f-1": "f-3"}, {})
    assert world.do(of(ArrangeCover, 4, absent="f-1", cover="f-4")) == "cover-does-not-fit"
    assert world.do(of(ArrangeCover, 4, absent="f-3", cover="f-1")) is None
    assert world.do(of(ArrangeCover, 2, absent="f-1", cover="f-4")) is None  # the pair of that day
    assert world.do(of(ChangeFacilitators, facilitators=("f-2", "f-2"))) == "facilitators-not-two"
    assert world.do(plan(capacity=8, on=FIRST)) is None
