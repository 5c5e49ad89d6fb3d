"""A stop: outweighed by a later session, taken back, and never before what it ends."""

from __future__ import annotations

from datetime import date, timedelta

from services.carousel.participations.commands import (
    CloseSafetyTask,
    ResumeParticipation,
    ReturnToParticipation,
    RevokeAttendance,
    RevokeStop,
)
from services.carousel.participations.events import (
    AttendanceRevoked,
    ParticipationPaused,
    PlaceReclaimed,
    SafetyTaskClosed,
    SafetyTaskLapsed,
    StopRevoked,
)
from tests.carousel.examples import (
    CYCLE,
    FIRST,
    PERSON,
    note,
    noted,
    person,
    session_day,
)
from tests.carousel.test_participation_decisions import FIVE, GIVEN_BACK, LATER, STARTED, STOP, STOPPED, TASK, WAITING


def reclaimed(on: date) -> PlaceReclaimed:
    return PlaceReclaimed(referral_id=PERSON, cycle_id=CYCLE, kept_apart=(), on=on)


def test_a_session_attended_after_a_stop_outweighs_it_and_without_it_the_stop_holds_again() -> None:
    revoked = StopRevoked(referral_id=PERSON, outweighed=True, on=session_day(6))
    lapsed = SafetyTaskLapsed(referral_id=PERSON, task_id="1", on=session_day(6))
    gone = STARTED.given(GIVEN_BACK, STOPPED, TASK)
    gone.when(note(6)).then(noted(6), revoked, lapsed, reclaimed(session_day(6)))
    back = gone.given(noted(6), revoked, lapsed)
    again = TASK.model_copy(update={"task_id": "2"})
    back.when(note(6, "absent", on=LATER)).then(noted(6, "absent"), STOPPED, again)
    back.when(person(RevokeAttendance, session_id=f"{CYCLE}-6")).then(
        AttendanceRevoked(referral_id=PERSON, session_id=f"{CYCLE}-6", on=LATER), STOPPED, again
    )
    gone.when(note(2)).then(noted(2))


def test_nobody_stops_before_a_session_that_he_attended_nor_comes_back_before_he_stopped() -> None:
    FIVE.when(STOP.model_copy(update={"on": session_day(4)})).refused("stop-before-attendance")
    FIVE.when(STOP.model_copy(update={"on": session_day(5)})).then(
        *(each.model_copy(update={"on": session_day(5)}) for each in (GIVEN_BACK, STOPPED)),
        TASK.model_copy(update={"on": session_day(5), "due_on": session_day(6)}),
    )
    back = person(ReturnToParticipation, on=LATER - timedelta(days=1))
    STARTED.given(GIVEN_BACK, STOPPED).when(back).refused("date-before-stop")
    paused = ParticipationPaused(referral_id=PERSON, review_on=date(2026, 3, 1), on=LATER)
    early = person(ResumeParticipation, on=LATER - timedelta(days=1))
    WAITING.given(paused).when(early).refused("date-before-pause")


def test_a_stop_recorded_in_error_is_taken_back_with_its_safety_task() -> None:
    revoke = person(RevokeStop)
    revoked = StopRevoked(referral_id=PERSON, on=LATER)
    lapsed = SafetyTaskLapsed(referral_id=PERSON, task_id="1", on=LATER)
    gone = STARTED.given(GIVEN_BACK, STOPPED, TASK)
    gone.when(revoke).then(revoked, lapsed, reclaimed(LATER))
    STARTED.given(GIVEN_BACK.model_copy(update={"on": FIRST}), STOPPED).when(revoke).then(revoked)
    gone.given(revoked, lapsed).when(revoke).then()
    looked = gone.given(SafetyTaskClosed(referral_id=PERSON, task_id="1", on=LATER))
    looked.when(revoke).then(revoked, reclaimed(LATER))
    STARTED.when(revoke).refused("not-stopped")
    paused = ParticipationPaused(referral_id=PERSON, review_on=date(2026, 3, 1), on=LATER)
    state = STARTED.given(GIVEN_BACK, paused, STOPPED, TASK, revoked, lapsed).state()
    assert (state.standing, state.review_on) == ("paused", date(2026, 3, 1))
    closed = SafetyTaskClosed(referral_id=PERSON, task_id="1", on=LATER)
    gone.given(revoked, lapsed).when(person(CloseSafetyTask, task_id="1")).then(closed)
    gone.when(person(CloseSafetyTask, task_id="1", on=FIRST)).refused("date-before-task")


def test_a_stop_told_again_on_another_day_is_no_repeat_of_it() -> None:
    again = STOP.model_copy(update={"on": LATER + timedelta(days=1)})
    STARTED.given(GIVEN_BACK, STOPPED).when(again).refused("already-stopped")
