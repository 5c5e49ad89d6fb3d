"""The demo tells of a project in the languages there are words in, and says which words are not its own."""

from __future__ import annotations

from typing import get_args

from deploy.local.figures import checked
from deploy.local.project import described, read_back
from shared.i18n.text import Language
from tests.demo.files import FILE, file_with


def test_the_project_itself_is_told_in_three_languages_of_which_french_is_its_own() -> None:
    told = described(checked(FILE))
    for text in (told["title"], *(contact["service"] for contact in told["contacts"])):
        assert set(text) == set(get_args(Language))
        assert len(set(text.values())) == 3
    assert set(told["translations"]) == {"nl", "en"}


def test_every_title_says_that_the_data_is_synthetic() -> None:
    title = described(checked(FILE))["title"]
    said = {"nl": "synthetische gegevens", "fr": "données synthétiques", "en": "synthetic data"}
    assert all(title[language].endswith(f" ({words})") for language, words in said.items())


def test_a_project_nobody_translated_is_told_in_french_only() -> None:
    contacts = [{"service_fr": "Un autre service", "email": "service@example.be"}]
    told = described(checked(file_with("project", title_fr="Un autre projet", contacts=contacts)))
    assert told["title"] == {"fr": "Un autre projet (données synthétiques)"}
    assert told["contacts"] == [{"service": {"fr": "Un autre service"}, "email": "service@example.be"}]
    assert told["translations"] == []


def test_what_was_told_of_the_project_reads_back_as_its_file_says_it() -> None:
    assert read_back(described(checked(FILE))) == FILE["project"]
