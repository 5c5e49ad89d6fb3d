"""A text in the languages of the project, as all words that people read.

Translations hold `Text`: every language, or the service does not start.
Events hold `Translated`: the languages there were when they were stored, whichever there are today.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field, RootModel, StringConstraints

from shared.domain.messages import Message
from shared.i18n.municipalities import names_of

STORABLE = r"^[^\x00]*$"
Words = Annotated[str, StringConstraints(pattern=STORABLE)]
StoredWords = Annotated[str, StringConstraints(max_length=2000, pattern=STORABLE)]
Language = Literal["nl", "fr", "en"]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
_MOST_LANGUAGES = 20
LOCALES: Mapping[Language, str] = {"nl": "nl_BE", "fr": "fr_BE", "en": "en_GB"}


class Text(Message):
    """One text in the three languages of the project."""

    nl: Words
    fr: Words
    en: Words

    def in_(self, language: Language) -> str:
        """The text in one language."""
        return {"nl": self.nl, "fr": self.fr, "en": self.en}[language]

    def translated(self) -> Translated:
        """As an event holds it."""
        return Translated({"nl": self.nl, "fr": self.fr, "en": self.en})


class Translated(
    RootModel[Annotated[dict[LanguageCode, StoredWords], Field(min_length=1, max_length=50)]], frozen=True
):
    """One text in the languages it was given in: a language that came or went since breaks no event that holds it.

    Stored as `Text` is: one JSON object, from language to words.
    """

    def in_(self, language: LanguageCode) -> str:
        """The text in one language, or in the first of ours it has, or in whichever it was given."""
        return next(self.root[each] for each in (language, *get_args(Language), *self.root) if each in self.root)


class Named(Message):
    """A short label and the sentence that explains it."""

    label: Text
    sentence: Text


def spoken(code: LanguageCode) -> Language:
    """A stored language, when it is one that is spoken today; else Dutch."""
    return next((each for each in get_args(Language) if each == code), "nl")


def preferred_language(accepted: str | None) -> Language:
    """The language that an `Accept-Language` header prefers (RFC 9110, 12.5.4), of those spoken here; else English."""
    weighed = []
    for nth, each in enumerate((accepted or "").split(",")[:_MOST_LANGUAGES]):
        tag, _, quality = each.partition(";q=")
        try:
            weighed.append((-float(quality or 1), nth, tag.strip()[:2].lower()))
        except ValueError:
            continue
    wanted = (tag for quality, _, tag in sorted(weighed) if quality < 0)
    return next((spoken for tag in wanted for spoken in get_args(Language) if spoken == tag), "en")


def municipality(language: Language, name: str) -> str:
    """Its name in that language; a municipality we do not know keeps the name it was given."""
    return names_of(name).get(language, name)
