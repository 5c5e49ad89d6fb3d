"""The words of the trainings in Dutch, French and English, read once from `translations.json`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from shared.domain.messages import Message
from shared.i18n.text import Language, Text


class Column(Message):
    """What people are shown as the name of a column, and how they write it besides its code."""

    label: Text
    written: tuple[str, ...]


class RegistrationList(Message):
    """Every word of a list of registrations, and a sentence for every fault."""

    columns: dict[str, Column]
    line: Text
    cell: Text
    languages: dict[Language, Text]
    faults: dict[str, Text]


class Translations(Message):
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
    certificate: dict[str, Text]
    subject_access: dict[str, Text]
    registration_list: RegistrationList
    refusals: dict[str, Text]


@lru_cache(maxsize=1)
def translations() -> Translations:
    """All of them."""
    return Translations.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())


def refusals() -> Mapping[str, Text]:
    """The sentence of each refusal, by its code."""
    return translations().refusals
