"""What the carousel allows on the very day, plans by default, foresees without a visit, and remembers of a session."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from services.carousel.cycles.commands import (
    AddCatchUp,
    ArrangeCover,
    CancelSession,
    CloseCycle,
    CorrectAttendance,
    HoldSession,
)
from services.carousel.cycles.events import CatchUpAdded, CycleClosed, PlaceReleased, SessionCancelled
from services.carousel.cycles.forecast import Forecast, Running, forecast
from services.carousel.cycles.planning import free_days, in_order, sessions
from services.carousel.offers.commands import PublishOffer
from services.carousel.offers.events import OfferPublished
from services.carousel.participations.commands import (
    AcceptPlace,
    PauseParticipation,
    PlaceParticipant,
    ResumeParticipation,
    ReturnToParticipation,
    StopParticipation,
)
from services.carousel.participations.events import (
    LeftWaitingList,
    ParticipationReturned,
    ParticipationStopped,
    PlaceGivenBack,
    PlaceRequested,
    SafetyTaskOpened,
)
from services.carousel.values import Session
from shared.domain.messages import Refused
from tests.carousel.examples import (
    A_CYCLE,
    A_PARTICIPATION,
    ASKED,
    CYCLE,
    FIRST,
    MODULES,
    NUMBERS,
    OFFER,
    OTHER,
    PERSON,
    completed,
    held,
    hold,
    joined,
    noted,
    offered,
    person,
    placed,
    planned,
    session_day,
    started,
    take,
    taken,
)

JOINED = date(2026, 1, 1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
WAITING = A_PARTICIPATION.given(joined())
STARTED = WAITING.given(placed(), noted(1), started())
STOP: dict[str, Any] = {"category": "personal", "code": "moved"}
CANCEL = CancelSession(**ASKED, cycle_id=CYCLE, session_id=f"{CYCLE}-2", reason="weather", on=FIRST)
CANCELLED = SessionCancelled(cycle_id=CYCLE, session_id=f"{CYCLE}-2", reason="weather", on=FIRST)
COVER: dict[str, Any] = {"cycle_id": CYCLE, "session_id": f"{CYCLE}-2", "absent": "f-1", "cover": "f-3", "on": FIRST}
CLOSED = CycleClosed(
    cycle_id=CYCLE, offer_id="g-force", city="Oostende", place="Huis van het Kind", first_on=FIRST, sessions_held=1,
    participants=(PERSON,), silent=(), on=session_day(6),
)  # fmt: skip


def test_a_place_may_be_asked_on_the_day_he_began_to_wait_and_not_before() -> None:
    same = person(PlaceParticipant, cycle_id=CYCLE, from_on=JOINED, on=JOINED)
    assert [type(each) for each in WAITING.when(same).events] == [PlaceRequested]
    for early in ({"from_on": JOINED - DAY}, {"on": JOINED - DAY}):
        WAITING.when(same.model_copy(update=early)).refused("date-before-waiting")


def test_a_place_offered_may_be_accepted_on_the_day_he_began_to_wait_and_not_before() -> None:
    accept = person(AcceptPlace, on=JOINED)
    assert WAITING.given(offered()).when(accept).events == (placed(on=JOINED),)
    WAITING.given(offered()).when(accept.model_copy(update={"on": JOINED - DAY})).refused("date-before-waiting")


def test_who_started_may_stop_and_come_back_on_that_day() -> None:
    stop = person(StopParticipation, **STOP, on=FIRST)
    stopped = STARTED.when(stop)
    assert [type(each) for each in stopped.events] == [PlaceGivenBack, ParticipationStopped, SafetyTaskOpened]
    STARTED.when(stop.model_copy(update={"on": FIRST - DAY})).refused("date-before-start")
    gone = STARTED.given(*stopped.events)
    back = person(ReturnToParticipation, on=FIRST)
    gone.when(back).then(ParticipationReturned(referral_id=PERSON, on=FIRST))
    gone.when(back.model_copy(update={"on": FIRST - DAY})).refused("date-before-start")


def test_a_pause_ends_after_the_day_it_begins() -> None:
    pause = person(PauseParticipation, on=FIRST, review_on=FIRST)
    WAITING.when(pause).refused("review-date-past")
    assert WAITING.when(pause.model_copy(update={"review_on": FIRST + DAY})).refusal is None


@pytest.mark.parametrize(
    ("history", "code"),
    [
        (A_PARTICIPATION, "participation-unknown"),
        (WAITING.given(LeftWaitingList(referral_id=PERSON, cause="withdrawn", on=FIRST)), "participation-not-open"),
        (STARTED.given(*(noted(n) for n in range(2, 7)), completed()), "already-completed"),
    ],
)
def test_who_is_not_on_the_road_neither_pauses_nor_resumes(history: Any, code: str) -> None:
    history.when(person(PauseParticipation, review_on=FIRST + timedelta(days=60))).refused(code)
    history.when(person(ResumeParticipation)).refused(code)


def test_each_that_is_on_the_road_pauses_and_has_nothing_to_resume() -> None:
    for history in (WAITING, WAITING.given(offered()), WAITING.given(placed())):
        history.when(person(ResumeParticipation)).then()
        assert history.when(person(PauseParticipation, review_on=date(2026, 6, 1))).refusal is None


def test_a_mark_may_be_corrected_on_the_day_of_the_session() -> None:
    ran = A_CYCLE.given(planned(), taken(), held(1, (PERSON, "present")))
    correct = CorrectAttendance(
        **ASKED, cycle_id=CYCLE, session_id=f"{CYCLE}-1", referral_id=PERSON, mark="absent", on=session_day(1)
    )
    assert ran.when(correct).refusal is None
    ran.when(correct.model_copy(update={"on": session_day(1) - DAY})).refused("date-before-session")


def test_a_cycle_closes_on_the_day_of_its_last_session_and_not_before() -> None:
    ran = A_CYCLE.given(planned(sessions=planned().sessions[:1]), held(1))
    close = CloseCycle(**ASKED, cycle_id=CYCLE, on=FIRST)
    assert ran.when(close).refusal is None
    ran.when(close.model_copy(update={"on": FIRST - DAY})).refused("date-before-session")


def test_a_session_cancelled_gets_no_cover() -> None:
    off = A_CYCLE.given(planned(), CANCELLED)
    off.when(ArrangeCover(**ASKED, **COVER)).refused("session-cancelled")


def test_who_lost_his_seat_to_a_cancellation_is_expected_at_its_catch_up_only() -> None:
    off = A_CYCLE.given(planned(), taken(), CANCELLED)
    again = Session(session_id="again", module=2, entry_allowed=True, on=session_day(6) + WEEK, starts=time(19))
    caught = off.given(CatchUpAdded(cycle_id=CYCLE, session=again, on=session_day(3)))
    hold_again = HoldSession(**ASKED, cycle_id=CYCLE, session_id="again", attendance=(), on=again.on)
    caught.when(hold_again).refused("attendance-incomplete")
    caught.when(hold(3, (PERSON, "present"))).then(held(3, (PERSON, "present")))
    elsewhere = A_CYCLE.given(planned(), taken(), CatchUpAdded(cycle_id=CYCLE, session=again, on=FIRST))
    assert elsewhere.when(hold_again).refusal is None  # he still has a seat at the first


def test_what_is_over_is_not_catched_up_nor_joined() -> None:
    over = A_CYCLE.given(planned(), CLOSED)
    over.when(take()).refused("cycle-closed")
    over.when(
        AddCatchUp(**ASKED, cycle_id=CYCLE, session_id="x", module=1, held_on=FIRST, starts=time(9), on=FIRST)
    ).refused("cycle-closed")


def test_people_kept_apart_meet_only_those_who_are_still_here() -> None:
    gone = A_CYCLE.given(
        planned(), taken(OTHER, kept_apart=(PERSON,)), PlaceReleased(cycle_id=CYCLE, referral_id=OTHER, on=FIRST)
    )
    gone.when(take(kept_apart=(OTHER,))).refused("place-not-suitable")  # both would sit in the first session
    assert gone.when(take(kept_apart=(OTHER,), from_on=session_day(2))).refusal is None
    A_CYCLE.given(planned(), taken(OTHER)).when(take(kept_apart=(OTHER,))).refused("place-not-suitable")


def test_an_offer_in_another_language_is_another_version() -> None:
    given: dict[str, Any] = {"offer_id": "g-force", "modules": MODULES, "cities": ("Oostende",), "on": FIRST}
    publish = PublishOffer(**ASKED, language="fr", **given)
    french = OfferPublished(version=1, language="fr", **given)
    OFFER.given(french).when(publish).then()
    dutch = publish.model_copy(update={"language": "nl"})
    numbered = tuple(each.model_copy(update={"identity": str(each.number)}) for each in MODULES)
    same = {"language": "nl", "version": 2, "modules": numbered}
    OFFER.given(french).when(dutch).then(french.model_copy(update=same))


def test_a_plan_without_a_rhythm_is_weekly_and_counts_its_sessions_from_one() -> None:
    dated = sessions("c", MODULES[:3], date(2026, 1, 6), time(19))
    assert [(each.session_id, each.on) for each in dated] == [
        (f"c-{n + 1}", date(2026, 1, 6) + n * WEEK) for n in range(3)
    ]
    assert [each.on for each in sessions("c", MODULES[:2], date(2026, 1, 6), time(19), weeks_between=2)] == [
        date(2026, 1, 6), date(2026, 1, 20),
    ]  # fmt: skip


@pytest.mark.parametrize(("first", "weeks"), [(date(2026, 1, 6), 104), (date(2099, 12, 8), 3)])
def test_a_plan_looks_for_days_two_years_long_or_to_the_end_of_the_century(first: date, weeks: int) -> None:
    """731 days hold 104 weeks; from 8 to 31 December are 3."""
    days = [first + n * WEEK for n in range(weeks + 1)]
    planned = sessions("c", MODULES * 20, first, time(19))
    assert [each.on for each in planned] == [day for day in days if day not in free_days(first)]


def test_a_cycle_over_new_year_keeps_the_holidays_of_three_years_free() -> None:
    assert {date(2026, 12, 25), date(2027, 1, 1), date(2028, 12, 25)} <= free_days(date(2026, 11, 1))
    assert {each.year for each in free_days(date(2026, 11, 1))} == {2026, 2027, 2028}


def test_an_order_begins_the_plan_and_the_others_keep_theirs() -> None:
    assert [each.number for each in in_order(MODULES, (3, 1))] == [3, 1, 2, 4, 5, 6]
    for order, code in (((3, 3), "module-twice-in-order"), ((3, 7), "module-unknown")):
        with pytest.raises(Refused) as refused:
            in_order(MODULES, order)
        assert refused.value.code == code


def running(name: str, first: date, *modules: int, full: bool = False) -> Running:
    dated = tuple(
        Session(session_id=f"{name}-{n}", module=n, entry_allowed=True, on=first + nth * WEEK, starts=time(19))
        for nth, n in enumerate(modules)
    )
    return Running(name, dated, frozenset({dated[0].session_id} if full else ()))


def test_who_joins_nothing_finishes_never() -> None:
    assert forecast([], NUMBERS, (), FIRST) == Forecast((), (), NUMBERS, None)
    assert forecast([], NUMBERS, NUMBERS, FIRST) == Forecast((), (), (), None)


def test_the_modules_of_a_later_cycle_are_caught_up() -> None:
    told = forecast([running("a", FIRST, 1, 2), running("b", FIRST + 2 * WEEK, 3, 1)], (1, 2, 3), (), FIRST)
    assert told.catch_up == (3,)
    assert told.finishes_on == FIRST + 2 * WEEK
    assert [visit.cycle for visit in told.visits] == ["a", "a", "b"]


@pytest.mark.parametrize(("days", "joins"), [(-1, False), (0, False), (1, True), (2, True)])
def test_the_next_cycle_is_joined_from_the_day_after_the_last_session(days: int, *, joins: bool) -> None:
    after = FIRST + WEEK + days * DAY
    told = forecast([running("a", FIRST, 1, 2), running("b", after, 3)], (1, 2, 3), (), FIRST)
    assert (told.missing == ()) is joins


def test_a_cycle_is_left_whole_before_the_next_one() -> None:
    """Also when the modules he needs of it come before its last session."""
    told = forecast([running("a", FIRST, 1, 2), running("b", FIRST + DAY, 3)], (1, 2, 3), (2,), FIRST)
    assert [visit.session for visit in told.visits] == ["a-1"]
    assert told.missing == (3,)


def test_a_full_cycle_is_passed_over_and_the_next_one_joined() -> None:
    told = forecast([running("a", FIRST, 1, full=True), running("b", FIRST, 1)], (1,), (), FIRST)
    assert [visit.cycle for visit in told.visits] == ["b"]
