"""The words of the referral road in Dutch, French and English, read once from `vocabulary.json`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from shared.messages import Message
from shared.texts import Language, Text

Outcome = Literal["not_eligible", "not_suitable", "withdrawn", "stopped", "duplicate", "retracted"]


class Named(Message):
    """A short label and the sentence that explains it."""

    label: Text
    sentence: Text


class ReasonCategory(Message):
    """The first level of a reason: which outcomes may use it, and its codes."""

    label: Text
    used_for: tuple[Outcome, ...]
    codes: dict[str, Text]


class Vocabulary(Message):
    """All words by code; `checklists` names the criteria of each version of the eligibility checklist."""

    version: int
    sectors: dict[str, Text]
    weekdays: dict[str, Text]
    parts_of_day: dict[str, Text]
    informed_by: dict[str, Text]
    not_informed_reasons: dict[str, Text]
    reasons: dict[str, ReasonCategory]
    criteria: dict[str, Named]
    checklists: dict[int, tuple[str, ...]]
    override_reasons: dict[str, Text]
    statuses: dict[str, Named]
    refusals: dict[str, Text]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The whole vocabulary."""
    return Vocabulary.model_validate_json(Path(__file__).with_name("vocabulary.json").read_bytes())


@lru_cache
def reasons_for(outcome: Outcome) -> frozenset[tuple[str, str]]:
    """The pairs (category, code) that may explain an outcome."""
    return frozenset(
        (category, code)
        for category, entry in vocabulary().reasons.items()
        if outcome in entry.used_for
        for code in entry.codes
    )


def checklist(version: int) -> frozenset[str] | None:
    """The criteria of one version of the checklist; None when there is no such version."""
    criteria = vocabulary().checklists.get(version)
    return None if criteria is None else frozenset(criteria)


def latest_checklist() -> int:
    """The version of the checklist that a new intake uses."""
    return max(vocabulary().checklists)


def refusal(code: str, language: Language) -> str:
    """The sentence for a refusal code; KeyError for a code nobody raises."""
    return vocabulary().refusals[code].in_(language)
