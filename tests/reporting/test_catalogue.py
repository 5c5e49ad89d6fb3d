"""The catalogue of indicators: complete, consistent, in three languages, and written down."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import get_args

import pytest

from deploy import indicators
from services.reporting.consumers import TOPICS
from services.reporting.metrics.catalogue import CityMeans, Indicator, StepName, catalogue, fed, whole
from shared.contracts import referral
from shared.i18n.text import Language
from tests.reporting.in_memory import InMemory
from tests.reporting.programme import two_years
from tests.reporting.stored import everything

BY_CODE = {each.code: each for each in catalogue()}


def test_every_step_feeds_an_indicator_and_every_code_is_one() -> None:
    assert {each.step for each in catalogue() if each.step} == set(get_args(StepName))
    assert len(BY_CODE) == len(catalogue())


@pytest.mark.parametrize("each", catalogue(), ids=lambda each: each.code)
def test_an_indicator_says_what_it_means_in_every_language(each: Indicator) -> None:
    for language, city in {"nl": "Stad: ", "fr": "Ville : ", "en": "City: "}.items():
        spoken: Language = language  # type: ignore[assignment]
        assert (city in each.definition.in_(spoken)) == (each.city is not None)
        assert each.label.in_(spoken)


@pytest.mark.parametrize("each", [each for each in catalogue() if each.denominator], ids=lambda each: each.code)
def test_a_part_narrows_as_its_whole_does(each: Indicator) -> None:
    whole = BY_CODE[each.denominator or ""]
    assert (each.city, each.partner, each.sector) == (whole.city, whole.partner, whole.sector)


@pytest.mark.parametrize("each", catalogue(), ids=lambda each: each.code)
def test_what_a_referral_or_a_participant_feeds_is_protected_and_nothing_else(each: Indicator) -> None:
    of_somebody: set[CityMeans | None] = {"preferred", "referrer", "residence"}
    people = each.city in of_somebody or each.sector == "referring" or each.step == "group"
    assert each.protected == people


@pytest.mark.parametrize("each", catalogue(), ids=lambda each: each.code)
@pytest.mark.parametrize("language", get_args(Language))
def test_every_text_of_an_indicator_is_there_and_of_its_own_language(each: Indicator, language: Language) -> None:
    texts = [each.label, each.definition, *((each.unit.one, each.unit.many) if each.unit else ())]
    assert all(text.in_(language).strip() for text in texts)
    others = [each.definition.in_(other) for other in get_args(Language) if other != language]
    assert each.definition.in_(language) not in others


def test_every_definition_says_what_no_other_says() -> None:
    for language in get_args(Language):
        said = Counter((each.chapter, each.label.in_(language)) for each in catalogue())
        assert [each for each, n in said.items() if n > 1] == []


def test_every_step_is_fed_by_messages_that_reporting_consumes() -> None:
    consumed = {message.__name__ for topic in TOPICS for message in topic.messages}
    assert set(whole().steps) == set(get_args(StepName))
    for each in (*whole().steps.values(), whole().standing):
        assert each.events
        assert {*each.events} <= consumed


def test_without_the_messages_that_feed_it_no_indicator_counts_anything() -> None:
    counted = _counting(set())
    for each in [each for each in catalogue() if each.step]:
        assert counted[each.code], each.code
        assert not _counting({*fed(each).events})[each.code], each.code


@lru_cache(maxsize=64)
def _counting_without(left_out: frozenset[str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for history in (everything(), two_years()):
        projected = InMemory()
        projected.receive([each for each in history if type(each).__name__ not in left_out])
        for figure, n in projected.figures.items():
            counted[figure.indicator] += n
        for member, n in projected.members.items():
            counted[member.indicator] += n
    return counted


def _counting(left_out: set[str]) -> Counter[str]:
    """By indicator, what a history without those messages counts; of a referral that was not received, nothing."""
    dependent = {each.__name__ for each in referral.CASES.messages} if "ReferralReceived" in left_out else set[str]()
    return _counting_without(frozenset(left_out | dependent))


def test_the_indicators_on_paper_are_those_of_the_catalogue() -> None:
    for path, content in indicators.files().items():
        assert path.read_text(encoding="utf-8") == content, f"{path.name} is old: make indicators writes it again"
