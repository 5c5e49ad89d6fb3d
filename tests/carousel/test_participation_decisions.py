"""What is decided about one participation: waiting, place, attendance, pause, stop and return."""

from __future__ import annotations

from datetime import date, timedelta

from services.carousel.participations.commands import (
    AcceptPlace,
    AwaitPlace,
    CloseSafetyTask,
    DeclareNonAssociation,
    GiveBackPlace,
    LeaveWaitingList,
    LiftNonAssociation,
    OfferPlace,
    OpenSafetyTask,
    PauseParticipation,
    PlaceParticipant,
    ReceivePlace,
    RefusePlace,
    ReschedulePlace,
    ResumeParticipation,
    ReturnToParticipation,
    RevokeAttendance,
    RevokeStop,
    StopParticipation,
)
from services.carousel.participations.events import (
    AttendanceRevoked,
    CompletionRevoked,
    LeftWaitingList,
    NonAssociationDeclared,
    NonAssociationLifted,
    ParticipationPaused,
    ParticipationResumed,
    ParticipationReturned,
    ParticipationStarted,
    ParticipationStopped,
    PlaceGivenBack,
    PlaceReclaimed,
    PlaceRefused,
    PlaceRequested,
    PlaceRescheduled,
    SafetyTaskClosed,
    SafetyTaskLapsed,
    SafetyTaskOpened,
    StartRevoked,
    StopRevoked,
)
from tests.carousel.examples import (
    A_PARTICIPATION,
    CYCLE,
    FIRST,
    NUMBERS,
    OTHER,
    PERSON,
    completed,
    joined,
    note,
    noted,
    offered,
    person,
    placed,
    session_day,
    started,
)

LATER = FIRST + timedelta(days=30)
WAITING = A_PARTICIPATION.given(joined())
PLACED = WAITING.given(placed())
STARTED = PLACED.given(noted(1), started())
FIVE = STARTED.given(*(noted(nth) for nth in range(2, 6)))
COMPLETED = FIVE.given(noted(6), completed())
STOP = person(StopParticipation, category="personal", code="moved")
STOPPED = ParticipationStopped(referral_id=PERSON, category="personal", code="moved", on=LATER)
TASK = SafetyTaskOpened(
    referral_id=PERSON, task_id="1", cycle_id=CYCLE, cause="stopped", due_on=LATER + timedelta(days=7), on=LATER
)
GIVEN_BACK = PlaceGivenBack(referral_id=PERSON, cycle_id=CYCLE, on=LATER)
LEFT = LeftWaitingList(referral_id=PERSON, cause="withdrawn", on=LATER)


def requested(*attended: int, firm: bool = True) -> PlaceRequested:
    return PlaceRequested(
        referral_id=PERSON,
        cycle_id=CYCLE,
        from_on=LATER,
        firm=firm,
        attended=attended,
        have=tuple(map(str, attended)),
        kept_apart=(),
        on=LATER,
    )


def reclaimed(on: date) -> PlaceReclaimed:
    return PlaceReclaimed(referral_id=PERSON, cycle_id=CYCLE, kept_apart=(), on=on)


def test_an_accepted_person_waits_once() -> None:
    command = person(AwaitPlace, **joined().model_dump())
    A_PARTICIPATION.when(command).then(joined())
    WAITING.when(command).then()
    WAITING.given(LEFT).when(command).then(joined())


def test_a_referral_resumed_brings_back_who_stopped_and_nobody_who_goes_on() -> None:
    def resumed(on: date) -> AwaitPlace:
        given = joined().model_dump() | {"returning": True, "on": on}
        command: AwaitPlace = person(AwaitPlace, **given)
        return command

    stopped, after = STARTED.given(GIVEN_BACK, STOPPED), LATER + timedelta(days=1)
    back = ParticipationReturned(referral_id=PERSON, on=after)
    stopped.when(resumed(after)).then(back)
    stopped.given(back).when(resumed(after)).then()
    stopped.when(resumed(FIRST - timedelta(days=1))).then()
    stopped.when(person(AwaitPlace, **joined().model_dump())).then()
    FIVE.given(GIVEN_BACK, STOPPED, noted(6), completed()).when(resumed(after)).then()
    A_PARTICIPATION.when(resumed(LATER)).then(joined().model_copy(update={"on": LATER}))
    for on_the_road in (WAITING, PLACED, STARTED, COMPLETED):
        on_the_road.when(resumed(LATER)).then()


