"""The catalogue of indicators: complete, consistent, in three languages, and written down."""

from __future__ import annotations

from typing import get_args

import pytest

from deploy import indicators
from services.reporting.metrics.catalogue import CityMeans, Indicator, StepName, catalogue
from shared.i18n.text import Language

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


def test_the_indicators_on_paper_are_those_of_the_catalogue() -> None:
    for path, content in indicators.files().items():
        assert path.read_text(encoding="utf-8") == content, f"{path.name} is old: make indicators writes it again"
