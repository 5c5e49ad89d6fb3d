"""What was told wrongly: an entry corrected, a step taken back, a duplicate unlinked, another person, another city."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.referral import examples as x
from tests.referral.test_decisions import at_accepted, at_intake, at_received, at_started, referral, unmet_language

LATER = date(2026, 3, 20)
not_eligible = unmet_language.given(x.declined_not_eligible())
not_suitable = at_intake.given(x.declined_not_suitable())
on_hold = at_accepted.given(x.put_on_hold())
withdrawn = at_accepted.given(x.withdrawn())
duplicate = at_accepted.given(x.duplicate_linked(on=LATER))
retracted = at_received.given(x.retracted())


@pytest.mark.parametrize(
    ("history", "step", "as_before"),
    [
        (at_intake, "intake", at_received),
        (at_accepted, "acceptance", at_intake),
        (at_accepted.given(x.placed()), "acceptance", at_intake),
        (not_eligible, "decline", unmet_language),
        (not_suitable, "decline", at_intake),
        (on_hold, "hold", at_accepted),
        (on_hold.given(x.placed()), "hold", at_accepted.given(x.placed())),
        (withdrawn, "withdrawal", at_accepted),
        (duplicate, "retraction", at_accepted),
        (at_started.given(x.duplicate_linked(on=LATER)), "retraction", at_started),
        (retracted, "retraction", at_received),
    ],
)
def test_a_step_that_is_taken_back_is_as_if_it_had_never_been_told(history: Any, step: str, as_before: Any) -> None:
    taken_back = x.step_revoked(step=step)
    history.when(x.revoke_step(step=step)).then(taken_back)
    after, before = history.given(taken_back).state(), as_before.state()
    assert (after.past, after.status) == (before.past, before.status)
    history.given(taken_back).when(x.revoke_step(step=step)).then()


@pytest.mark.parametrize(
    ("history", "step"),
    [
        (at_accepted, "intake"),
        (not_eligible, "intake"),
        (not_suitable, "intake"),
        (withdrawn, "intake"),
        (at_started, "acceptance"),
        (on_hold.given(x.resumed()), "hold"),
        (on_hold.given(x.withdrawn(on=date(2026, 1, 25))), "hold"),
        (withdrawn.given(x.resumed()), "withdrawal"),
        (withdrawn.given(x.started()), "withdrawal"),
        (not_suitable.given(x.duplicate_linked(on=LATER)), "decline"),
        (duplicate, "acceptance"),
    ],
)
def test_a_step_on_which_a_later_one_rests_is_not_taken_back(history: Any, step: str) -> None:
    history.when(x.revoke_step(step=step)).refused("step-rested-upon")


@pytest.mark.parametrize("step", ["intake", "acceptance", "decline", "hold", "withdrawal", "retraction"])
def test_what_was_never_recorded_is_not_taken_back(step: str) -> None:
    at_received.when(x.revoke_step(step=step)).refused("step-not-recorded")


def test_nothing_is_taken_back_before_it_was_recorded() -> None:
    withdrawn.when(x.revoke_step(step="withdrawal", on=date(2026, 1, 19))).refused("date-before-step")
    withdrawn.when(x.revoke_step(step="withdrawal", on=date(2026, 1, 20))).then(
        x.step_revoked(step="withdrawal", on=date(2026, 1, 20))
    )


def test_a_wrong_day_is_told_right_once_it_is_taken_back() -> None:
    right = date(2026, 1, 18)
    withdrawn.when(x.withdraw(on=right)).refused("referral-not-open")
    withdrawn.given(x.step_revoked(step="withdrawal")).when(x.withdraw(on=right)).then(x.withdrawn(on=right))


def test_an_intake_done_over_and_taken_back_leaves_the_first_one() -> None:
    again = x.intake_held(on=date(2026, 1, 13), results=x.results("language"))
    twice = at_intake.given(again)
    assert twice.state().unmet == {"language"}
    assert twice.given(x.step_revoked()).state().unmet == frozenset()


@pytest.mark.parametrize("between", [(), (x.resumed(),), (x.returned(),), (x.resumed(), x.put_on_hold(on=LATER))])
def test_a_stop_that_the_carousel_takes_back_leaves_who_never_left(between: tuple[Any, ...]) -> None:
    stopped = at_started.given(x.stopped(), *between)
    stopped.when(x.revoke_stop()).then(x.stop_revoked())
    after = stopped.given(x.stop_revoked()).state()
    assert after.status == ("on_hold" if len(between) == 2 else "started")
    assert (after.reason, after.started_on) == (None, x.STARTED["on"])
    stopped.given(x.stop_revoked()).when(x.revoke_stop()).then()
    at_started.when(x.revoke_stop()).then()


def test_a_stop_taken_back_of_who_completed_leaves_him_completed() -> None:
    done = at_started.given(x.stopped(), x.completed(), x.stop_revoked())
    assert done.state().status == "completed"
    assert done.given(x.completion_revoked()).state().status == "started"


def test_what_the_group_tells_of_a_duplicate_is_known_when_the_link_is_undone() -> None:
    linked = duplicate
    linked.when(x.record_start()).then(x.started())
    linked.given(x.started()).when(x.record_completion()).then(x.completed())
    told = linked.given(x.started(), x.completed())
    assert told.state().status == "duplicate"
    assert told.given(x.step_revoked(step="retraction")).state().status == "completed"


def test_an_entry_is_corrected_whole_and_once() -> None:
    at_received.when(x.correct()).then(x.corrected())
    corrected = at_received.given(x.corrected())
    corrected.when(x.correct()).then()
    assert (received := corrected.state().received)
    assert received.city_of_residence == "Gistel"
    at_started.when(x.correct(on=LATER)).then(x.corrected(on=LATER))
    retracted.when(x.correct()).refused("referral-not-open")


def test_what_was_received_again_is_compared_with_what_was_told_first() -> None:
    corrected = at_received.given(x.corrected())
    corrected.when(x.receive()).then()
    corrected.when(x.receive(city_of_residence="Gistel")).refused("id-not-available")


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"received_on": date(2026, 1, 13), "on": LATER}, "date-after-step"),
        ({"received_on": date(2026, 4, 1), "on": LATER}, "date-in-future"),
        ({"informed_by": None}, "informed-incomplete"),
        ({"informed_on": date(2024, 12, 31)}, "year-does-not-fit"),
        ({"sector": "self"}, "self-referral-has-referrer"),
        ({"referrer_id": None}, "referrer-missing"),
    ],
)
@pytest.mark.parametrize("by_referrer", [False, True])
def test_a_correction_is_refused_as_a_referral_would_be(told: Any, refusal: str, *, by_referrer: bool) -> None:
    if by_referrer and refusal == "date-after-step":
        refusal = "facilitator-corrects"
    at_intake.when(x.correct(**told, by_referrer=by_referrer)).refused(refusal)


def test_a_wrong_day_of_receipt_is_corrected_as_long_as_no_step_comes_before_it() -> None:
    for day in (date(2025, 12, 1), x.INTAKE_HELD["on"]):
        told = {"received_on": day, "on": LATER}
        at_intake.when(x.correct(**told)).then(x.corrected(**told))


def test_who_refers_corrects_until_the_intake_and_asks_after_it() -> None:
    by_referrer = x.correct(by_referrer=True)
    at_received.when(by_referrer).then(x.corrected())
    at_intake.when(by_referrer).then(x.correction_asked())
    asked = at_intake.given(x.correction_asked())
    asked.when(by_referrer).then()
    asked.when(x.correct()).then(x.corrected())
    assert asked.given(x.corrected()).state().asked is None
    withdrawn.when(by_referrer).then(x.correction_asked())
    retracted.when(by_referrer).then()


def test_who_refers_takes_back_until_the_intake_and_asks_after_it() -> None:
    by_referrer = x.retract(by_referrer=True)
    at_received.when(by_referrer).then(x.retracted())
    for later in (at_intake, at_started, withdrawn):
        later.when(by_referrer).then(x.retraction_asked())
    at_intake.given(x.retraction_asked()).when(by_referrer).then()
    at_received.when(x.retract(by_referrer=True, has_duplicates=True)).then(x.retraction_asked())
    retracted.when(by_referrer).then()


def test_who_refers_changes_neither_the_day_of_receipt_nor_what_the_person_agreed_to() -> None:
    for told in ({"received_on": date(2026, 1, 4)}, {"feedback_agreed": False}):
        at_received.when(x.correct(by_referrer=True, **told)).refused("facilitator-corrects")
    disagreed = at_received.given(x.corrected(feedback_agreed=False))
    after = disagreed.given(x.corrected(city_of_residence="Jabbeke", feedback_agreed=False)).state()
    by_referrer = x.correct(by_referrer=True, city_of_residence="Jabbeke")
    disagreed.when(by_referrer).then(x.corrected(city_of_residence="Jabbeke", feedback_agreed=False))
    assert after.received is not None
    assert not after.received.feedback_agreed


def test_what_others_are_a_duplicate_of_is_not_taken_back() -> None:
    at_received.when(x.retract(has_duplicates=True)).refused("duplicate-chain")


def test_a_road_goes_on_in_another_city_with_everything_on_it() -> None:
    for history in (at_received, at_accepted, at_started, withdrawn):
        history.when(x.transfer()).then(x.transferred())
    moved = at_started.given(x.transferred())
    assert (moved.state().city, moved.state().status) == ("Brugge", "started")
    moved.when(x.transfer()).then()
    back = {"city": "Oostende", "on": LATER}
    moved.when(x.transfer(**back)).then(x.transferred(**back, left="Brugge"))
    moved.when(x.transfer(city="Oostende", on=date(2026, 1, 20))).refused("date-before-step")
    retracted.when(x.transfer()).refused("referral-not-open")


def test_a_correction_after_a_transfer_leaves_the_road_where_it_went() -> None:
    moved = at_received.given(x.transferred())
    moved.when(x.correct(on=LATER)).then(x.corrected(on=LATER), x.transferred())
    assert moved.given(x.corrected(on=LATER), x.transferred()).state().city == "Brugge"


def test_two_ids_turn_out_to_be_one_person_and_not_after_all() -> None:
    at_received.when(x.attribute()).then(x.attributed())
    attributed = at_received.given(x.attributed())
    attributed.when(x.attribute()).then()
    attributed.when(x.attribute(person_id=None)).then(x.attributed(person_id=x.PERSON))
    assert attributed.given(x.attributed(person_id=x.PERSON)).state().person == x.PERSON
    at_received.when(x.attribute(person_id=None)).then()
    attributed.when(x.correct()).then(x.corrected(person_id="person-2"))


@pytest.mark.parametrize(
    ("history", "command", "refusal"),
    [
        (at_received, x.plan_intake(planned_for=date(2027, 2, 12)), "year-does-not-fit"),
        (at_received, x.hold(review_on=date(2027, 4, 20)), "year-does-not-fit"),
        (referral, x.receive(informed_on=date(2024, 1, 4)), "year-does-not-fit"),
        (at_accepted, x.withdraw(on=date(2026, 1, 12)), "date-before-step"),
        (at_accepted, x.hold(on=date(2026, 1, 12)), "date-before-step"),
        (on_hold, x.resume(on=date(2026, 1, 19)), "date-before-step"),
        (withdrawn, x.resume(on=date(2026, 1, 19)), "date-before-step"),
        (on_hold, x.withdraw(on=date(2026, 1, 19)), "date-before-step"),
    ],
)
def test_the_days_of_a_road_have_an_order(history: Any, command: Any, refusal: str) -> None:
    history.when(command).refused(refusal)