def test_a_referral_that_takes_another_road_leaves_the_list_and_its_place() -> None:
    leave = person(LeaveWaitingList, cause="withdrawn")
    WAITING.when(leave).then(LEFT)
    PLACED.when(leave).then(GIVEN_BACK, LEFT)
    WAITING.given(LEFT).when(leave).then()
    A_PARTICIPATION.when(leave).then()
    STARTED.when(leave).then()


def test_a_place_is_asked_for_who_waits_with_the_modules_he_has() -> None:
    place = person(PlaceParticipant, cycle_id=CYCLE, from_on=LATER)
    WAITING.when(place).then(requested())
    STARTED.given(GIVEN_BACK).when(place).then(requested(1))
    PLACED.when(place).then()
    WAITING.given(requested(), placed()).when(place).then()
    other_day = place.model_copy(update={"from_on": FIRST})
    WAITING.given(requested(), placed()).when(other_day).refused("already-placed")
    A_PARTICIPATION.when(place).refused("participation-unknown")
    WAITING.given(LEFT).when(place).refused("participation-not-open")
    COMPLETED.when(place).refused("already-completed")


def test_nobody_has_a_place_before_he_waited() -> None:
    early = date(2025, 12, 31)
    for command in (PlaceParticipant, OfferPlace):
        WAITING.when(person(command, cycle_id=CYCLE, from_on=early)).refused("date-before-waiting")
        WAITING.when(person(command, cycle_id=CYCLE, from_on=LATER, on=early)).refused("date-before-waiting")
    WAITING.given(offered()).when(person(AcceptPlace, on=early)).refused("date-before-waiting")
    refuse = person(RefusePlace, category="practical", code="work", on=early)
    WAITING.given(offered()).when(refuse).refused("date-before-waiting")
    PLACED.when(note(1, held_on=early)).refused("date-before-waiting")
    asked = {"cycle_id": CYCLE, "first_on": early, "last_on": session_day(6)}
    PLACED.when(person(ReschedulePlace, **asked)).refused("date-before-waiting")


def test_nobody_has_two_places_at_once() -> None:
    PLACED.when(person(PlaceParticipant, cycle_id="cycle-2", from_on=LATER)).refused("already-placed")
    PLACED.when(person(OfferPlace, cycle_id="cycle-2", from_on=LATER)).refused("already-placed")


def test_an_offer_is_held_until_he_answers() -> None:
    receive = person(ReceivePlace, **placed().model_dump(exclude={"referral_id", "on"}), firm=False)
    asked = WAITING.given(requested(firm=False))
    asked.when(receive).then(offered().model_copy(update={"on": LATER}))
    asked.when(receive.model_copy(update={"firm": True})).then(placed(on=LATER))
    WAITING.when(receive).refused("place-not-requested")
    answered = WAITING.given(offered())
    answered.when(person(AcceptPlace)).then(placed(on=LATER))
    answered.when(person(PlaceParticipant, cycle_id=CYCLE, from_on=LATER)).then(placed(on=LATER))
    answered.when(person(OfferPlace, cycle_id=CYCLE, from_on=LATER)).then()
    PLACED.when(person(AcceptPlace)).then()
    WAITING.when(person(AcceptPlace)).refused("no-place-offered")


def test_a_place_that_begins_on_another_day_is_the_same_place() -> None:
    def moved(placed_on: date | None) -> PlaceRescheduled:
        return PlaceRescheduled(
            referral_id=PERSON, cycle_id=CYCLE, city="Oostende", first_on=session_day(2), last_on=session_day(6),
            placed_on=placed_on, on=LATER,
        )  # fmt: skip

    days = {"first_on": session_day(2), "last_on": session_day(6)}
    reschedule = person(ReschedulePlace, cycle_id=CYCLE, **days)
    PLACED.when(reschedule).then(moved(FIRST))
    PLACED.given(moved(FIRST)).when(reschedule).then()
    PLACED.when(reschedule.model_copy(update={"cycle_id": "cycle-2"})).then()
    WAITING.when(reschedule).then()
    asked = WAITING.given(offered())
    asked.when(reschedule).then(moved(None))
    asked.given(moved(None)).when(person(AcceptPlace)).then(placed(on=LATER, **days))
    PLACED.given(GIVEN_BACK, moved(FIRST)).when(person(GiveBackPlace, cycle_id=CYCLE)).then()


