"""What the road of a referral allows on the very day, and which of two conditions is needed when one holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.organisations.aggregate import ORGANISATION
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import InGroup, ReferralCommand
from shared.domain.messages import Event
from tests.referral import examples as x
from tests.spec import Spec, spec

referral: Spec[Any, Any, Any] = spec(REFERRAL)
at_received = referral.given(x.received())
at_intake = at_received.given(x.intake_held())
unmet = at_received.given(x.intake_held(results=x.results("language", "denial")))
at_started = at_intake.given(x.accepted(), x.placed(), x.started())
DAY = x.REFERRED["received_on"]
INTAKE = x.INTAKE_HELD["on"]
START = x.STARTED["on"]


@pytest.mark.parametrize(
    ("history", "command", "event"),
    [
        (at_received, x.plan_intake(on=DAY), x.intake_planned(on=DAY)),
        (at_received, x.plan_intake(on=DAY, planned_for=DAY), x.intake_planned(on=DAY, planned_for=DAY)),
        (at_received, x.withdraw(on=DAY), x.withdrawn(on=DAY)),
        (at_intake, x.accept(on=INTAKE), x.accepted(on=INTAKE)),
        (at_intake, x.decline_not_suitable(on=INTAKE), x.declined_not_suitable(on=INTAKE)),
        (at_started, x.record_stop(on=START), x.stopped(on=START)),
    ],
)
def test_what_follows_may_come_on_the_same_day(history: Spec[Any, Any, Any], command: Any, event: Event) -> None:
    history.when(command).then(event)


@given(st.sampled_from([each for each in x.dated_commands() if not isinstance(each, InGroup)]), st.integers(1, 400))
def test_no_command_is_dated_before_the_referral(command: ReferralCommand, days: int) -> None:
    before = command.model_copy(update={"on": DAY - timedelta(days=days)})
    at_received.when(before).refused("date-before-received")


def test_relatives_need_no_referrer_and_everybody_else_does() -> None:
    referral.when(x.receive(sector="family", referrer_id=None)).then(x.received(sector="family", referrer_id=None))
    for alone in ({"referrer_id": None}, {"organisation_id": None}, {}):
        referral.when(x.receive(sector="self", **alone)).refused("self-referral-has-referrer")


def test_another_language_of_the_person_is_kept() -> None:
    referral.when(x.receive(language="fr")).then(x.received(language="fr"))


def test_declined_for_one_criterion_is_not_declined_for_another() -> None:
    declined = unmet.given(x.declined_not_eligible())
    declined.when(x.decline_not_eligible()).then()
    declined.when(x.decline_not_eligible(criterion="denial")).refused("referral-not-open")


def test_declined_for_one_reason_is_not_declined_for_another() -> None:
    declined = at_intake.given(x.declined_not_suitable())
    declined.when(x.decline_not_suitable()).then()
    declined.when(x.decline_not_suitable(reason="motivation_faded")).refused("referral-not-open")


def test_another_refusal_with_the_same_reason_is_another_refusal() -> None:
    """The reason alone does not make it the same: it left by another door."""
    left = at_intake.given(x.withdrawn(category="motivation", code="no_request_for_help"))
    left.when(x.decline_not_suitable()).refused("referral-not-open")


def test_who_is_in_the_group_has_nothing_to_resume() -> None:
    at_started.when(x.resume(on=START)).then()
    at_received.when(x.resume(on=DAY)).then()


def test_who_left_may_be_accepted_again_and_a_void_referral_may_not() -> None:
    at_accepted = at_intake.given(x.accepted())
    at_accepted.when(x.accept()).then()
    at_accepted.given(x.withdrawn()).when(x.accept(on=date(2026, 2, 1))).refused("referral-not-open")
    at_accepted.given(x.retracted(on=date(2026, 1, 20))).when(x.accept(on=date(2026, 2, 1))).refused(
        "referral-not-open"
    )


organisation: Spec[Any, Any, Any] = spec(ORGANISATION)
known = organisation.given(x.organisation_registered())
SINCE = x.ORGANISATION_REGISTERED["since"]


def test_a_name_may_be_corrected_on_the_day_it_began() -> None:
    renamed = known.when(x.rename_organisation(since=SINCE))
    renamed.then(x.organisation_renamed(since=SINCE))


@given(
    st.dictionaries(st.dates(SINCE, date(2026, 1, 1)), st.sampled_from(["Naam A", "Naam B", "Naam C"]), max_size=6),
    st.dates(SINCE - timedelta(days=30), date(2026, 2, 1)),
    st.randoms(),
)
def test_the_name_on_a_day_is_the_latest_that_began_by_then(names: dict[date, str], day: date, chance: Any) -> None:
    order = list(names.items())
    chance.shuffle(order)
    state = ORGANISATION.fold([x.organisation_registered()])
    for since, name in order:
        state = ORGANISATION.evolve(state, x.organisation_renamed(since=since, name=name))
    told = {SINCE: x.ORGANISATION_REGISTERED["name"], **names}
    assert state.name_on(day) == next((told[since] for since in sorted(told, reverse=True) if since <= day), None)


def test_several_refer_for_one_organisation() -> None:
    two = known.given(x.referrer_registered(), x.referrer_registered(referrer_id="referrer-2"))
    for each in (x.REFERRER, "referrer-2"):
        two.when(x.register_referrer(referrer_id=each)).then()
    two.when(x.register_referrer(referrer_id="referrer-3")).then(x.referrer_registered(referrer_id="referrer-3"))


def test_a_session_attended_under_another_referral_may_be_before_the_receipt() -> None:
    before = DAY - timedelta(days=30)
    at_intake.given(x.accepted(), x.placed()).when(x.record_start(on=before)).then(x.started(on=before))
