"""Every service: what it refuses and what it calls things has words in Dutch, French and English, none left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
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


def raised(files: Iterator[Path]) -> set[str]:
    """The codes that are written out as text."""
    return {
        code
        for file in files
        for code in re.findall(r'(?:Refused|Unacceptable|Limited)\(\s*(?:\d+, )?"([^"]+)"', file.read_text("utf-8"))
    }


def sources(name: str) -> str:
    """All of a service but the list of its refusals."""
    return "".join(file.read_text("utf-8") for file in (FOLDER / name).rglob("*.py") if file.name != "refusals.py")


def refusals(name: str) -> type[StrEnum]:
    found: type[StrEnum] = import_module(f"services.{name}.refusals").Refusal
    return found


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
    found = import_module(f"services.{name}.translations").translations()
    assert isinstance(found, BaseModel)
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_every_refusal_has_a_sentence_in_three_languages(name: str) -> None:
    sentences = vars(words(name))["refusals"]
    assert set(sentences) == set(refusals(name))
    assert all(sentence.endswith(".") for text in sentences.values() for sentence in (text.nl, text.fr, text.en))


@pytest.mark.parametrize("name", SERVICES)
def test_every_refusal_is_raised_by_its_name(name: str) -> None:
    used = set(re.findall(r"\bRefusal\.([A-Z_]+)\b", sources(name)))
    assert used == {each.name for each in refusals(name)}


def test_what_every_service_refuses_is_worded_once() -> None:
    assert set(terms().refusals) == raised(Path(shared.__path__[0]).rglob("*.py"))


@pytest.mark.parametrize("translations", [*(words(name) for name in SERVICES), terms()])
def test_no_text_is_empty_in_any_language(translations: BaseModel) -> None:
    found = list(texts(translations))
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
