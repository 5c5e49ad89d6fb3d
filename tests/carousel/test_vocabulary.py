"""Every code that people can meet in the carousel has words in Dutch, French and English, and no word is left over."""

from __future__ import annotations

from typing import get_args

from services.carousel.events import participation, values
from services.carousel.views.participations import Status
from services.carousel.vocabulary import vocabulary


def test_codes_in_facts_and_words_are_the_same() -> None:
    words = vocabulary()
    assert set(words.statuses) == set(get_args(Status))
    assert set(words.marks) == set(get_args(values.Mark))
    assert set(words.cancel_reasons) == set(get_args(values.CancelReason))
    assert set(words.safety_causes) == set(get_args(participation.SafetyCause))
