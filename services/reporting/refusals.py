"""Every code with which the reporting service says no."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Of a request: each has a sentence in `translations.json`."""

    CITY_NEEDED = "city-needed"
    MUNICIPALITY_NOT_OF_PROJECT = "municipality-not-of-project"
    PERIOD_REVERSED = "period-reversed"
    PROJECT_NOT_DESCRIBED = "project-not-described"


class DeadLetterReason(StrEnum):
    """Of a message that no figure can count: ops read the code, nobody a sentence."""

    GROUND_UNKNOWN = "ground-unknown"
    KIND_UNKNOWN = "kind-unknown"
    MARK_UNKNOWN = "mark-unknown"
    REASON_UNKNOWN = "reason-unknown"
    REFERRAL_UNKNOWN = "referral-unknown"
    SECTOR_UNKNOWN = "sector-unknown"
    STEP_UNKNOWN = "step-unknown"
