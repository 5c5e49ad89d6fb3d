"""The sentences of the reporting service in Dutch, French and English, read once from `translations.json`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from shared.domain.messages import Message
from shared.i18n.text import Text


class Translations(Message):
    """All sentences by code; those of the report are its gettext catalogues."""

    version: int
    refusals: dict[str, Text]
    releases: dict[str, Text]


@lru_cache(maxsize=1)
def translations() -> Translations:
    """All of them."""
    return Translations.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())
