"""What is decided about a person in the group: what the carousel tells, twice or corrected."""

from __future__ import annotations

from datetime import date

from tests.referral import examples as x
from tests.referral.test_decisions import at_accepted, at_intake, at_received, at_started


def test_who_stopped_comes_back_whether_the_intake_or_the_group_heard_it_first() -> None:
    stopped = at_started.given(x.stopped())
    stopped.when(x.record_return()).then(x.returned())
    stopped.when(x.resume()).then(x.resumed())
    stopped.given(x.resumed()).when(x.record_return()).then(x.returned())
    stopped.given(x.resumed(), x.put_on_hold()).when(x.record_return()).then(x.returned())


def test_nobody_comes_back_before_he_came_nor_twice() -> None:
    at_accepted.when(x.record_return()).refused("not-started")
    stopped = at_started.given(x.stopped())
    stopped.when(x.record_return(on=date(2026, 2, 1))).refused("date-before-start")
    stopped.when(x.resume(on=date(2026, 2, 1))).refused("date-before-start")
    stopped.given(x.returned()).when(x.record_return()).then()
    at_started.given(x.completed()).when(x.record_return()).then()


def test_the_first_session_stays_the_first_after_coming_back() -> None:
    again = at_started.given(x.stopped(), x.returned())
    again.when(x.record_start()).then()
    again.when(x.record_stop(on=date(2026, 3, 2))).then(x.stopped(on=date(2026, 3, 2)))


def test_a_first_day_corrected_before_the_return_is_heard_is_no_return() -> None:
    resumed = at_started.given(x.stopped(), x.resumed())
    earlier = date(2026, 1, 26)
    resumed.when(x.record_start(on=earlier)).then(x.started(on=earlier))
    resumed.given(x.started(on=earlier)).when(x.record_return()).then(x.returned())


def test_the_carousel_gives_a_place_to_who_was_accepted() -> None:
    at_accepted.when(x.record_placement()).then(x.placed())
    at_intake.when(x.record_placement()).refused("referral-not-accepted")
    at_received.given(x.retracted()).when(x.record_start()).refused("referral-not-open")


def test_a_place_recorded_twice_is_one_and_too_late_is_none() -> None:
    at_accepted.given(x.placed()).when(x.record_placement()).then()
    at_accepted.given(x.withdrawn()).when(x.record_placement()).then()
    at_accepted.given(x.retracted()).when(x.record_placement()).then()


def test_the_first_session_starts_the_participation() -> None:
    at_accepted.given(x.placed()).when(x.record_start()).then(x.started())
    at_intake.when(x.record_start()).refused("referral-not-accepted")


def test_attending_outweighs_a_hold_and_a_withdrawal() -> None:
    at_accepted.given(x.put_on_hold()).when(x.record_start()).then(x.started())
    at_accepted.given(x.withdrawn()).when(x.record_start()).then(x.started())


def test_a_start_recorded_twice_is_one() -> None:
    at_started.when(x.record_start()).then()
    at_started.given(x.stopped()).when(x.record_start()).then()


def test_six_modules_complete_the_participation_even_after_a_stop() -> None:
    at_started.when(x.record_completion()).then(x.completed())
    at_started.given(x.stopped()).when(x.record_completion()).then(x.completed())
    at_accepted.when(x.record_completion()).refused("not-started")


def test_a_completion_recorded_twice_is_one() -> None:
    at_started.given(x.completed()).when(x.record_completion()).then()


def test_leaving_after_the_first_session_is_stopping() -> None:
    at_started.when(x.record_stop()).then(x.stopped())
    at_accepted.when(x.record_stop()).refused("not-started")
    at_started.when(x.record_stop(on=date(2026, 2, 1))).refused("date-before-start")
    at_started.when(x.record_stop(category="personal")).refused("reason-does-not-fit")
    at_started.given(x.completed()).when(x.record_stop()).refused("already-completed")


def test_a_stop_recorded_twice_is_one() -> None:
    at_started.given(x.stopped()).when(x.record_stop()).then()


def test_an_earlier_first_session_recorded_late_corrects_the_day_also_of_who_stopped() -> None:
    earlier = date(2026, 1, 26)
    at_started.when(x.record_start(on=earlier)).then(x.started(on=earlier))
    stopped = at_started.given(x.stopped())
    corrected = stopped.given(x.started(on=earlier))
    stopped.when(x.record_start(on=earlier)).then(x.started(on=earlier))
    corrected.when(x.record_stop()).then()
    corrected.when(x.record_start(on=earlier)).then()


def test_a_start_taken_back_leads_to_the_step_before() -> None:
    started = at_accepted.given(x.placed(), x.started())
    started.when(x.revoke_start()).then(x.start_revoked())
    started.given(x.start_revoked()).when(x.withdraw(on=date(2026, 3, 16))).then(x.withdrawn(on=date(2026, 3, 16)))
    started.given(x.start_revoked()).when(x.record_start()).then(x.started())


def test_a_start_taken_back_twice_or_never_recorded_changes_nothing() -> None:
    at_started.given(x.start_revoked()).when(x.revoke_start()).then()
    at_accepted.when(x.revoke_start()).then()


def test_who_stopped_did_start() -> None:
    at_started.given(x.stopped()).when(x.revoke_start()).refused("referral-not-open")


def test_a_completion_taken_back_leads_to_where_the_person_was() -> None:
    at_started.given(x.completed()).when(x.revoke_completion()).then(x.completion_revoked())
    again = at_started.given(x.completed(), x.completion_revoked())
    again.when(x.record_stop()).then(x.stopped())
    stopped = at_started.given(x.stopped(), x.completed(), x.completion_revoked())
    stopped.when(x.record_stop()).then()
    stopped.when(x.resume()).then(x.resumed())


def test_a_completion_taken_back_twice_or_never_recorded_changes_nothing() -> None:
    at_started.given(x.completed(), x.completion_revoked()).when(x.revoke_completion()).then()
    at_started.when(x.revoke_completion()).then()


def test_another_last_session_moves_the_day_of_completion() -> None:
    later = date(2026, 3, 16)
    at_started.given(x.completed()).when(x.record_completion(on=later)).then(x.completed(on=later))
