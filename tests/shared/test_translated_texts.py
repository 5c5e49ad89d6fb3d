"""What an event says in several languages is read for ever, whichever languages the project speaks by then."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.messages import Event
from shared.i18n.text import Language, Text, Translated, spoken

LANGUAGES = get_args(Language)
codes = st.sampled_from([*LANGUAGES, "de", "pl", "uk", "arz"])


class SomethingNamed(Event):
    """An event that people read."""

    title: Translated


def test_a_event_stored_with_the_three_languages_of_a_text_is_read_and_stored_the_same() -> None:
    text = Text(nl="Huis", fr="Maison", en="House")
    stored = f'{{"title":{text.model_dump_json()}}}'
    read = SomethingNamed.model_validate_json(stored)
    assert read == SomethingNamed(title=text.translated())
    assert read.model_dump_json() == stored


words = st.text(max_size=50).map(lambda text: text.replace("\x00", ""))


@given(st.dictionaries(codes, words, min_size=1), codes)
def test_a_event_of_any_languages_is_read_and_says_something_in_every_one(said: dict[str, str], asked: str) -> None:
    event = SomethingNamed.model_validate({"title": said})
    assert SomethingNamed.model_validate_json(event.model_dump_json()) == event
    assert event.title.in_(asked) == said.get(asked, event.title.in_(asked))
    assert event.title.in_(asked) in said.values()


@pytest.mark.parametrize(("said", "received"), [({"de": "Haus", "fr": "Maison"}, "Maison"), ({"de": "Haus"}, "Haus")])
def test_what_lacks_the_language_that_is_asked_for_is_said_in_another(said: dict[str, str], received: str) -> None:
    assert Translated(said).in_("en") == received


@pytest.mark.parametrize("said", [{}, {"nl": "x" * 2001}, {"nl": "\x00"}, {"NL": "x"}, {"nederlands": "x"}, {"nl": 1}])
def test_a_text_of_no_language_or_without_a_bound_is_none(said: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Translated.model_validate(said)


def test_a_stored_language_is_one_of_today_or_dutch() -> None:
    assert [spoken(each) for each in (*LANGUAGES, "de")] == [*LANGUAGES, "nl"]
