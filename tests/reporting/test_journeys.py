"""What one referral adds to the figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import reduce

import pytest

from services.reporting.journeys import Journey, contributions, fold, from_json, membership, to_json
from shared.contracts.envelope import PublicMessage
from shared.contracts.referral import CASES
from shared.messages import Refused
from tests.reporting.telling import accepted, declined, intake, on_hold, received, resumed, retracted, withdrawn

ALL = (received(), intake(), accepted(), declined(), on_hold(), resumed(), withdrawn(), retracted())


def told(*messages: PublicMessage) -> Journey:
    journey = reduce(fold, messages, None)
    assert journey is not None
    return journey


def counted(*messages: PublicMessage) -> dict[str, str]:
    return {key.indicator: key.reason for key in contributions(told(*messages))}


def test_every_message_of_the_contract_folds() -> None:
    assert {type(each) for each in ALL} == set(CASES.messages)
    assert all(fold(told(received()), each) for each in ALL)


def test_a_message_about_a_referral_that_was_never_received_is_refused() -> None:
    with pytest.raises(Refused, match="referral-unknown"):
        fold(None, intake())


def test_an_unknown_ground_is_refused() -> None:
    with pytest.raises(Refused, match="ground-unknown"):
        told(received(), declined(ground="other"))


def test_each_step_counts_in_its_own_month_with_the_days_to_the_intake() -> None:
    keys = sorted(
        (key.month, key.indicator, key.reason) for key in contributions(told(received(), intake(), accepted()))
    )
    assert keys == [
        (date(2026, 1, 1), "referrals_received", ""),
        (date(2026, 2, 1), "accepted", ""),
        (date(2026, 2, 1), "days_to_intake", "30"),
        (date(2026, 2, 1), "intakes_held", ""),
    ]


def test_counts_carry_the_city_of_the_group_and_distinct_figures_that_of_the_referrer() -> None:
    assert {key.city for key in contributions(told(received(), intake()))} == {"Oostende"}
    assert {(key.indicator, key.city, key.member) for key in membership(told(received()))} == {
        ("referring_persons", "Brugge", "p1"),
        ("referring_organisations", "Brugge", "o1"),
    }


def test_the_negatives_stay_apart() -> None:
    assert counted(received(), declined()) == {"referrals_received": "", "not_eligible": "language"}
    assert counted(received(), declined(ground="not_suitable", reason="unreachable"))["not_suitable"] == "unreachable"
    assert counted(received(), withdrawn())["withdrawn"] == "practical/transport"
    assert "on_hold" in counted(received(), on_hold())


def test_a_road_that_opens_again_takes_its_end_back() -> None:
    assert "withdrawn" not in counted(received(), withdrawn(), resumed())
    assert "not_eligible" not in counted(received(), declined(), accepted())


@pytest.mark.parametrize("again", [intake, accepted])
def test_only_the_first_time_counts(again: Callable[..., PublicMessage]) -> None:
    once = told(received(), again())
    assert fold(once, again(on=date(2026, 6, 1))) == once


def test_who_came_by_himself_has_no_referrer() -> None:
    assert not membership(told(received(referrer=None, organisation=None)))


@pytest.mark.parametrize("later", ALL)
def test_a_retracted_referral_counts_nowhere_whatever_follows(later: PublicMessage) -> None:
    journey = told(*ALL, later)
    assert not contributions(journey)
    assert not membership(journey)


def test_a_journey_comes_back_from_storage_as_it_was() -> None:
    assert from_json(to_json(told(*ALL))) == told(*ALL)
