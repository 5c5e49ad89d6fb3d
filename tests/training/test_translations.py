"""Every code that people can meet in the trainings has words in Dutch, French and English, and no word is left over."""

from __future__ import annotations

from typing import get_args

from services.training import values
from services.training.trainings.state import Status
from services.training.translations import translations


def test_codes_in_events_and_words_are_the_same() -> None:
    words = translations()
    assert set(words.kinds) == set(get_args(values.Kind))
    assert set(words.statuses) == set(get_args(Status))
    assert set(words.cancel_reasons) == set(get_args(values.CancelReason))
    assert set(words.functions) == set(get_args(values.Function))
    assert set(words.partner_roles) == set(get_args(values.PartnerRole))
