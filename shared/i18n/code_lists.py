"""The codes that more than one service uses, with their words in Dutch, French and English (`code_lists.json`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.domain.messages import Message
from shared.i18n.text import STORABLE, Text

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
City = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60, pattern=STORABLE)]
OrganisationName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120, pattern=STORABLE)
]

Sector = Literal[
    "police", "justice", "welfare", "ocmw_cpas", "education", "health", "mental_health", "addiction_care",
    "youth_care", "local_government", "primary_care_zone", "helpline_1712", "self", "family", "other",
]  # fmt: skip
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
PartOfDay = Literal["morning", "afternoon", "evening"]
Availability = tuple[Weekday, PartOfDay]

Category = Literal["practical", "personal", "motivation", "exclusion", "elsewhere", "administrative"]
ReasonCode = Literal[
    "hours", "transport", "work", "childcare", "waiting_time", "no_group_running",
    "illness", "moved", "detention",
    "no_request_for_help", "motivation_faded", "unreachable",
    "language", "denial", "acute_addiction", "acute_psychiatry", "cognitive", "judicial_measure", "unsafe", "minor",
    "other_help",
    "duplicate", "error",
]  # fmt: skip
Explained = Literal["not_eligible", "not_suitable", "place_refused", "withdrawn", "stopped", "duplicate", "retracted"]


class ReasonCategory(Message):
    """The first level of a reason: what it may explain, and its codes."""

    label: Text
    used_for: tuple[Explained, ...]
    codes: dict[str, Text]


class Terms(Message):
    """All of these words by code."""

    version: int
    problems: dict[str, Text]
    refusals: dict[str, Text]
    sectors: dict[str, Text]
    weekdays: dict[str, Text]
    parts_of_day: dict[str, Text]
    reasons: dict[str, ReasonCategory]


@lru_cache(maxsize=1)
def terms() -> Terms:
    """Every term, read once."""
    return Terms.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())


@lru_cache
def reasons_for(what: Explained) -> frozenset[tuple[str, str]]:
    """The pairs (category, code) that may explain it."""
    return frozenset(
        (category, code)
        for category, entry in terms().reasons.items()
        if what in entry.used_for
        for code in entry.codes
    )
