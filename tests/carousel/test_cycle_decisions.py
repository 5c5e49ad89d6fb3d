"""What is decided about offers and cycles."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

from services.carousel.cycles.commands import (
    AddCatchUp,
    ArrangeCover,
    CancelSession,
    CloseCycle,
    CorrectAttendance,
    HoldSession,
    MoveSession,
    ReleasePlace,
)
from services.carousel.cycles.events import (
    AttendanceCorrected,
    CatchUpAdded,
    CoverArranged,
    CycleClosed,
    PlaceReleased,
    SessionCancelled,
    SessionMoved,
)
from services.carousel.cycles.planning import free_days, sessions
from services.carousel.offers.commands import PublishOffer
from services.carousel.offers.events import OfferPublished
from services.carousel.values import Mark, PlaceDays
from tests.carousel.examples import (
    A_CYCLE,
    ASKED,
    CYCLE,
    FIRST,
    MODULES,
    NUMBERS,
    OFFER,
    OTHER,
    PERSON,
    SESSIONS,
    facts,
    held,
    hold,
    plan,
    planned,
    session_day,
    take,
    taken,
)

PUBLISH = PublishOffer(**ASKED, offer_id="g-force", language="nl", modules=MODULES, cities=("Oostende",), on=FIRST)
IDENTIFIED = tuple(each.model_copy(update={"identity": f"g-force-{each.number}"}) for each in MODULES)
PUBLISHED = OfferPublished(
    offer_id="g-force", version=1, language="nl", modules=IDENTIFIED, cities=("Oostende",), on=FIRST
)
RUNNING = A_CYCLE.given(planned(), taken())
BOTH = RUNNING.given(taken(OTHER))
WEEK = timedelta(weeks=1)


def test_an_offer_is_published_once_and_changed_as_its_next_version() -> None:
    OFFER.when(PUBLISH).then(PUBLISHED)
    OFFER.given(PUBLISHED).when(PUBLISH).then()
    shorter = PUBLISH.model_copy(update={"modules": MODULES[:5]})
    OFFER.given(PUBLISHED).when(shorter).then(PUBLISHED.model_copy(update={"version": 2, "modules": IDENTIFIED[:5]}))


def test_an_offer_needs_distinct_modules_and_one_to_enter_at() -> None:
    OFFER.when(PUBLISH.model_copy(update={"modules": (*MODULES, MODULES[0])})).refused("module-number-twice")
    OFFER.when(PUBLISH.model_copy(update={"modules": (MODULES[5],)})).refused("offer-without-entry")


def test_a_cycle_has_one_session_a_week_and_none_on_a_holiday() -> None:
    days = [each.on for each in sessions("c", MODULES, date(2026, 4, 27), time(19))]
    assert all(later - earlier >= timedelta(weeks=1) for earlier, later in pairwise(days))
    assert date(2026, 5, 25) in free_days(days[0])  # Whit Monday
    assert date(2026, 5, 25) not in days
    assert len(days) == len(MODULES)


def test_a_cycle_is_planned_once() -> None:
    A_CYCLE.when(plan()).then(planned())
    A_CYCLE.given(planned()).when(plan()).then()
    A_CYCLE.given(planned()).when(plan(capacity=9)).refused("cycle-already-planned")


def test_a_cycle_needs_two_facilitators_and_sessions_of_its_offer() -> None:
    A_CYCLE.when(plan(facilitators=("f-1", "f-1"))).refused("facilitators-not-two")
    A_CYCLE.when(plan(sessions=(SESSIONS[0], SESSIONS[0]))).refused("session-id-twice")
    A_CYCLE.when(plan(modules=(1, 2))).refused("module-unknown")
    A_CYCLE.when(hold(1)).refused("cycle-unknown")


def test_nothing_is_recorded_for_a_day_still_to_come() -> None:
    A_CYCLE.when(plan(on=date(2027, 1, 1))).refused("date-in-future")


def test_a_session_that_did_not_take_place_can_be_moved() -> None:
    move = MoveSession(
        **ASKED, cycle_id=CYCLE, session_id=f"{CYCLE}-2", to=date(2026, 1, 15), starts=time(18), on=FIRST
    )
    moved = SessionMoved(cycle_id=CYCLE, session_id=f"{CYCLE}-2", to=date(2026, 1, 15), starts=time(18), on=FIRST)
    RUNNING.when(move).then(moved)
    RUNNING.given(moved).when(move).then()
    RUNNING.given(held(2, (PERSON, "present"))).when(move).refused("session-already-held")
    RUNNING.when(move.model_copy(update={"session_id": "x"})).refused("session-unknown")


def test_a_place_begins_and_ends_on_another_day_when_its_first_or_last_session_does() -> None:
    def days(first: date, last: date, *people: str) -> tuple[PlaceDays, ...]:
        return tuple(PlaceDays(referral_id=each, first_on=first, last_on=last) for each in people)

    def move(nth: int, to: date) -> MoveSession:
        session = {"cycle_id": CYCLE, "session_id": f"{CYCLE}-{nth}"}
        return MoveSession(**ASKED, **session, to=to, starts=time(18), on=FIRST)

    def rescheduled(of: Any, command: Any) -> Any:
        [event] = of.when(command).events
        return event.rescheduled

    earlier, later = FIRST - timedelta(days=1), session_day(6) + WEEK
    before = A_CYCLE.given(planned(on=earlier), taken(), taken(OTHER))
    assert rescheduled(before, move(1, earlier)) == days(earlier, session_day(6), PERSON, OTHER)
    assert rescheduled(BOTH, move(6, later)) == days(FIRST, later, PERSON, OTHER)
    assert rescheduled(BOTH, move(1, later)) == days(session_day(2), later, PERSON, OTHER)
    assert rescheduled(BOTH, move(3, session_day(3) + timedelta(days=1))) == ()
    cancel = CancelSession(**ASKED, cycle_id=CYCLE, session_id=f"{CYCLE}-6", reason="weather", on=FIRST)
    assert rescheduled(BOTH, cancel) == days(FIRST, session_day(5), PERSON, OTHER)
    late = A_CYCLE.given(planned(), taken(sessions_from=6))
    assert rescheduled(late, cancel) == ()
    gone = before.given(PlaceReleased(cycle_id=CYCLE, referral_id=PERSON, on=FIRST))
    assert len(rescheduled(gone, move(1, earlier))) == 1


def test_a_cancelled_session_frees_its_seats_and_cannot_be_held() -> None:
    cancel = CancelSession(**ASKED, cycle_id=CYCLE, session_id=f"{CYCLE}-2", reason="weather", on=FIRST)
    cancelled = SessionCancelled(cycle_id=CYCLE, session_id=f"{CYCLE}-2", reason="weather", on=FIRST)
    RUNNING.when(cancel).then(cancelled)
    RUNNING.given(cancelled).when(cancel).then()
    RUNNING.given(cancelled).when(cancel.model_copy(update={"reason": "strike"})).refused("session-cancelled")
    RUNNING.given(cancelled).when(hold(2, (PERSON, "present"))).refused("session-cancelled")
    RUNNING.given(held(2, (PERSON, "present"))).when(cancel).refused("session-already-held")


def test_a_catch_up_expects_those_who_missed_the_module_here() -> None:
    added = AddCatchUp(
        **ASKED, cycle_id=CYCLE, session_id="again", module=1, held_on=date(2026, 3, 3), starts=time(19), on=FIRST
    )
    session = SESSIONS[0].model_copy(update={"session_id": "again", "on": date(2026, 3, 3)})
    later = PlaceDays(referral_id=PERSON, first_on=FIRST, last_on=date(2026, 3, 3))
    fact = CatchUpAdded(cycle_id=CYCLE, session=session, rescheduled=(later,), on=FIRST)
    missed = BOTH.given(held(1, (PERSON, "excused"), (OTHER, "present")))
    missed.when(added).then(fact)
    missed.given(fact).when(added).then()
    again = HoldSession(
        **ASKED, cycle_id=CYCLE, session_id="again", attendance=((PERSON, "present"),), on=date(2026, 3, 3)
    )
    assert missed.given(fact).when(again).refusal is None
    missed.when(added.model_copy(update={"module": 9})).refused("module-unknown")
    missed.when(added.model_copy(update={"session_id": f"{CYCLE}-2"})).refused("session-id-twice")


def test_a_catch_up_never_expects_more_than_it_holds_and_the_next_one_expects_the_others() -> None:
    def again(nth: int) -> CatchUpAdded:
        session = SESSIONS[0].model_copy(update={"session_id": f"again-{nth}", "on": session_day(6) + nth * WEEK})
        return CatchUpAdded(cycle_id=CYCLE, session=session, on=FIRST)

    def came(nth: int, *marks: tuple[str, Mark]) -> HoldSession:
        return HoldSession(
            **ASKED, cycle_id=CYCLE, session_id=f"again-{nth}", attendance=marks, on=session_day(6) + nth * WEEK
        )

    alone = A_CYCLE.given(planned(capacity=1), taken(sessions=(f"{CYCLE}-1",)), held(1, (PERSON, "absent")), again(1))
    gave_way = alone.given(PlaceReleased(cycle_id=CYCLE, referral_id=PERSON, on=FIRST))
    other = gave_way.given(taken(OTHER, sessions=("again-1",)))
    both_missed = other.given(*other.when(came(1, (OTHER, "absent"))).events, taken(sessions=(f"{CYCLE}-2",)))
    full = both_missed.given(again(2))
    assert full.state().expected("again-2") == {PERSON}
    assert full.when(came(2, (PERSON, "present"))).refusal is None
    assert full.given(again(3)).when(came(3, (OTHER, "present"))).refusal is None


def test_who_joins_is_expected_at_the_first_session_of_a_module_and_not_at_the_one_that_repeats_it() -> None:
    again = SESSIONS[0].model_copy(update={"session_id": "again", "on": date(2026, 3, 3)})
    fact = CatchUpAdded(cycle_id=CYCLE, session=again, on=FIRST)
    A_CYCLE.given(planned(), fact).when(take()).then(taken())
    late = A_CYCLE.given(planned(), held(1), fact).when(take()).events[0]
    assert late.model_dump()["sessions"] == (*(f"{CYCLE}-{nth}" for nth in range(2, 7)), "again")


def test_cover_comes_from_outside_the_pair_and_is_told() -> None:
    cover = ArrangeCover(**ASKED, cycle_id=CYCLE, session_id=f"{CYCLE}-1", absent="f-1", cover="f-3", on=FIRST)
    arranged = CoverArranged(cycle_id=CYCLE, session_id=f"{CYCLE}-1", absent="f-1", cover="f-3", on=FIRST)
    RUNNING.when(cover).then(arranged)
    RUNNING.given(arranged).when(cover).then()
    RUNNING.when(cover.model_copy(update={"cover": "f-2"})).refused("cover-does-not-fit")
    RUNNING.given(arranged).when(hold(1, (PERSON, "present"))).then(held(1, (PERSON, "present"), cover_used=True))


def test_holding_a_session_marks_everyone_expected_and_nobody_else() -> None:
    BOTH.when(hold(1, (PERSON, "present"), (OTHER, "absent"))).then(held(1, (PERSON, "present"), (OTHER, "absent")))
    BOTH.when(hold(1, (PERSON, "present"))).refused("attendance-incomplete")
    RUNNING.when(hold(1, (PERSON, "present"), (OTHER, "present"))).refused("attendance-not-expected")
    RUNNING.when(hold(1, (PERSON, "present"), (PERSON, "absent"))).refused("attendance-not-expected")
    RUNNING.when(hold(1, (PERSON, "present"), on=session_day(2))).refused("session-on-another-day")
    RUNNING.given(held(1, (PERSON, "present"))).when(hold(1, (PERSON, "present"))).then()
    RUNNING.given(held(1, (PERSON, "present"))).when(hold(1, (PERSON, "absent"))).refused("session-already-held")


def test_a_mark_can_be_corrected_later_and_the_session_is_told_again() -> None:
    correct = CorrectAttendance(
        **ASKED, cycle_id=CYCLE, session_id=f"{CYCLE}-1", referral_id=PERSON, mark="excused", on=session_day(3)
    )
    once = RUNNING.given(held(1, (PERSON, "present")))
    corrected = AttendanceCorrected(
        cycle_id=CYCLE, facts=facts(1, 0), referral_id=PERSON, mark="excused", on=session_day(3)
    )
    once.when(correct).then(corrected)
    once.given(corrected).when(correct).then()
    once.when(correct.model_copy(update={"referral_id": OTHER})).refused("attendance-not-expected")
    RUNNING.when(correct).refused("session-not-held")
    once.when(correct.model_copy(update={"on": FIRST - timedelta(days=1)})).refused("date-before-session")


def test_who_turns_out_to_have_attended_nothing_of_a_cycle_that_is_over_was_silent() -> None:
    marks: list[Mark] = ["present", "absent", "absent", "absent", "absent", "present"]
    came = RUNNING.given(*(held(nth, (PERSON, mark)) for nth, mark in enumerate(marks, 1)))
    close = CloseCycle(**ASKED, cycle_id=CYCLE, on=session_day(6))
    over = came.given(*came.when(close).events)

    def wrong(nth: int) -> CorrectAttendance:
        session = {"cycle_id": CYCLE, "session_id": f"{CYCLE}-{nth}"}
        return CorrectAttendance(**ASKED, **session, referral_id=PERSON, mark="absent", on=session_day(6))

    def corrected(nth: int, *, silent: bool) -> AttendanceCorrected:
        facts_ = facts(nth, 0)
        return AttendanceCorrected(
            cycle_id=CYCLE, facts=facts_, referral_id=PERSON, mark="absent", silent=silent, on=session_day(6)
        )

    first = corrected(1, silent=False)
    over.when(wrong(1)).then(first)
    over.given(first).when(wrong(6)).then(corrected(6, silent=True))
    came.given(first).when(wrong(6)).then(corrected(6, silent=False))


def test_a_cycle_closes_when_no_session_is_open_and_names_who_was_silent() -> None:
    close = CloseCycle(**ASKED, cycle_id=CYCLE, on=session_day(6))
    RUNNING.when(close).refused("sessions-open")
    over = BOTH.given(*(held(nth, (PERSON, "present"), (OTHER, "absent")) for nth in range(1, 7)))
    closed = CycleClosed(
        cycle_id=CYCLE, offer_id="g-force", city="Oostende", place="Huis van het Kind", first_on=FIRST,
        sessions_held=6, participants=(PERSON, OTHER), silent=(OTHER,), on=session_day(6),
    )  # fmt: skip
    over.when(close).then(closed)
    over.given(closed).when(close).then()
    over.given(closed).when(take("referral-3")).refused("cycle-closed")
    over.when(close.model_copy(update={"on": session_day(5)})).refused("date-before-session")


def test_a_place_holds_a_seat_at_every_session_to_attend() -> None:
    A_CYCLE.given(planned()).when(take()).then(taken())
    RUNNING.when(take()).then()
    A_CYCLE.given(planned()).when(take(from_on=session_day(3))).then(taken(sessions_from=3))
    A_CYCLE.given(planned()).when(take(from_on=session_day(6), attended=NUMBERS[:5])).then(taken(sessions_from=6))


def test_a_newcomer_enters_only_where_the_module_allows_it() -> None:
    A_CYCLE.given(planned()).when(take(from_on=session_day(6))).refused("no-session-to-attend")


def test_no_session_has_more_seats_than_its_capacity() -> None:
    BOTH.when(take("referral-3")).refused("cycle-full")
    free = BOTH.given(PlaceReleased(cycle_id=CYCLE, referral_id=OTHER, on=FIRST - timedelta(days=1)))
    free.when(take("referral-3")).then(taken("referral-3"))


def test_people_kept_apart_never_sit_in_one_cycle_and_may_again_once_it_is_lifted() -> None:
    RUNNING.when(take(OTHER, kept_apart=(PERSON,))).refused("place-not-suitable")
    assert A_CYCLE.given(planned(), taken(kept_apart=(OTHER,))).when(take(OTHER)).refusal is None


def test_a_place_given_back_frees_only_what_is_to_come() -> None:
    release = ReleasePlace(**ASKED, cycle_id=CYCLE, referral_id=PERSON, on=session_day(2))
    released = PlaceReleased(cycle_id=CYCLE, referral_id=PERSON, on=session_day(2))
    once = RUNNING.given(held(1, (PERSON, "present")))
    once.when(release).then(released)
    once.given(released).when(release).then()
    once.given(released).when(hold(2)).refused("attendance-incomplete")
    once.given(released).when(hold(2, (PERSON, "present"))).then(held(2, (PERSON, "present")))
    once.given(released).when(hold(3)).then(held(3))
    once.given(released).when(hold(3, (PERSON, "present"))).then(held(3, (PERSON, "present")))
    A_CYCLE.given(planned()).when(release).then()
