"""The words of the carousel in Dutch, French and English, read once from `vocabulary.json`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from shared.domain.messages import Message
from shared.i18n.text import Named, Text


class Vocabulary(Message):
    """All words by code."""

    version: int
    statuses: dict[str, Named]
    marks: dict[str, Text]
    cancel_reasons: dict[str, Text]
    safety_causes: dict[str, Text]
    refusals: dict[str, Text]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The whole vocabulary."""
    return Vocabulary.model_validate_json(Path(__file__).with_name("vocabulary.json").read_bytes())
