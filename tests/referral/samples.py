"""What one valid event and command of the referral service tells, by field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, get_args

from services.referral.referrals import events

ORGANISATION, REFERRER, WORKER = "elz-1", "referrer-1", "worker-1"
REFERRAL, OTHER, PERSON = "referral-1", "referral-0", "person-1"
ASKED: dict[str, Any] = {"at": datetime(2026, 3, 31, 9, tzinfo=UTC), "by": WORKER}
REFERRED: dict[str, Any] = {
    "referral_id": REFERRAL,
    "person_id": PERSON,
    "referrer_id": REFERRER,
    "organisation_id": ORGANISATION,
    "sector": "police",
    "referrer_city": "Oostende",
    "city_of_residence": "Bredene",
    "preferred_city": "Oostende",
    "received_on": date(2026, 1, 5),
    "informed_on": date(2026, 1, 4),
    "informed_by": "referrer",
    "not_informed_reason": None,
    "availability": (("tuesday", "evening"),),
    "feedback_agreed": True,
}


def results(*unmet: str) -> tuple[tuple[str, bool], ...]:
    """A full checklist in which only these criteria are not met."""
    return tuple((criterion, criterion not in unmet) for criterion in get_args(events.Criterion))


RESULTS = results()
KBO = "0200445055"
ORGANISATION_REGISTERED: dict[str, Any] = {
    "organisation_id": ORGANISATION,
    "name": "Eerstelijnszone Oostende-Bredene",
    "sector": "primary_care_zone",
    "city": "Oostende",
    "since": date(2024, 1, 1),
}
ORGANISATION_RENAMED: dict[str, Any] = {
    "organisation_id": ORGANISATION,
    "name": "Eerstelijnszone Middenkust",
    "since": date(2025, 1, 1),
}
REFERRER_REGISTERED: dict[str, Any] = {"referrer_id": REFERRER, "organisation_id": ORGANISATION}
INTAKE_PLANNED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 7), "planned_for": date(2026, 1, 12)}
INTAKE_HELD: dict[str, Any] = {
    "referral_id": REFERRAL,
    "on": date(2026, 1, 12),
    "checklist_version": 1,
    "results": RESULTS,
}
ACCEPTED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 13), "override": None}
DECLINED_NOT_ELIGIBLE: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 13), "criterion": "language"}
DECLINED_NOT_SUITABLE: dict[str, Any] = {
    "referral_id": REFERRAL,
    "on": date(2026, 1, 13),
    "reason": "no_request_for_help",
}
PUT_ON_HOLD: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 20), "review_on": date(2026, 4, 20)}
RESUMED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 3, 1)}
WITHDRAWN: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 20), "category": "practical", "code": "hours"}
DUPLICATE_LINKED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 8), "of": OTHER}
RETRACTED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 8)}
PLACED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 22)}
STARTED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 2, 2)}
COMPLETED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 3, 9)}
REVOKED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 3, 16)}
STOPPED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 2, 16), "category": "practical", "code": "work"}
CORRECTED: dict[str, Any] = {name: value for name, value in REFERRED.items() if name != "person_id"} | {
    "on": date(2026, 1, 9),
    "city_of_residence": "Gistel",
}
TRANSFERRED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 21), "city": "Brugge"}
ATTRIBUTED: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 1, 9), "person_id": "person-2"}
TAKEN_BACK: dict[str, Any] = {"referral_id": REFERRAL, "on": date(2026, 3, 20), "step": "intake"}
MERGED: dict[str, Any] = {"organisation_id": ORGANISATION, "into": "elz-2", "since": date(2025, 6, 1)}
SPLIT: dict[str, Any] = {"organisation_id": ORGANISATION, "into": ("elz-2", "elz-3"), "since": date(2025, 6, 1)}