def test_a_place_is_refused_for_a_reason_that_is_kept() -> None:
    refuse = person(RefusePlace, category="practical", code="work")
    refused = PlaceRefused(referral_id=PERSON, cycle_id=CYCLE, category="practical", code="work", on=LATER)
    WAITING.given(offered()).when(refuse).then(refused)
    WAITING.given(offered(), refused).when(refuse).then()
    WAITING.when(refuse).refused("no-place-offered")
    WAITING.given(offered()).when(refuse.model_copy(update={"code": "moved"})).refused("reason-does-not-fit")


def test_a_place_given_back_leaves_him_waiting() -> None:
    give_back = person(GiveBackPlace, cycle_id=CYCLE)
    PLACED.when(give_back).then(GIVEN_BACK)
    WAITING.when(give_back).then()
    PLACED.when(give_back.model_copy(update={"cycle_id": "cycle-2"})).then()


def test_the_first_session_attended_is_the_start() -> None:
    PLACED.when(note(1)).then(noted(1), started())
    PLACED.when(note(1, "absent")).then(noted(1, "absent"))
    STARTED.when(note(1)).then()
    STARTED.when(note(2)).then(noted(2))
    A_PARTICIPATION.when(note(1)).refused("participation-unknown")


def test_a_correction_can_move_the_start_or_take_it_back() -> None:
    revoked = StartRevoked(referral_id=PERSON, on=LATER)
    STARTED.when(note(1, "absent", on=LATER)).then(noted(1, "absent"), revoked)
    STARTED.given(GIVEN_BACK, STOPPED).when(note(1, "absent")).refused("stopped-needs-start")
    second = ParticipationStarted(referral_id=PERSON, cycle_id=CYCLE, city="Oostende", on=session_day(2))
    STARTED.given(noted(2)).when(note(1, "absent")).then(noted(1, "absent"), second)


def test_all_distinct_modules_attended_is_completed_and_nothing_else() -> None:
    FIVE.when(note(6)).then(noted(6), completed())
    FIVE.when(note(5, session_id="other", held_on=session_day(6))).then(
        noted(5).model_copy(update={"session_id": "other", "on": session_day(6)})
    )
    COMPLETED.when(note(6)).then()


def test_a_correction_that_takes_the_last_module_away_takes_completion_back() -> None:
    revoked = CompletionRevoked(referral_id=PERSON, on=LATER)
    COMPLETED.when(note(6, "excused", on=LATER)).then(noted(6, "excused"), revoked)
    COMPLETED.given(noted(6, "excused"), revoked).when(note(6)).then(noted(6), completed())


def test_attendance_recorded_late_completes_also_who_stopped() -> None:
    stopped = STOPPED.model_copy(update={"on": session_day(6)})
    FIVE.given(GIVEN_BACK, stopped).when(note(6)).then(noted(6), completed())


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


def test_who_pauses_gives_his_place_back_until_he_resumes() -> None:
    pause = person(PauseParticipation, review_on=date(2026, 3, 1))
    paused = ParticipationPaused(referral_id=PERSON, review_on=date(2026, 3, 1), on=LATER)
    PLACED.when(pause).then(GIVEN_BACK, paused)
    WAITING.given(paused).when(pause).then()
    WAITING.when(pause.model_copy(update={"review_on": LATER})).refused("review-date-past")
    WAITING.when(pause.model_copy(update={"review_on": date(2036, 3, 1)})).refused("date-too-far")
    WAITING.when(pause.model_copy(update={"on": date(2025, 2, 5)})).refused("date-before-waiting")
    COMPLETED.when(pause).refused("already-completed")
    A_PARTICIPATION.when(pause).refused("participation-unknown")
    resumed = ParticipationResumed(referral_id=PERSON, on=LATER)
    WAITING.given(paused).when(person(ResumeParticipation)).then(resumed)
    WAITING.when(person(ResumeParticipation)).then()


