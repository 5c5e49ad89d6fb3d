"""The code lists of all services: complete in three languages, and the two-level tree of the programme."""

from __future__ import annotations

from typing import get_args

from services.referral.referrals.events import Criterion
from shared.i18n.code_lists import Category, PartOfDay, ReasonCode, Sector, Weekday, reasons_for, terms


def test_codes_in_events_and_words_are_the_same() -> None:
    assert set(terms().sectors) == set(get_args(Sector))
    assert set(terms().weekdays) == set(get_args(Weekday))
    assert set(terms().parts_of_day) == set(get_args(PartOfDay))


def test_no_word_is_empty_in_any_language() -> None:
    reasons = terms().reasons.values()
    words = [
        *terms().sectors.values(),
        *(each for category in reasons for each in [category.label, *category.codes.values()]),
    ]
    assert all(word.nl and word.fr and word.en for word in words)


def test_reasons_are_the_two_level_tree_of_the_programme() -> None:
    reasons = terms().reasons
    assert set(reasons) == set(get_args(Category))
    assert sorted(code for category in reasons.values() for code in category.codes) == sorted(get_args(ReasonCode))
    assert set(reasons["exclusion"].codes) == set(get_args(Criterion))


def test_only_administration_explains_a_duplicate() -> None:
    assert reasons_for("duplicate") == {("administrative", "duplicate"), ("administrative", "error")}


def test_a_place_is_refused_for_a_reason_of_the_person() -> None:
    assert {category for category, _ in reasons_for("place_refused")} == {"practical", "personal", "motivation"}
