"""The words of the carousel in Dutch, French and English, read once from `translations.json`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from shared.domain.messages import Message
from shared.i18n.text import Named, Text


class Translations(Message):
    """All words by code."""

    version: int
    statuses: dict[str, Named]
    marks: dict[str, Text]
    cancel_reasons: dict[str, Text]
    safety_causes: dict[str, Text]
    refusals: dict[str, Text]


@lru_cache(maxsize=1)
def translations() -> Translations:
    """All of them."""
    return Translations.model_validate_json(Path(__file__).with_name("translations.json").read_bytes())
