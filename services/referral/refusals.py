"""Every code with which the referral service refuses; the sentences stand in `translations.json`."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why the programme says no, as a stable code."""

    ALREADY_ACCEPTED = "already-accepted"
    ALREADY_COMPLETED = "already-completed"
    ALREADY_STARTED = "already-started"
    CHECKLIST_INCOMPLETE = "checklist-incomplete"
    CHECKLIST_UNKNOWN = "checklist-unknown"
    CRITERION_NOT_MET = "criterion-not-met"
    CRITERION_WAS_MET = "criterion-was-met"
    DATE_BEFORE_INTAKE = "date-before-intake"
    DATE_BEFORE_RECEIVED = "date-before-received"
    DATE_BEFORE_REGISTERED = "date-before-registered"
    DATE_BEFORE_START = "date-before-start"
    DUPLICATE_OF_ITSELF = "duplicate-of-itself"
    INFORMED_CONTRADICTION = "informed-contradiction"
    INFORMED_INCOMPLETE = "informed-incomplete"
    INTAKE_ALREADY_HELD = "intake-already-held"
    INTAKE_NOT_HELD = "intake-not-held"
    NOT_STARTED = "not-started"
    ORGANISATION_UNKNOWN = "organisation-unknown"
    OVERRIDE_NOT_NEEDED = "override-not-needed"
    PERSON_NOT_INFORMED = "person-not-informed"
    PLANNED_FOR_PAST = "planned-for-past"
    REASON_DOES_NOT_FIT = "reason-does-not-fit"
    REFERRAL_NOT_ACCEPTED = "referral-not-accepted"
    REFERRAL_NOT_OPEN = "referral-not-open"
    REFERRAL_ON_HOLD = "referral-on-hold"
    REFERRAL_UNKNOWN = "referral-unknown"
    REFERRER_MISSING = "referrer-missing"
    REVIEW_DATE_PAST = "review-date-past"
    SECOND_PERSON_NEEDED = "second-person-needed"
    SELF_REFERRAL_HAS_REFERRER = "self-referral-has-referrer"
