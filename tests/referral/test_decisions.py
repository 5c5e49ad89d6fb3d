"""What the rules of the referral road answer to each command: it does, it refuses, asked twice nothing changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import ReferralCommand
from shared.domain.messages import Event
from tests.referral import examples as x
from tests.spec import spec

referral = spec(REFERRAL)
at_received = referral.given(x.received())
at_intake = at_received.given(x.intake_held())
at_accepted = at_intake.given(x.accepted())
at_started = at_accepted.given(x.placed(), x.started())
unmet_language = at_received.given(x.intake_held(results=x.results("language")))


def test_a_referral_is_received() -> None:
    referral.when(x.receive()).then(x.received())


def test_a_referral_received_twice_is_one() -> None:
    at_received.when(x.receive()).then()


def test_a_referral_cannot_be_received_again_as_another() -> None:
    at_received.when(x.receive(sector="justice")).refused("id-not-available")


def test_a_person_refers_himself_without_a_referrer() -> None:
    alone = {"sector": "self", "referrer_id": None, "organisation_id": None, "informed_on": None, "informed_by": None}
    referral.when(x.receive(**alone)).then(x.received(**alone))
    referral.when(x.receive(sector="self")).refused("self-referral-has-referrer")


def test_a_professional_referral_names_its_referrer() -> None:
    referral.when(x.receive(referrer_id=None)).refused("referrer-missing")


def test_nobody_is_referred_without_being_informed_unless_it_says_why() -> None:
    not_told = {"informed_on": None, "informed_by": None}
    referral.when(x.receive(**not_told)).refused("person-not-informed")
    why = {**not_told, "not_informed_reason": "safety_of_others"}
    referral.when(x.receive(**why)).then(x.received(**why))


def test_informed_says_who_and_when_and_not_also_why_not() -> None:
    referral.when(x.receive(informed_by=None)).refused("informed-incomplete")
    referral.when(x.receive(not_informed_reason="legal_ground")).refused("informed-contradiction")


def test_nobody_was_informed_or_referred_in_the_future() -> None:
    referral.when(x.receive(informed_on=date(2026, 4, 1))).refused("date-in-future")
    referral.when(x.receive(received_on=date(2026, 4, 1))).refused("date-in-future")


def test_the_day_is_the_day_in_belgium() -> None:
    past_midnight_in_ostend = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    april = {"received_on": date(2026, 4, 1)}
    referral.when(x.receive(at=past_midnight_in_ostend, **april)).then(x.received(**april))


def test_no_name_fits_in_an_id() -> None:
    with pytest.raises(ValidationError):
        x.receive(person_id="Jan Peeters")


def test_an_intake_is_planned_and_planned_again_for_another_day() -> None:
    at_received.when(x.plan_intake()).then(x.intake_planned())
    planned = at_received.given(x.intake_planned())
    planned.when(x.plan_intake(planned_for=date(2026, 1, 19))).then(x.intake_planned(planned_for=date(2026, 1, 19)))


def test_an_intake_planned_twice_for_the_same_day_is_one() -> None:
    at_received.given(x.intake_planned()).when(x.plan_intake()).then()


def test_an_intake_is_not_planned_back_in_time_nor_after_it_was_held() -> None:
    at_received.when(x.plan_intake(planned_for=date(2026, 1, 6))).refused("planned-for-past")
    at_intake.when(x.plan_intake()).refused("intake-already-held")


def test_an_intake_is_held_with_a_result_for_every_criterion() -> None:
    at_received.when(x.record_intake()).then(x.intake_held())
    at_received.when(x.record_intake(results=x.RESULTS[1:])).refused("checklist-incomplete")
    at_received.when(x.record_intake(results=x.RESULTS + x.RESULTS[:1])).refused("checklist-incomplete")
    at_received.when(x.record_intake(checklist_version=99)).refused("checklist-unknown")


def test_an_intake_recorded_twice_is_one() -> None:
    at_intake.when(x.record_intake()).then()
    at_accepted.when(x.record_intake()).then()


def test_an_intake_is_done_over_until_the_decision() -> None:
    unmet_language.when(x.record_intake()).then(x.intake_held())
    at_accepted.when(x.record_intake(results=x.results("unsafe"))).refused("referral-not-open")


def test_a_person_who_meets_all_criteria_is_accepted() -> None:
    at_intake.when(x.accept()).then(x.accepted())


def test_accepting_twice_changes_nothing() -> None:
    at_accepted.when(x.accept()).then()
    at_started.when(x.accept()).then()


def test_accepting_needs_an_intake_before_it() -> None:
    at_received.when(x.accept()).refused("intake-not-held")
    at_intake.when(x.accept(on=date(2026, 1, 11))).refused("date-before-intake")


def test_an_unmet_criterion_needs_an_override_to_accept() -> None:
    unmet_language.when(x.accept()).refused("criterion-not-met")
    unmet_language.when(x.accept(override="support_arranged")).then(x.accepted(override="support_arranged"))
    at_intake.when(x.accept(override="support_arranged")).refused("override-not-needed")


def test_not_eligible_needs_a_criterion_that_was_not_met() -> None:
    unmet_language.when(x.decline_not_eligible()).then(x.declined_not_eligible())
    unmet_language.when(x.decline_not_eligible(criterion="unsafe")).refused("criterion-was-met")
    at_intake.when(x.decline_not_eligible()).refused("criterion-was-met")


def test_declining_not_eligible_twice_changes_nothing() -> None:
    unmet_language.given(x.declined_not_eligible()).when(x.decline_not_eligible()).then()


def test_not_suitable_is_a_judgement_with_a_reason_of_its_own() -> None:
    at_intake.when(x.decline_not_suitable()).then(x.declined_not_suitable())
    at_intake.when(x.decline_not_suitable(reason="language")).refused("reason-does-not-fit")
    at_received.when(x.decline_not_suitable()).refused("intake-not-held")


def test_declining_not_suitable_twice_changes_nothing() -> None:
    at_intake.given(x.declined_not_suitable()).when(x.decline_not_suitable()).then()


def test_a_decision_is_not_turned_into_another_one() -> None:
    at_intake.given(x.declined_not_suitable()).when(x.accept()).refused("referral-not-open")
    at_accepted.when(x.decline_not_suitable()).refused("referral-not-open")


def test_a_road_is_put_on_hold_until_a_review() -> None:
    at_received.when(x.hold()).then(x.put_on_hold())
    at_accepted.when(x.hold(review_on=date(2026, 1, 20))).refused("review-date-past")
    at_started.when(x.hold(on=date(2026, 2, 3))).refused("already-started")


def test_putting_on_hold_twice_changes_nothing_and_another_day_moves_the_review() -> None:
    on_hold = at_accepted.given(x.put_on_hold())
    on_hold.when(x.hold()).then()
    on_hold.when(x.hold(review_on=date(2026, 5, 20))).then(x.put_on_hold(review_on=date(2026, 5, 20)))


def test_a_place_given_during_a_hold_outlives_a_moved_review() -> None:
    placed = at_accepted.given(x.put_on_hold(), x.placed(), x.put_on_hold(review_on=date(2026, 5, 20)))
    placed.when(x.record_placement()).then()


def test_nothing_is_decided_while_on_hold() -> None:
    at_intake.given(x.put_on_hold()).when(x.accept(on=date(2026, 1, 21))).refused("referral-on-hold")


def test_after_a_hold_the_road_goes_on_where_it_was() -> None:
    on_hold = at_intake.given(x.put_on_hold())
    on_hold.when(x.resume()).then(x.resumed())
    on_hold.given(x.resumed()).when(x.accept()).then(x.accepted())


def test_resuming_twice_changes_nothing() -> None:
    at_intake.given(x.put_on_hold(), x.resumed()).when(x.resume()).then()


def test_who_withdrew_comes_back_on_the_same_road() -> None:
    withdrawn = at_accepted.given(x.withdrawn())
    withdrawn.when(x.resume()).then(x.resumed())
    withdrawn.given(x.resumed()).when(x.record_placement()).then(x.placed())


def test_what_was_declined_is_not_resumed() -> None:
    at_intake.given(x.declined_not_suitable()).when(x.resume()).refused("referral-not-open")


def test_a_person_withdraws_before_the_start_with_a_reason_of_two_levels() -> None:
    at_accepted.when(x.withdraw()).then(x.withdrawn())
    at_accepted.when(x.withdraw(category="personal")).refused("reason-does-not-fit")
    at_accepted.when(x.withdraw(category="administrative", code="error")).refused("reason-does-not-fit")


def test_withdrawing_twice_changes_nothing_but_another_reason_is_not_lost_silently() -> None:
    withdrawn = at_accepted.given(x.withdrawn())
    withdrawn.when(x.withdraw()).then()
    withdrawn.when(x.withdraw(code="work")).refused("referral-not-open")


def test_after_the_first_session_nobody_withdraws() -> None:
    at_started.when(x.withdraw()).refused("already-started")
    at_started.given(x.stopped(), x.resumed()).when(x.withdraw()).refused("already-started")


def test_a_duplicate_is_linked_to_the_first_referral() -> None:
    at_received.when(x.link_duplicate()).then(x.duplicate_linked())
    at_received.when(x.link_duplicate(of=x.REFERRAL)).refused("duplicate-of-itself")
    at_started.when(x.link_duplicate()).then(x.duplicate_linked())
    at_received.given(x.retracted()).when(x.link_duplicate()).refused("referral-not-open")


def test_linking_a_duplicate_twice_changes_nothing() -> None:
    duplicate = at_received.given(x.duplicate_linked())
    duplicate.when(x.link_duplicate()).then()
    duplicate.when(x.link_duplicate(of="referral-9")).refused("referral-not-open")


def test_a_referral_received_in_error_is_retracted() -> None:
    at_received.when(x.retract()).then(x.retracted())
    at_started.when(x.retract()).refused("already-started")


def test_retracting_twice_changes_nothing() -> None:
    at_received.given(x.retracted()).when(x.retract()).then()


@pytest.mark.parametrize("command", x.dated_commands(), ids=lambda command: type(command).__name__)
def test_nothing_happens_to_an_unknown_referral_nor_before_it_nor_in_the_future(command: ReferralCommand) -> None:
    referral.when(command).refused("referral-unknown")
    at_received.when(command.model_copy(update={"on": date(2026, 1, 4)})).refused("date-before-received")
    at_received.when(command.model_copy(update={"on": date(2026, 4, 1)})).refused("date-in-future")


@pytest.mark.parametrize("event", x.every_event(), ids=lambda event: type(event).__name__)
def test_every_event_survives_being_stored(event: Event) -> None:
    assert type(event).model_validate_json(event.model_dump_json()) == event
