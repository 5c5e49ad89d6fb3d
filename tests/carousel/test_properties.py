"""Whatever people do, in whatever order: what must hold of every carousel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from services.carousel.cycles.commands import (
    AddCatchUp,
    CancelCycle,
    CancelSession,
    ChangeCapacity,
    CloseCycle,
    CorrectAttendance,
    CorrectSessionDay,
    HoldSession,
    MoveSession,
    ReinstateSession,
    ReopenSession,
)
from services.carousel.cycles.forecast import Running, forecast
from services.carousel.cycles.state import Cycle
from services.carousel.participations.commands import (
    AcceptPlace,
    AwaitPlace,
    DeclareNonAssociation,
    GiveBackPlace,
    LeaveWaitingList,
    OfferPlace,
    PauseParticipation,
    PlaceParticipant,
    RefusePlace,
    ResumeParticipation,
    ReturnToParticipation,
    RevokeStop,
    StopParticipation,
)
from services.carousel.values import Mark, Session
from tests.carousel.examples import ASKED, FIRST, NUMBERS, SESSIONS, TODAY, plan
from tests.carousel.world import World

PEOPLE = ("r-1", "r-2", "r-3", "r-4")
CYCLES = ("c-1", "c-2", "c-3")
CAPACITY = 2
LONG = timedelta(weeks=8)
Story: TypeAlias = "tuple[set[tuple[str, str]], list[tuple[list[Any], list[Mark]]]]"
people, cycles = st.sampled_from(PEOPLE), st.sampled_from(CYCLES)
marks: st.SearchStrategy[Mark] = st.sampled_from((*("present",) * 8, "excused", "absent"))
days = st.integers(0, 160).map(lambda n: FIRST + timedelta(days=n))


def dated(nth: int, order: tuple[int, ...] = NUMBERS) -> tuple[Session, ...]:
    """The sessions of the nth cycle, eight weeks after those of the one before, in that order of modules."""
    return tuple(
        session.model_copy(
            update={
                "session_id": f"c-{nth}-{at}", "on": session.on + (nth - 1) * LONG, "module": module,
                "entry_allowed": module != NUMBERS[-1],
            }
        )
        for at, (session, module) in enumerate(zip(SESSIONS, order, strict=True), start=1)
    )  # fmt: skip


def opened(capacity: int = CAPACITY) -> World:
    """Three cycles planned, and everybody waiting."""
    world = World()
    for nth, cycle in enumerate(CYCLES, start=1):
        assert world.do(plan(cycle_id=cycle, sessions=dated(nth), capacity=capacity)) is None
    for person in PEOPLE:
        assert world.do(about(AwaitPlace, person, city="Oostende", language="nl", availability=())) is None
    return world


def about(command: type[Any], person: str, **fields: Any) -> Any:
    return command(**ASKED, **{"referral_id": person, "on": FIRST} | fields)


def hold_next(world: World, cycle: str, marked: list[Mark]) -> None:
    state = world.cycle(cycle)
    if session := min(state.open_sessions(), key=lambda each: each.on, default=None):
        expected = sorted(state.expected(session.session_id))
        attendance = tuple((person, marked[nth % len(marked)]) for nth, person in enumerate(expected))
        hold = HoldSession(**ASKED, cycle_id=cycle, session_id=session.session_id, attendance=attendance, on=session.on)
        assert world.do(hold) is None


def correct(world: World, cycle: str, nth: int, person: str, mark: Mark) -> None:
    world.do(
        CorrectAttendance(**ASKED, cycle_id=cycle, session_id=f"{cycle}-{nth}", referral_id=person, mark=mark, on=TODAY)
    )


def correct_all(world: World, person: str, mark: Mark) -> None:
    for cycle in CYCLES:
        for nth in range(1, 13):
            correct(world, cycle, nth, person, mark)


def catch_up(world: World, cycle: str, module: int) -> None:
    last = max(dated.session.on for dated in world.cycle(cycle).sessions.values())
    world.do(
        AddCatchUp(
            **ASKED, cycle_id=cycle, session_id=f"{cycle}-{module + 6}", module=module,
            held_on=last + timedelta(days=1), starts=SESSIONS[0].starts, on=FIRST,
        )
    )  # fmt: skip


def move(world: World, cycle: str, nth: int, to: date) -> None:
    session = {"cycle_id": cycle, "session_id": f"{cycle}-{nth}"}
    world.do(MoveSession(**ASKED, **session, to=to, starts=SESSIONS[0].starts, on=FIRST))


def cancel(world: World, cycle: str, nth: int) -> None:
    world.do(CancelSession(**ASKED, cycle_id=cycle, session_id=f"{cycle}-{nth}", reason="weather", on=FIRST))


def place(world: World, person: str, cycle: str, on: date) -> None:
    world.do(about(PlaceParticipant, person, cycle_id=cycle, from_on=on))


def offer(world: World, person: str, cycle: str, *, accepted: bool) -> None:
    if world.do(about(OfferPlace, person, cycle_id=cycle, from_on=FIRST)) is None:
        refused = about(RefusePlace, person, category="practical", code="hours")
        world.do(about(AcceptPlace, person) if accepted else refused)


def take_back(world: World, command: type[Any], cycle: str, nth: int) -> None:
    world.do(command(**ASKED, cycle_id=cycle, session_id=f"{cycle}-{nth}", on=TODAY))


def another_day(world: World, cycle: str, nth: int, on: date) -> None:
    session = {"cycle_id": cycle, "session_id": f"{cycle}-{nth}"}
    world.do(CorrectSessionDay(**ASKED, **session, held_on=on, starts=SESSIONS[0].starts, on=TODAY))


def leave(world: World, person: str, command: type[Any], on: date) -> None:
    held = world.person(person).place
    more = {"cycle_id": held.cycle_id if held else "c-1"} if command is GiveBackPlace else {"cause": "withdrawn"}
    world.do(about(command, person, on=on, **more))


steps = st.one_of(
    st.tuples(st.just(take_back), st.sampled_from((ReopenSession, ReinstateSession)), cycles, st.integers(1, 6)),
    st.tuples(st.just(another_day), cycles, st.integers(1, 6), days),
    st.tuples(st.just(leave), people, st.sampled_from((GiveBackPlace, LeaveWaitingList)), days),
    st.builds(lambda cycle, capacity: (lambda world: world.do(_sized(cycle, capacity)),), cycles, st.integers(1, 3)),
    st.builds(
        lambda cycle: (lambda world: world.do(CancelCycle(**ASKED, cycle_id=cycle, reason="other", on=TODAY)),), cycles
    ),
    st.builds(lambda person: (lambda world: world.do(about(RevokeStop, person, on=TODAY)),), people),
    st.tuples(st.just(place), people, cycles, days),
    st.tuples(st.just(correct), cycles, st.integers(1, 6), people, marks),
    st.tuples(st.just(correct_all), people, st.sampled_from(("present", "absent"))),
    st.tuples(st.just(catch_up), cycles, st.sampled_from(NUMBERS)),
    st.tuples(st.just(move), cycles, st.integers(1, 6), days),
    st.tuples(st.just(cancel), cycles, st.integers(1, 6)),
    st.builds(lambda person, cycle, yes: (_offered, person, cycle, yes), people, cycles, st.booleans()),
    st.builds(
        lambda person, command: (_ask, person, command),
        people,
        st.sampled_from(
            (
                (PauseParticipation, {"review_on": FIRST + timedelta(days=99)}),
                (ResumeParticipation, {}),
                (StopParticipation, {"category": "personal", "code": "illness", "on": TODAY}),
                (ReturnToParticipation, {"on": TODAY}),
            )
        ),
    ),
    st.builds(lambda one, two: (_apart, one, two), people, people),
    st.tuples(st.just(lambda world, cycle: world.do(CloseCycle(**ASKED, cycle_id=cycle, on=TODAY))), cycles),
)


def _sized(cycle: str, capacity: int) -> ChangeCapacity:
    return ChangeCapacity(**ASKED, cycle_id=cycle, capacity=capacity, on=TODAY)


def _offered(world: World, person: str, cycle: str, accepted: bool) -> None:
    offer(world, person, cycle, accepted=accepted)


def _ask(world: World, person: str, command: tuple[type[Any], dict[str, Any]]) -> None:
    world.do(about(command[0], person, **command[1]))


def _apart(world: World, one: str, two: str) -> None:
    world.do(about(DeclareNonAssociation, one, other_id=two))


def _fill(world: World, cycle: str) -> None:
    for person in PEOPLE:
        place(world, person, cycle, FIRST)


def lived(story: Story, look: Callable[[World], None] = lambda _: None) -> World:
    """Some must not meet; before every session of the three cycles people do something."""
    apart, told = story
    world = opened()
    for one, other in sorted(apart):
        _apart(world, one, other)
    chapters = iter(told)
    for cycle in CYCLES:
        _fill(world, cycle)
        for _, (meanwhile, marked) in zip(SESSIONS, chapters, strict=False):
            for step, *given_with in meanwhile:
                step(world, *given_with)
            look(world)
            hold_next(world, cycle, marked)
        while world.cycle(cycle).open_sessions():
            hold_next(world, cycle, ["present"])
        world.do(CloseCycle(**ASKED, cycle_id=cycle, on=TODAY))
    return world


chapter = st.tuples(st.lists(steps, max_size=2), st.lists(marks, min_size=4, max_size=4))
kept_apart = st.sets(st.sampled_from(list(combinations(PEOPLE, 2))), max_size=2)
stories = st.tuples(kept_apart, st.lists(chapter, min_size=18, max_size=18))


@given(stories)
def test_completed_if_and_only_if_every_module_was_attended(story: Story) -> None:
    world = lived(story)
    for person in PEOPLE:
        present = {
            dated.session.module
            for cycle in CYCLES
            for dated in world.cycle(cycle).sessions.values()
            if dated.marks.get(person) == "present"
        }
        state = world.person(person)
        assert (state.completed_on is not None) == (present == set(NUMBERS))
        assert (state.started_on is not None) == bool(present)


@given(stories)
def test_no_session_is_ever_over_its_capacity_and_nobody_kept_apart_meets(story: Story) -> None:
    lived(story, seats_hold)


def seats_hold(world: World) -> None:
    for cycle in map(world.cycle, CYCLES):
        assert all(
            len(cycle.expected(each.session_id)) <= cycle.seats_at(each.session_id) for each in cycle.open_sessions()
        )
        here = {person for person, seat in cycle.seats.items() if seat.active}
        assert not any(world.person(person).kept_apart & here for person in here)


@given(stories)
def test_a_place_is_known_to_its_cycle_and_to_its_person_alike(story: Story) -> None:
    places_agree(lived(story, places_agree))


def places_agree(world: World) -> None:
    for person in PEOPLE:
        state = world.person(person)
        seated = [
            name
            for name in CYCLES
            if (seat := world.cycle(name).seats.get(person)) and seat.active and not world.cycle(name).closed
        ]
        assert seated == ([state.place.cycle_id] if state.place else [])


@given(stories)
def test_a_place_begins_and_ends_with_its_sessions_whatever_becomes_of_them(story: Story) -> None:
    places_last(lived(story, places_last))


def places_last(world: World) -> None:
    for person in PEOPLE:
        if (held := world.person(person).place) and (expected := world.cycle(held.cycle_id).days(person)):
            assert (held.first_on, held.last_on) == expected


@given(st.permutations(NUMBERS), st.permutations(NUMBERS), st.permutations(NUMBERS), days)
def test_the_forecast_is_what_happens_when_everyone_attends(
    one: list[int], two: list[int], three: list[int], joins: date
) -> None:
    world = World()
    for nth, order in enumerate((one, two, three), start=1):
        world.do(plan(cycle_id=f"c-{nth}", sessions=dated(nth, tuple(order))))
    world.do(about(AwaitPlace, "r-1", city="Oostende", language="nl", availability=()))
    running = [Running(name, world.cycle(name).open_sessions()) for name in CYCLES]
    foreseen = forecast(running, NUMBERS, (), joins)
    for name in CYCLES:
        attend_everything(world, name, joins)
    state = world.person("r-1")
    assert {visit.session for visit in foreseen.visits} == set(state.marks)
    assert foreseen.finishes_on == state.completed_on


def attend_everything(world: World, cycle: str, joins: date) -> None:
    """Join the cycle where it can be joined, attend every session of it, and close it."""
    place(world, "r-1", cycle, joins)
    while world.cycle(cycle).open_sessions():
        hold_next(world, cycle, ["present"])
    assert world.do(CloseCycle(**ASKED, cycle_id=cycle, on=TODAY)) is None


@given(st.permutations(NUMBERS), days)
def test_a_module_is_attended_once_missed_or_caught_up_in_every_forecast(order: list[int], joins: date) -> None:
    running = [Running("c-1", dated(1, tuple(order))), Running("c-2", dated(2))]
    foreseen = forecast(running, NUMBERS, (), joins)
    told = [visit.module for visit in foreseen.visits]
    assert sorted([*told, *foreseen.missing]) == list(NUMBERS)
    assert set(foreseen.catch_up) <= set(told)
    assert (foreseen.finishes_on is None) == bool(foreseen.missing)


def test_a_full_cycle_is_no_part_of_a_forecast() -> None:
    full = Running("c-1", dated(1), frozenset({"c-1-3"}))
    foreseen = forecast([full, Running("c-2", dated(2))], NUMBERS, (), FIRST)
    assert {visit.cycle for visit in foreseen.visits} == {"c-2"}
    assert isinstance(opened().cycle("c-1"), Cycle)
