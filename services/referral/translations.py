"""The words of the referral service in Dutch, French and English, read once from `translations.json`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from shared.domain.messages import Message
from shared.i18n.text import Named, Text


class Place(Message):
    """Where else something may be held, and by which route it is asked there, if by any."""

    route: str
    text: Text


class Translations(Message):
    """All words by code; `checklists` names the criteria of each version of the eligibility checklist.

    `export` has the labels of what a person reads about himself, `elsewhere` the other places to ask.
    """

    version: int
    informed_by: dict[str, Text]
    not_informed_reasons: dict[str, Text]
    criteria: dict[str, Named]
    checklists: dict[int, tuple[str, ...]]
    override_reasons: dict[str, Text]
    statuses: dict[str, Named]
    export: dict[str, Text]
    elsewhere: dict[str, Place]
    refusals: dict[str, Text]


@lru_cache(maxsize=1)
def translations() -> Translations:
    """All of them."""
    return Translations.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())


def checklist(version: int) -> frozenset[str] | None:
    """The criteria of one version of the checklist; None when there is no such version."""
    criteria = translations().checklists.get(version)
    return None if criteria is None else frozenset(criteria)


def latest_checklist() -> int:
    """The version of the checklist that a new intake uses."""
    return max(translations().checklists)
