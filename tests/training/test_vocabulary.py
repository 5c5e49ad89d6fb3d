"""Every code that people can meet in the trainings has words in Dutch, French and English, and no word is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import services.training
from services.training.app import sentences
from services.training.domain.state import Status
from services.training.events import values
from services.training.vocabulary import vocabulary
from shared import days
from shared.texts import Text


def refusals_raised() -> set[str]:
    files = [*Path(services.training.__path__[0]).rglob("*.py"), Path(days.__file__)]
    said = r'(?:Refused|Unacceptable)\(\s*"([^"]+)"'
    return {code for file in files for code in re.findall(said, file.read_text("utf-8"))}


def texts(value: object) -> Iterator[Text]:
    match value:
        case Text():
            yield value
        case dict():
            for item in value.values():
                yield from texts(item)
        case _ if hasattr(value, "__dict__"):
            yield from texts(vars(value))


def test_every_refusal_has_a_sentence_in_three_languages() -> None:
    assert set(vocabulary().refusals) == refusals_raised()
    for code in refusals_raised():
        assert set(sentences(code)) == {"nl", "fr", "en"}
        assert all(sentence.endswith(".") for sentence in sentences(code).values())


def test_no_text_is_empty_in_any_language() -> None:
    assert sum(1 for text in texts(vocabulary())) > 80
    assert all(text.nl and text.fr and text.en for text in texts(vocabulary()))


def test_codes_in_facts_and_words_are_the_same() -> None:
    words = vocabulary()
    assert set(words.kinds) == set(get_args(values.Kind))
    assert set(words.statuses) == set(get_args(Status))
    assert set(words.cancel_reasons) == set(get_args(values.CancelReason))
    assert set(words.functions) == set(get_args(values.Function))
    assert set(words.partner_roles) == set(get_args(values.PartnerRole))
