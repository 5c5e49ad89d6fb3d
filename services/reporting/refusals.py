"""Every code with which the reporting service says no."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Of a request: each has a sentence in `translations.json`."""

    APPROVER_OF_SAME_CITY = "approver-of-same-city"
    APPROVER_PREPARED = "approver-prepared"
    CITY_NEEDED = "city-needed"
    MUNICIPALITY_NOT_OF_PROJECT = "municipality-not-of-project"
    PERIOD_REVERSED = "period-reversed"
    PROJECT_NOT_DESCRIBED = "project-not-described"
    RELEASE_NOT_APPROVED = "release-not-approved"
    RELEASE_NOT_AUDITED = "release-not-audited"
    RELEASE_NOT_DRAFT = "release-not-draft"
    RELEASE_NOT_HANDED_OVER = "release-not-handed-over"
    RELEASE_NOT_SAFE = "release-not-safe"
    RELEASE_OF_ANOTHER_PERIOD = "release-of-another-period"
    RELEASE_OUTDATED = "release-outdated"
    RELEASE_TOO_LARGE = "release-too-large"
    RELEASE_UNKNOWN = "release-unknown"


class DeadLetterReason(StrEnum):
    """Of a message that no figure can count: ops read the code, nobody a sentence."""

    GROUND_UNKNOWN = "ground-unknown"
    KIND_UNKNOWN = "kind-unknown"
    MARK_UNKNOWN = "mark-unknown"
    REASON_UNKNOWN = "reason-unknown"
    REFERRAL_UNKNOWN = "referral-unknown"
    SECTOR_UNKNOWN = "sector-unknown"
    STEP_UNKNOWN = "step-unknown"
