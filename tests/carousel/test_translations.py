"""Every code that people can meet in the carousel has words in Dutch, French and English, and no word is left over."""

from __future__ import annotations

from typing import get_args

from services.carousel.participations.events import SafetyCause
from services.carousel.queries.participations import Status
from services.carousel.translations import translations
from services.carousel.values import CancelReason, Mark


def test_codes_in_facts_and_words_are_the_same() -> None:
    words = translations()
    assert set(words.statuses) == set(get_args(Status))
    assert set(words.marks) == set(get_args(Mark))
    assert set(words.cancel_reasons) == set(get_args(CancelReason))
    assert set(words.safety_causes) == set(get_args(SafetyCause))