def test_stopping_opens_a_safety_task() -> None:
    STARTED.when(STOP).then(GIVEN_BACK, STOPPED, TASK)
    STARTED.given(GIVEN_BACK, STOPPED).when(STOP).then()
    STARTED.given(GIVEN_BACK, STOPPED).when(STOP.model_copy(update={"code": "illness"})).refused("already-stopped")
    STARTED.given(GIVEN_BACK, STOPPED).when(STOP.model_copy(update={"category": "practical", "code": "work"})).refused(
        "already-stopped"
    )
    PLACED.when(STOP).refused("not-started")
    COMPLETED.when(STOP).refused("already-completed")
    STARTED.when(STOP.model_copy(update={"on": FIRST - timedelta(days=1)})).refused("date-before-start")
    STARTED.when(STOP.model_copy(update={"code": "hours"})).refused("reason-does-not-fit")


def test_a_stop_after_the_cycle_is_looked_at_by_those_who_ran_it() -> None:
    STARTED.given(GIVEN_BACK).when(STOP).then(STOPPED, TASK)
    elsewhere = STARTED.given(GIVEN_BACK, placed(cycle_id="cycle-2"))
    given_back = GIVEN_BACK.model_copy(update={"cycle_id": "cycle-2"})
    elsewhere.when(STOP).then(given_back, STOPPED, TASK.model_copy(update={"cycle_id": "cycle-2"}))


def test_who_stopped_may_come_back_with_the_modules_he_has() -> None:
    back = person(ReturnToParticipation)
    returned = ParticipationReturned(referral_id=PERSON, on=LATER)
    gone = STARTED.given(GIVEN_BACK, STOPPED)
    gone.when(back).then(returned)
    gone.given(returned).when(back).then()
    gone.given(returned).when(person(PlaceParticipant, cycle_id=CYCLE, from_on=LATER)).then(requested(1))
    PLACED.when(back).refused("not-started")
    gone.when(back.model_copy(update={"on": FIRST - timedelta(days=1)})).refused("date-before-start")


def test_people_who_must_not_meet_are_kept_apart_until_it_is_lifted() -> None:
    declare = person(DeclareNonAssociation, other_id=OTHER)
    declared = NonAssociationDeclared(referral_id=PERSON, other_id=OTHER, cycle_id=None, on=LATER)
    WAITING.when(declare).then(declared)
    WAITING.given(declared).when(declare).then()
    PLACED.when(declare.model_copy(update={"other_cycle_id": CYCLE})).refused("already-together")
    WAITING.when(declare.model_copy(update={"other_id": PERSON})).refused("apart-from-himself")
    lift = person(LiftNonAssociation, other_id=OTHER)
    lifted = NonAssociationLifted(referral_id=PERSON, other_id=OTHER, on=LATER)
    WAITING.given(declared).when(lift).then(lifted)
    WAITING.when(lift).then()


def test_silence_opens_one_task_and_a_task_is_closed_once() -> None:
    silence = person(OpenSafetyTask, cycle_id=CYCLE, cause="silence")
    opened = TASK.model_copy(update={"cause": "silence"})
    WAITING.when(silence).then(opened)
    WAITING.given(opened).when(silence).then()
    elsewhere = opened.model_copy(update={"cycle_id": "cycle-2", "task_id": "2"})
    WAITING.given(opened).when(silence.model_copy(update={"cycle_id": "cycle-2"})).then(elsewhere)
    COMPLETED.when(silence).then()
    close = person(CloseSafetyTask, task_id="1")
    closed = SafetyTaskClosed(referral_id=PERSON, task_id="1", on=LATER)
    WAITING.given(opened).when(close).then(closed)
    WAITING.given(opened, closed).when(close).then()
    WAITING.given(opened, closed).when(silence).then(opened.model_copy(update={"task_id": "2"}))
    WAITING.when(close).refused("safety-task-unknown")


def test_nothing_is_recorded_for_a_day_still_to_come() -> None:
    WAITING.when(person(ResumeParticipation, on=date(2027, 1, 1))).refused("date-in-future")


def test_the_modules_of_the_offer_are_those_of_the_place() -> None:
    short = WAITING.given(placed(modules=NUMBERS[:1]))
    short.when(note(1)).then(noted(1), started(), completed(1))
