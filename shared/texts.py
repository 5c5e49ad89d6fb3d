"""A text in the three languages of the project: what every word a person reads is made of."""

from __future__ import annotations

from typing import Literal

from shared.messages import Message

Language = Literal["nl", "fr", "en"]


class Text(Message):
    """One text in the three languages of the project."""

    nl: str
    fr: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in one language."""
        return {"nl": self.nl, "fr": self.fr, "en": self.en}[language]
