"""Every service: what it refuses and what it calls things has words in Dutch, French and English, none left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import BaseModel

import services
import shared
from deploy.services import SERVICES
from shared.i18n.code_lists import terms
from shared.i18n.text import Text

FOLDER = Path(services.__path__[0])
GLOSSARY = FOLDER.parent / "docs" / "glossary.md"
HEARS = {"subscribers.py", "rows"}  # what they refuse becomes a dead letter: ops read its code, nobody a sentence


def raised(files: Iterator[Path]) -> set[str]:
    return {
        code
        for file in files
        for code in re.findall(r'(?:Refused|Unacceptable|Limited)\(\s*(?:\d+, )?"([^"]+)"', file.read_text("utf-8"))
    }


def answered(name: str) -> Iterator[Path]:
    return (file for file in (FOLDER / name).rglob("*.py") if not HEARS & set(file.parts))


def glossary() -> dict[str, tuple[str, str]]:
    """The Dutch and French of each term, by the code it has in the vocabularies."""
    rows = [line.strip("| ").split(" | ") for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| ")]
    return {term.replace(" ", "_"): (nl, fr) for term, nl, fr, _ in rows}


def texts(value: object) -> Iterator[Text]:
    match value:
        case Text():
            yield value
        case dict():
            for item in value.values():
                yield from texts(item)
        case BaseModel():
            yield from texts(vars(value))


def words(name: str) -> BaseModel:
    found = import_module(f"services.{name}.vocabulary").vocabulary()
    assert isinstance(found, BaseModel)
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_every_refusal_has_a_sentence_in_three_languages(name: str) -> None:
    refusals = vars(words(name))["refusals"]
    assert set(refusals) == raised(answered(name))
    assert all(sentence.endswith(".") for text in refusals.values() for sentence in (text.nl, text.fr, text.en))


def test_what_every_service_refuses_is_worded_once() -> None:
    assert set(terms().refusals) == raised(Path(shared.__path__[0]).rglob("*.py"))


@pytest.mark.parametrize("vocabulary", [*(words(name) for name in SERVICES), terms()])
def test_no_text_is_empty_in_any_language(vocabulary: BaseModel) -> None:
    found = list(texts(vocabulary))
    assert found
    assert all(text.nl and text.fr and text.en for text in found)


def test_the_glossary_calls_a_status_what_every_page_calls_it() -> None:
    said = glossary()
    statuses = vars(words("referral"))["statuses"]
    both = said.keys() & statuses.keys()
    assert both >= {"not_eligible", "not_suitable", "withdrawn", "on_hold", "started", "stopped", "completed"}
    assert {code: said[code] for code in both} == {
        code: (statuses[code].label.nl.casefold(), statuses[code].label.fr.casefold()) for code in both
    }
