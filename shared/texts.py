"""A text in the three languages of the project: what every word a person reads is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.messages import Message

STORABLE = r"^[^\x00]*$"
Words = Annotated[str, StringConstraints(pattern=STORABLE)]
Language = Literal["nl", "fr", "en"]
LOCALES: Mapping[Language, str] = {"nl": "nl_BE", "fr": "fr_BE", "en": "en_GB"}


class Text(Message):
    """One text in the three languages of the project."""

    nl: Words
    fr: Words
    en: Words

    def in_(self, language: Language) -> str:
        """The text in one language."""
        return {"nl": self.nl, "fr": self.fr, "en": self.en}[language]


class Named(Message):
    """A short label and the sentence that explains it."""

    label: Text
    sentence: Text


def municipality(language: Language, name: str) -> str:
    """Its name in that language; a municipality we do not know keeps the name it was given."""
    return _municipalities().get(name, {}).get(language, name)


@lru_cache(maxsize=1)
def _municipalities() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("municipalities.json").read_bytes())
    return known
