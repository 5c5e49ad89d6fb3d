"""Whatever the order in which the days of a group are told: what took place counts, and leads to the same end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.carousel.cycles.commands import CorrectAttendance, HoldSession
from services.carousel.participations.commands import (
    AwaitPlace,
    GiveBackPlace,
    LeaveWaitingList,
    OfferPlace,
    PauseParticipation,
    PlaceParticipant,
    RefusePlace,
    ResumeParticipation,
    ReturnToParticipation,
    StopParticipation,
)
from services.carousel.values import Mark
from tests.carousel.examples import ASKED, CYCLE, FIRST, PERSON, SESSIONS, TODAY, plan, session_day
from tests.carousel.world import World

COMPANION = "referral-9"
DAY = timedelta(days=1)
WHY: dict[str, Any] = {"category": "practical", "code": "work"}
REFUSALS = {
    None,
    "not-started",
    "stop-before-attendance",
    "no-session-to-attend",
    "already-placed",
    "already-completed",
}


@dataclass(frozen=True)
class Life:
    """What was true: from which session on he had a place, how he left and came back, and how he was marked."""

    joins: int
    leaves: str | None
    left: int
    back: int | None
    marks: tuple[Mark, ...]

    def there(self, nth: int) -> bool:
        """Whether he was in the group at the nth session."""
        gone = self.leaves and nth > self.left and (self.back is None or nth < self.back)
        return nth >= self.joins and not gone

    @property
    def lawful(self) -> bool:
        """Who stops has attended."""
        return self.leaves != "stop" or "present" in self.marks[self.joins - 1 : self.left]

    def steps(self) -> list[tuple[date, Any]]:
        """What is told of him beside the sessions, in order, each with its day."""
        told: list[tuple[date, Any]] = [(session_day(self.joins), place(session_day(self.joins)))]
        if self.leaves:
            told.append((session_day(self.left), leave(self.leaves, session_day(self.left))))
            if self.back:
                on = session_day(self.back) - DAY
                told += [(on, back(self.leaves, on)), (on, place(on))]
        return [(on, command) for on, command in told if command]


def about(command: type[Any], on: date, **fields: Any) -> Any:
    return command(**ASKED, referral_id=PERSON, on=on, **fields)


def place(on: date) -> Any:
    return about(PlaceParticipant, on, cycle_id=CYCLE, from_on=on)


def leave(how: str, on: date) -> Any:
    match how:
        case "pause":
            return about(PauseParticipation, on, review_on=on + 90 * DAY)
        case "give back":
            return about(GiveBackPlace, on, cycle_id=CYCLE)
        case _:
            return about(StopParticipation, on, **WHY)


def back(how: str, on: date) -> Any:
    match how:
        case "pause":
            return about(ResumeParticipation, on)
        case "stop":
            return about(ReturnToParticipation, on)
        case _:
            return None


def waiting() -> World:
    world = World()
    assert world.do(plan()) is None
    for person in (PERSON, COMPANION):
        wait = {"referral_id": person, "city": "Oostende", "language": "nl", "availability": ()}
        assert world.do(AwaitPlace(**ASKED, **wait, on=FIRST - DAY)) is None
    other = place(FIRST).model_copy(update={"referral_id": COMPANION})
    assert world.do(other) is None
    return world


def hold(world: World, life: Life, nth: int) -> None:
    """The sheet as it is on the table; who is on it and was not there is absent."""
    session = SESSIONS[nth - 1]
    marks: dict[str, Mark] = dict.fromkeys(world.cycle(CYCLE).expected(session.session_id), "absent")
    marks[COMPANION] = "present"
    group = world.cycle(CYCLE).of_the_group(session.session_id)
    if life.there(nth) and PERSON in group:
        marks[PERSON] = life.marks[nth - 1]
    command = {"cycle_id": CYCLE, "session_id": session.session_id, "attendance": tuple(marks.items())}
    assert world.do(HoldSession(**ASKED, **command, on=session.on)) is None


def put_right(world: World, life: Life) -> None:
    """Who was not on the sheet yet when the session was recorded is marked now."""
    for nth in range(1, 7):
        if life.there(nth):
            mark = {"cycle_id": CYCLE, "session_id": f"{CYCLE}-{nth}", "referral_id": PERSON}
            assert world.do(CorrectAttendance(**ASKED, **mark, mark=life.marks[nth - 1], on=TODAY)) is None


def told(life: Life, order: Sequence[int]) -> tuple[World, set[str | None]]:
    """His steps in their order, with the sessions recorded whenever `order` says; refused steps are told once more."""
    world, answers = waiting(), set[str | None]()
    steps = [command for _, command in life.steps()]
    turns = sorted(
        [*zip(order, range(1, 7), strict=True), *((10 * at + 5, step) for at, step in enumerate(steps))], key=at
    )
    late: list[Any] = []
    for _, what in turns:
        if isinstance(what, int):
            hold(world, life, what)
        else:
            late.append(what)
        late = [each for each in late if world.do(each) is not None]
    put_right(world, life)
    for each in late:
        answers.add(world.do(each))
    return world, answers


def at(turn: tuple[int, Any]) -> int:
    return turn[0]


def in_order(life: Life) -> World:
    """Everything told on its day; who is marked comes before who leaves."""
    days = [(session_day(nth), 1, nth) for nth in range(1, 7)]
    world = waiting()
    moments: list[tuple[date, int, Any]] = [*days]
    moments += [(on, 2 if how_ends(step) else 0, step) for on, step in life.steps()]
    for _, _, what in sorted(moments, key=lambda each: each[:2]):
        if isinstance(what, int):
            hold(world, life, what)
        else:
            world.do(what)
    put_right(world, life)
    return world


def how_ends(step: Any) -> bool:
    return isinstance(step, PauseParticipation | GiveBackPlace | StopParticipation)


def counts(world: World) -> tuple[Any, ...]:
    """What counts of him whatever was told when."""
    state = world.person(PERSON)
    attended = {each.session_id: each.on for each in state.attended_sessions}
    return attended, state.started_on, state.completed_on


def stands(world: World) -> tuple[Any, ...]:
    state, seat = world.person(PERSON), world.cycle(CYCLE).seats[PERSON]
    return state.standing, state.place and state.place.cycle_id, seat.active, len(state.open_tasks)


marks: st.SearchStrategy[Mark] = st.sampled_from(("present", "present", "present", "excused", "absent"))
lives = st.builds(
    Life,
    st.integers(1, 4),
    st.sampled_from((None, "pause", "give back", "stop")),
    st.integers(4, 5),
    st.sampled_from((None, 6)),
    st.tuples(*[marks] * 6),
).filter(lambda life: life.lawful)
orders = st.lists(st.integers(0, 40), min_size=6, max_size=6)


@given(lives, orders)
def test_every_order_of_recording_the_same_days_ends_the_same_or_names_what_contradicts(
    life: Life, order: Sequence[int]
) -> None:
    right = in_order(life)
    world, refused = told(life, order)
    assert counts(world) == counts(right)
    assert refused <= REFUSALS
    if not refused - {None}:
        assert stands(world) == stands(right)


def test_who_leaves_is_expected_at_what_is_over_and_not_recorded_and_nowhere_else() -> None:
    for how in ("pause", "give back"):
        world = waiting()
        assert world.do(place(FIRST)) is None
        assert world.do(leave(how, session_day(2))) is None
        expected = [PERSON in world.cycle(CYCLE).expected(each.session_id) for each in SESSIONS]
        assert expected == [True, True, False, False, False, False]


def withdrawn(world: World, on: date) -> str | None:
    return world.do(about(LeaveWaitingList, on, cause="withdrawn"))


def test_attendance_told_late_outweighs_a_withdrawal_and_without_it_he_has_left_again() -> None:
    world = waiting()
    assert world.do(place(FIRST)) is None
    assert withdrawn(world, session_day(1)) is None
    life = Life(1, None, 6, None, ("present",) * 6)
    hold(world, life, 1)
    assert (world.person(PERSON).standing, world.person(PERSON).started_on) == ("waiting", FIRST)
    wrong = {"cycle_id": CYCLE, "session_id": f"{CYCLE}-1", "referral_id": PERSON}
    assert world.do(CorrectAttendance(**ASKED, **wrong, mark="absent", on=TODAY)) is None
    assert (world.person(PERSON).standing, world.person(PERSON).started_on) == ("unlisted", None)
    assert world.do(CorrectAttendance(**ASKED, **wrong, mark="present", on=TODAY)) is None
    assert world.do(about(StopParticipation, TODAY, **WHY)) is None


def test_who_was_retracted_has_attended_and_waits_for_nothing() -> None:
    world = waiting()
    assert world.do(place(FIRST)) is None
    assert world.do(about(LeaveWaitingList, FIRST, cause="retracted")) is None
    hold(world, Life(1, None, 6, None, ("present",) * 6), 1)
    assert (world.person(PERSON).standing, world.person(PERSON).started_on) == ("unlisted", FIRST)


def test_who_resumed_is_given_a_place_from_the_days_before_he_left() -> None:
    world = waiting()
    assert withdrawn(world, session_day(3)) is None
    wait = {"city": "Oostende", "language": "nl", "availability": (), "returning": True}
    assert world.do(about(AwaitPlace, session_day(5), **wait)) is None
    assert world.do(place(session_day(2))) is None
    hold(world, Life(2, None, 6, None, ("present",) * 6), 2)
    assert world.person(PERSON).started_on == session_day(2)
    assert world.do(about(GiveBackPlace, session_day(5), cycle_id=CYCLE)) is None
    assert world.do(place(FIRST - 2 * DAY)) == "date-before-waiting"


def test_a_place_that_was_refused_leaves_nobody_expected_on_the_days_before() -> None:
    world = waiting()
    assert world.do(about(OfferPlace, FIRST, cycle_id=CYCLE, from_on=FIRST)) is None
    assert world.do(about(RefusePlace, session_day(3), **WHY)) is None
    assert not any(PERSON in world.cycle(CYCLE).expected(each.session_id) for each in SESSIONS)
    hold(world, Life(1, None, 6, None, ("present",) * 6), 1)
    assert world.person(PERSON).started_on == FIRST  # he came all the same


def test_nobody_is_marked_in_a_group_in_which_he_never_had_a_place_or_before_he_had_it() -> None:
    world = waiting()
    session = {"cycle_id": CYCLE, "session_id": f"{CYCLE}-1", "on": FIRST}
    both = HoldSession(**ASKED, **session, attendance=((COMPANION, "present"), (PERSON, "present")))
    assert world.do(both) == "attendance-not-expected"
    assert world.do(place(session_day(2))) is None
    assert world.do(both) == "attendance-not-expected"
