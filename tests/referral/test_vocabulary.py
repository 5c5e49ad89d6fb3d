"""Every code that people can meet has words in Dutch, French and English, and no word is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import services.referral.domain
from services.referral import events
from services.referral.domain.state import Status
from services.referral.vocabulary import checklist, latest_checklist, refusal, vocabulary
from shared import days
from shared.texts import Text


def refusals_raised() -> set[str]:
    files = [*Path(services.referral.domain.__path__[0]).glob("*.py"), Path(days.__file__)]
    return {code for file in files for code in re.findall(r'Refused\(\s*"([^"]+)"', file.read_text("utf-8"))}


def texts(value: object) -> Iterator[Text]:
    match value:
        case Text():
            yield value
        case dict():
            for item in value.values():
                yield from texts(item)
        case _ if hasattr(value, "__dict__"):
            yield from texts(vars(value))


def test_every_refusal_of_the_domain_has_a_sentence_in_three_languages() -> None:
    assert set(vocabulary().refusals) == refusals_raised()
    for code in refusals_raised():
        for sentence in (refusal(code, "nl"), refusal(code, "fr"), refusal(code, "en")):
            assert sentence.endswith(".")


def test_no_text_is_empty_in_any_language() -> None:
    assert sum(1 for text in texts(vocabulary())) > 60
    assert all(text.nl and text.fr and text.en for text in texts(vocabulary()))


def test_codes_in_facts_and_words_are_the_same() -> None:
    words = vocabulary()
    assert set(words.informed_by) == set(get_args(events.InformedBy))
    assert set(words.not_informed_reasons) == set(get_args(events.NotInformedReason))
    assert set(words.criteria) == set(get_args(events.Criterion))
    assert set(words.override_reasons) == set(get_args(events.OverrideReason))
    assert set(words.statuses) == set(get_args(Status))


def test_the_checklist_names_known_criteria() -> None:
    assert checklist(latest_checklist()) == frozenset(get_args(events.Criterion))
    assert checklist(0) is None
