"""The words of the trainings in Dutch, French and English, read once from `vocabulary.json`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from shared.domain.messages import Message
from shared.i18n.text import Text


class Vocabulary(Message):
    """All words by code."""

    version: int
    calendar: Text
    online: Text
    kinds: dict[str, Text]
    statuses: dict[str, Text]
    registration_statuses: dict[str, Text]
    cancel_reasons: dict[str, Text]
    functions: dict[str, Text]
    partner_roles: dict[str, Text]
    columns: dict[str, Text]
    sign_in_sheet: Text
    yes: Text
    no: Text
    refusals: dict[str, Text]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The whole vocabulary."""
    return Vocabulary.model_validate_json(Path(__file__).with_name("vocabulary.json").read_bytes())
