"""Where a person stands in the carousel after each history, and what a cycle knows of its seats and days."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import reduce
from typing import Any

import pytest

from services.carousel.cycles.events import CatchUpAdded, PlaceReleased, SessionCancelled, SessionMoved
from services.carousel.cycles.places import rescheduled
from services.carousel.cycles.state import Cycle, missed
from services.carousel.cycles.state import evolve as evolve_cycle
from services.carousel.participations.events import (
    CompletionRevoked,
    LeftWaitingList,
    ParticipationPaused,
    ParticipationResumed,
    ParticipationReturned,
    ParticipationStopped,
    PlaceGivenBack,
    PlaceRefused,
    PlaceRequested,
    PlaceRescheduled,
    StartRevoked,
)
from services.carousel.participations.state import Participation, Standing, evolve
from services.carousel.values import PlaceDays, Session
from tests.carousel.examples import (
    CYCLE,
    FIRST,
    NUMBERS,
    OTHER,
    PERSON,
    SESSIONS,
    completed,
    held,
    joined,
    noted,
    offered,
    placed,
    planned,
    session_day,
    started,
    taken,
)

LATER = FIRST + timedelta(days=30)
REVIEW = date(2026, 5, 1)
WAITING: tuple[Any, ...] = (joined(),)
PLACED = (*WAITING, placed())
STARTED = (*PLACED, noted(1), started())
STOP = ParticipationStopped(referral_id=PERSON, category="personal", code="moved", on=LATER)
PAUSE = ParticipationPaused(referral_id=PERSON, review_on=REVIEW, on=LATER)
RESUME = ParticipationResumed(referral_id=PERSON, on=LATER)
RETURN = ParticipationReturned(referral_id=PERSON, on=LATER)
GIVEN_BACK = PlaceGivenBack(referral_id=PERSON, cycle_id=CYCLE, on=LATER)
LEFT = LeftWaitingList(referral_id=PERSON, cause="withdrawn", on=LATER)
REFUSED = PlaceRefused(referral_id=PERSON, cycle_id=CYCLE, category="practical", code="hours", on=LATER)
REQUESTED = PlaceRequested(
    referral_id=PERSON, cycle_id=CYCLE, from_on=LATER, firm=True, attended=(), kept_apart=(), on=LATER
)


def person(*history: Any) -> Participation:
    return reduce(evolve, history, Participation())


@pytest.mark.parametrize(
    ("history", "standing", "has_place"),
    [
        (WAITING, "waiting", False),
        ((*WAITING, offered()), "offered", True),
        (PLACED, "placed", True),
        ((*WAITING, offered(), REFUSED), "waiting", False),
        ((*PLACED, GIVEN_BACK), "waiting", False),
        ((*PLACED, LEFT), "unlisted", False),
        ((*PLACED, GIVEN_BACK, PAUSE), "paused", False),
        ((*WAITING, PAUSE, RESUME), "waiting", False),
        ((*STARTED, GIVEN_BACK, STOP), "stopped", False),
        ((*STARTED, GIVEN_BACK, STOP, RETURN), "waiting", False),
    ],
)
def test_a_person_stands_where_the_last_step_brought_him(
    history: tuple[Any, ...], standing: Standing, *, has_place: bool
) -> None:
    state = person(*history)
    assert (state.standing, state.place is not None, state.status) == (standing, has_place, standing)


def test_who_completed_stays_so_wherever_he_stands() -> None:
    for history in (STARTED, (*STARTED, GIVEN_BACK), (*STARTED, GIVEN_BACK, STOP)):
        state = person(*history, completed())
        assert (state.status, state.completed_on) == ("completed", session_day(6))
        revoked = evolve(state, CompletionRevoked(referral_id=PERSON, on=LATER))
        assert revoked.status == person(*history).standing


@pytest.mark.parametrize(
    ("history", "review"), [((PAUSE,), REVIEW), ((PAUSE, RESUME), None), ((PAUSE, STOP), None), ((PAUSE, RETURN), None)]
)
def test_a_review_is_due_only_while_he_pauses(history: tuple[Any, ...], review: date | None) -> None:
    assert person(*STARTED, *history).review_on == review


def test_an_answer_ends_a_request_and_a_refusal_is_remembered() -> None:
    assert person(*WAITING, REQUESTED).requested == REQUESTED
    for answer in (offered(), placed()):
        assert person(*WAITING, REQUESTED, answer).requested is None
    [refused] = person(*WAITING, offered(), REFUSED).refusals
    assert (refused.event, refused.availability) == (REFUSED, joined().availability)
    assert (REFUSED.cycle_id, REFUSED.category, REFUSED.code) == (CYCLE, "practical", "hours")


def test_the_group_of_a_person_is_the_one_he_has_or_had_last_and_who_runs_it_is_kept() -> None:
    assert person(*WAITING).group is None
    assert person(*WAITING, offered()).group == CYCLE
    assert person(*WAITING, offered(), REFUSED).group is None
    assert person(*PLACED, GIVEN_BACK).group == CYCLE
    there = placed(cycle_id="cycle-2", organisation_id="other")
    state = person(*WAITING, placed(organisation_id="intro"), GIVEN_BACK, there)
    assert (state.group, state.run_by) == ("cycle-2", {CYCLE: "intro", "cycle-2": "other"})


def test_the_modules_are_those_of_the_place_and_else_of_the_first_mark() -> None:
    assert person(*WAITING, placed(modules=(1, 2))).modules == {1, 2}
    assert person(*WAITING, placed(modules=(1, 2)), noted(1)).modules == {1, 2}
    assert person(*WAITING, noted(1)).modules == set(NUMBERS)


def test_a_start_moves_and_is_taken_back() -> None:
    assert person(*STARTED).started_on == FIRST
    assert person(*STARTED, StartRevoked(referral_id=PERSON, on=LATER)).started_on is None


def test_of_a_module_attended_twice_the_first_counts() -> None:
    again = noted(1).model_copy(update={"session_id": "again", "on": LATER})
    for history in ((noted(1), again), (again, noted(1))):
        state = person(*history)
        assert state.attended[1] == noted(1)
        assert state.first_session == noted(1)
    same_day = noted(1).model_copy(update={"session_id": "a"})
    assert person(noted(1), same_day).attended[1] == same_day
    assert person(noted(1, "absent")).first_session is None


def test_the_last_module_is_the_one_attended_last() -> None:
    order = [noted(nth) for nth in (6, 5, 4, 3, 2, 1)]
    assert person(*PLACED, *order).last_module == noted(6)
    assert person(*PLACED, *order[1:]).last_module is None
    assert person().last_module is None


def test_a_place_moves_with_its_cycle() -> None:
    moved = PlaceRescheduled(
        referral_id=PERSON, cycle_id=CYCLE, city="Oostende", first_on=LATER, last_on=REVIEW, placed_on=FIRST, on=LATER
    )
    place = person(*PLACED, moved).place
    assert place is not None
    assert (place.first_on, place.last_on) == (LATER, REVIEW)
    assert person(*WAITING, moved).place is None


def group(*history: Any) -> Cycle:
    return reduce(evolve_cycle, history, Cycle())


def cancelled(nth: int) -> SessionCancelled:
    return SessionCancelled(cycle_id=CYCLE, session_id=f"{CYCLE}-{nth}", reason="weather", on=FIRST)


def test_a_cancelled_session_expects_nobody_and_remembers_who_lost_his_seat() -> None:
    state = group(planned(), taken(), taken(OTHER, 3), cancelled(2))
    assert state.expected(f"{CYCLE}-2") == frozenset()
    assert state.sessions[f"{CYCLE}-2"].bereft == {PERSON}
    assert state.expected(f"{CYCLE}-3") == {PERSON, OTHER}
    assert missed(state, PERSON, 2)
    assert not missed(state, OTHER, 2)
    assert not missed(state, PERSON, 1)
    assert [each.session_id for each in state.open_sessions()] == [f"{CYCLE}-{n}" for n in (1, 3, 4, 5, 6)]


def test_the_days_of_a_place_are_those_of_its_sessions_that_take_place() -> None:
    state = group(planned(), taken(), taken(OTHER, 6))
    assert state.days(PERSON) == (session_day(1), session_day(6))
    assert group(planned(), taken(), cancelled(1), cancelled(6)).days(PERSON) == (session_day(2), session_day(5))
    assert group(planned(), taken(OTHER, 6), cancelled(6)).days(OTHER) is None


def test_who_came_back_to_a_cycle_keeps_the_sessions_of_both_places() -> None:
    released = PlaceReleased(cycle_id=CYCLE, referral_id=PERSON, on=FIRST)
    state = group(planned(), taken(), held(1, (PERSON, "present")), released)
    seat = state.seats[PERSON]
    assert seat.sessions == {f"{CYCLE}-1"}
    assert not seat.active
    back = evolve_cycle(state, taken(PERSON, 5))
    assert back.seats[PERSON].sessions == {f"{CYCLE}-{n}" for n in (1, 5, 6)}
    assert back.days(PERSON) == (session_day(5), session_day(6))
    assert back.seats[PERSON].active


def test_a_change_of_sessions_tells_the_places_whose_days_it_changes() -> None:
    state = group(planned(), taken(), taken(OTHER, 2))
    later = SESSIONS[5].on + timedelta(weeks=2)
    moved = SessionMoved(cycle_id=CYCLE, session_id=f"{CYCLE}-6", to=later, starts=time(19), on=FIRST)
    assert rescheduled(state, moved).rescheduled == (
        PlaceDays(referral_id=PERSON, first_on=session_day(1), last_on=later),
        PlaceDays(referral_id=OTHER, first_on=session_day(2), last_on=later),
    )
    assert rescheduled(state, cancelled(1)).rescheduled == (
        PlaceDays(referral_id=PERSON, first_on=session_day(2), last_on=session_day(6)),
    )
    assert rescheduled(state, cancelled(3)).rescheduled == ()


def test_a_place_given_back_or_of_which_no_session_is_left_keeps_its_days() -> None:
    released = PlaceReleased(cycle_id=CYCLE, referral_id=PERSON, on=FIRST)
    assert rescheduled(group(planned(), taken(), released), cancelled(6)).rescheduled == ()
    assert rescheduled(group(planned(), taken(PERSON, 6)), cancelled(6)).rescheduled == ()


def test_a_catch_up_lengthens_the_place_of_those_who_missed_it_and_of_nobody_else() -> None:
    state = group(planned(), taken(), taken(OTHER), held(1, (PERSON, "absent"), (OTHER, "present")))
    again = Session(session_id="again", module=1, entry_allowed=True, on=LATER + timedelta(days=60), starts=time(19))
    told = rescheduled(state, CatchUpAdded(cycle_id=CYCLE, session=again, on=LATER))
    assert told.rescheduled == (PlaceDays(referral_id=PERSON, first_on=session_day(1), last_on=again.on),)
