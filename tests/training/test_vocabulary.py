"""Every code that people can meet in the trainings has words in Dutch, French and English, and no word is left over."""

from __future__ import annotations

from typing import get_args

from services.training.domain.state import Status
from services.training.events import values
from services.training.vocabulary import vocabulary


def test_codes_in_facts_and_words_are_the_same() -> None:
    words = vocabulary()
    assert set(words.kinds) == set(get_args(values.Kind))
    assert set(words.statuses) == set(get_args(Status))
    assert set(words.cancel_reasons) == set(get_args(values.CancelReason))
    assert set(words.functions) == set(get_args(values.Function))
    assert set(words.partner_roles) == set(get_args(values.PartnerRole))
