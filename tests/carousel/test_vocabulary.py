"""Every code that people can meet in the carousel has words in Dutch, French and English, and no word is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import services.carousel.domain
from services.carousel.events import cycle, participation
from services.carousel.views.participations import Status
from services.carousel.vocabulary import refusal, vocabulary
from shared import days
from shared.texts import Text


def refusals_raised() -> set[str]:
    files = [*Path(services.carousel.domain.__path__[0]).glob("*.py"), Path(days.__file__)]
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
    assert sum(1 for text in texts(vocabulary())) > 50
    assert all(text.nl and text.fr and text.en for text in texts(vocabulary()))


def test_codes_in_facts_and_words_are_the_same() -> None:
    words = vocabulary()
    assert set(words.statuses) == set(get_args(Status))
    assert set(words.marks) == set(get_args(cycle.Mark))
    assert set(words.cancel_reasons) == set(get_args(cycle.CancelReason))
    assert set(words.safety_causes) == set(get_args(participation.SafetyCause))
