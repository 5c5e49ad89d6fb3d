"""What was recorded of a cycle in error is taken back, and everything that followed from it with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.carousel.cycles.commands import (
    AddCatchUp,
    ArrangeCover,
    CancelCycle,
    CancelSession,
    ChangeCapacity,
    ChangeFacilitators,
    CloseCycle,
    CorrectAttendance,
    CorrectSessionDay,
    HoldSession,
    MoveSession,
    ReinstateSession,
    ReopenSession,
)
from services.carousel.cycles.events import SessionReopened
from services.carousel.participations.commands import (
    AwaitPlace,
    GiveBackPlace,
    PauseParticipation,
    PlaceParticipant,
    RevokeStop,
    StopParticipation,
)
from services.carousel.values import Mark
from tests.carousel.examples import ASKED, CYCLE, FIRST, OTHER, PERSON, TODAY, plan, session_day
from tests.carousel.world import World

DAY = timedelta(days=1)
WHY: dict[str, Any] = {"category": "practical", "code": "work"}
OVER = session_day(6) + DAY


def group(*people: str, capacity: int = 8) -> World:
    """People with a place from the first session on."""
    world = World()
    assert world.do(plan(capacity=capacity, on=FIRST - DAY)) is None
    for person in people or (PERSON, OTHER):
        wait = {"referral_id": person, "city": "Oostende", "language": "nl", "availability": ()}
        assert world.do(AwaitPlace(**ASKED, **wait, on=FIRST - DAY)) is None
        assert world.do(about(PlaceParticipant, person, cycle_id=CYCLE, from_on=FIRST)) is None
    return world


def about(command: type[Any], person: str = PERSON, on: date = FIRST, **fields: Any) -> Any:
    return command(**ASKED, referral_id=person, on=on, **fields)


def of(command: type[Any], nth: int | None = None, on: date = TODAY, **fields: Any) -> Any:
    session = {} if nth is None else {"session_id": f"{CYCLE}-{nth}"}
    return command(**ASKED, cycle_id=CYCLE, on=on, **session, **fields)


def hold(world: World, nth: int, **others: Mark) -> None:
    """Everyone expected came, but for the others."""
    session = world.cycle(CYCLE).sessions[f"{CYCLE}-{nth}"].session
    expected = world.cycle(CYCLE).expected(session.session_id)
    marks = {person: others.get(person.replace("-", "_"), "present") for person in expected}
    assert world.do(of(HoldSession, nth, session.on, attendance=tuple(marks.items()))) is None


def told(world: World, person: str = PERSON) -> list[str]:
    return [type(each).__name__ for each in world.streams[f"participation-{person}"]]


def whole(world: World) -> list[Any]:
    """Where everybody and the cycle stand, without the history and the safety tasks by number."""
    people = [world.person(person) for person in (PERSON, OTHER)]
    cycle = world.cycle(CYCLE)
    return [
        *((each.standing, each.place, each.marks, each.started_on, each.completed_on, each.status) for each in people),
        *(len(each.open_tasks) for each in people),
        cycle.sessions,
        cycle.closed,
        {person: (seat.sessions, seat.place, seat.active) for person, seat in cycle.seats.items()},
    ]


def test_a_session_held_in_error_is_open_again_and_nobody_attended_it() -> None:
    world = group()
    before = whole(world)
    hold(world, 1)
    assert world.person(PERSON).started_on == FIRST
    assert world.do(of(ReopenSession, 1)) is None
    assert whole(world) == before
    assert told(world)[-2:] == ["AttendanceRevoked", "StartRevoked"]
    reopened = world.streams[f"cycle-{CYCLE}"][-1]
    assert reopened == SessionReopened(
        cycle_id=CYCLE, session_id=f"{CYCLE}-1", held_on=FIRST, people=(PERSON, OTHER), on=TODAY
    )
    assert world.do(of(ReopenSession, 1)) is None
    assert world.do(of(MoveSession, 1, to=FIRST + DAY, starts=time(19))) is None
    hold(world, 1)
    assert world.person(PERSON).started_on == FIRST + DAY


def test_a_session_that_completed_somebody_is_taken_back_with_the_completion() -> None:
    world = group()
    for nth in range(1, 7):
        hold(world, nth)
    assert world.person(PERSON).completed_on == session_day(6)
    assert world.do(of(ReopenSession, 3)) is None
    assert told(world)[-2:] == ["AttendanceRevoked", "CompletionRevoked"]
    hold(world, 3)
    assert world.person(PERSON).completed_on == session_day(6)


def test_the_only_session_of_somebody_who_stopped_is_not_taken_back_before_the_stop_is() -> None:
    world = group()
    hold(world, 1)
    assert world.do(about(StopParticipation, on=session_day(1), **WHY)) is None
    assert world.do(of(ReopenSession, 1)) == "stopped-needs-start"
    assert world.do(about(RevokeStop, on=TODAY)) is None
    assert world.do(of(ReopenSession, 1)) is None
    assert not world.person(PERSON).open_tasks


def test_a_session_cancelled_in_error_has_its_people_back_and_its_catch_up_has_not() -> None:
    world = group()
    before = whole(world)
    assert world.do(of(CancelSession, 2, reason="weather")) is None
    assert world.do(of(ReinstateSession, 2)) is None
    assert whole(world) == before
    assert world.do(of(ReinstateSession, 2)) is None
    assert world.do(of(CancelSession, 6, reason="weather")) is None
    assert world.person(PERSON).place is not None
    again: dict[str, Any] = {"session_id": "again", "module": 6, "held_on": OVER, "starts": time(19)}
    assert world.do(of(AddCatchUp, **again)) is None
    assert world.cycle(CYCLE).expected("again") == {PERSON, OTHER}
    assert world.do(of(ReinstateSession, 6)) is None
    assert world.cycle(CYCLE).expected("again") == frozenset()
    assert world.cycle(CYCLE).expected(f"{CYCLE}-6") == {PERSON, OTHER}


def test_who_left_before_a_session_that_was_cancelled_in_error_does_not_come_back_with_it() -> None:
    world = group()
    assert world.do(of(CancelSession, 5, reason="weather")) is None
    assert world.do(about(GiveBackPlace, on=session_day(3), cycle_id=CYCLE)) is None
    assert world.do(of(ReinstateSession, 5)) is None
    assert world.cycle(CYCLE).expected(f"{CYCLE}-5") == {OTHER}
    hold(world, 4)
    assert world.do(of(ReinstateSession, 4)) == "session-already-held"
    assert world.do(of(CancelSession, 6, reason="weather")) is None
    assert world.do(of(ReopenSession, 6)) == "session-cancelled"


def closed(world: World) -> World:
    for nth in range(1, 7):
        hold(world, nth, referral_2="absent")
    assert world.do(of(CloseCycle, on=OVER)) is None
    return world


def test_a_cycle_closed_in_error_goes_on_with_its_people_when_a_session_of_it_is_taken_back() -> None:
    world = closed(group())
    assert (world.person(PERSON).place, len(world.person(OTHER).open_tasks)) == (None, 1)
    assert world.do(of(ReopenSession, 6)) is None
    cycle, person = world.cycle(CYCLE), world.person(PERSON)
    assert (cycle.closed, person.standing, person.completed_on) == (False, "placed", None)
    assert person.place is not None
    assert (person.place.first_on, person.place.last_on) == (FIRST, session_day(6))
    assert cycle.seats[PERSON].active
    assert not world.person(OTHER).open_tasks
    assert told(world, OTHER)[-4:] == ["SafetyTaskLapsed", "PlaceReclaimed", "PlaceRestored", "AttendanceRevoked"]
    hold(world, 6, referral_2="absent")
    assert world.do(of(CloseCycle, on=OVER)) is None
    assert world.person(PERSON).completed_on == session_day(6)
    assert len(world.person(OTHER).open_tasks) == 1


def test_who_went_another_way_since_the_cycle_was_closed_stays_there() -> None:
    world = closed(group())
    assert world.do(about(PauseParticipation, OTHER, on=OVER, review_on=OVER + 30 * DAY)) is None
    assert world.do(of(ReopenSession, 6)) is None
    assert (world.person(OTHER).standing, world.person(OTHER).place) == ("paused", None)
    assert not world.cycle(CYCLE).seats[OTHER].active


def test_a_cycle_is_cancelled_in_one_call_and_each_session_of_it_can_be_taken_back() -> None:
    world = group()
    before = whole(world)
    cancel = of(CancelCycle, on=FIRST - DAY, reason="too_few_expected")
    assert world.do(cancel) is None
    assert world.cycle(CYCLE).closed
    assert [world.person(person).standing for person in (PERSON, OTHER)] == ["waiting", "waiting"]
    assert world.do(cancel) is None
    assert world.do(cancel.model_copy(update={"reason": "weather"})) == "cycle-closed"
    for nth in range(1, 7):
        assert world.do(of(ReinstateSession, nth)) is None
    assert whole(world) == before


def test_a_cycle_is_not_cancelled_before_a_session_that_was_held_and_keeps_it() -> None:
    world = group()
    hold(world, 1)
    hold(world, 2)
    cancel = of(CancelCycle, on=FIRST, reason="facilitator_ill")
    assert world.do(cancel) == "date-before-session"
    assert world.do(cancel.model_copy(update={"on": session_day(2)})) is None
    states = [(each.held, bool(each.cancelled)) for each in world.cycle(CYCLE).sessions.values()]
    assert states == [(True, False)] * 2 + [(False, True)] * 4
    assert world.person(PERSON).started_on == FIRST


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


Step = Callable[[World], str | None]
undone: list[tuple[Step, Step]] = [
    (lambda world: world.do(of(CancelSession, 6, reason="strike")), lambda world: world.do(of(ReinstateSession, 6))),
    (
        lambda world: world.do(about(StopParticipation, on=session_day(6), **WHY)),
        lambda world: world.do(about(RevokeStop, on=TODAY)),
    ),
    (
        lambda world: world.do(of(HoldSession, 5, session_day(5), attendance=((OTHER, "present"), (PERSON, "absent")))),
        lambda world: world.do(of(ReopenSession, 5)),
    ),
    (
        lambda world: world.do(of(CancelCycle, on=session_day(6), reason="other")),
        lambda world: next(
            (
                code
                for each in world.cycle(CYCLE).sessions.values()
                if each.cancelled and (code := world.do(of(ReinstateSession, int(each.session.session_id[-1]))))
            ),
            None,
        ),
    ),
    (
        lambda world: world.do(of(CorrectSessionDay, 2, held_on=session_day(2) + DAY, starts=time(19))),
        lambda world: world.do(of(CorrectSessionDay, 2, held_on=session_day(2), starts=time(19))),
    ),
    (
        lambda world: world.do(
            of(CorrectAttendance, 1, referral_id=PERSON, mark="absent"),
        ),
        lambda world: world.do(of(CorrectAttendance, 1, referral_id=PERSON, mark="present")),
    ),
]


@given(st.lists(st.sampled_from(undone), max_size=6))
def test_whatever_is_done_and_taken_back_in_turn_leaves_everything_as_it_was(steps: list[tuple[Step, Step]]) -> None:
    world = group()
    for nth in range(1, 4):
        hold(world, nth)
    before = whole(world)
    for do, undo in steps:
        if do(world) is None:
            assert undo(world) is None
    assert whole(world) == before
