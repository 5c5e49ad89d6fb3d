"""Every code that people can meet has words in Dutch, French and English, and no word is left over."""

from __future__ import annotations

from typing import get_args

from services.referral.referrals import events
from services.referral.referrals.state import Status
from services.referral.translations import checklist, latest_checklist, translations


def test_codes_in_events_and_words_are_the_same() -> None:
    words = translations()
    assert set(words.informed_by) == set(get_args(events.InformedBy))
    assert set(words.not_informed_reasons) == set(get_args(events.NotInformedReason))
    assert set(words.criteria) == set(get_args(events.Criterion))
    assert set(words.override_reasons) == set(get_args(events.OverrideReason))
    assert set(words.statuses) == set(get_args(Status))


def test_the_checklist_names_known_criteria() -> None:
    assert checklist(latest_checklist()) == frozenset(get_args(events.Criterion))
    assert checklist(0) is None
