"""What a public message may hold has bounds in every field, and its contract is what holds them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from pydantic import create_model

from shared.contracts.catalogue import examples, topics
from shared.messaging.cloudevents import Envelope, Position, PublicMessage, Unreadable, read_message
from tests.contracts.hostile import UnboundedError, cases, variants
from tests.contracts.sending import NOW

EVERY = [message for topic in topics() for message in topic.messages]


def reads(message: type[PublicMessage], value: bytes) -> bool:
    """Whether a consumer reads it."""
    envelope = Envelope("/carrousel/x", Position(1, 0), message.type_name(), "x", NOW)
    try:
        read_message({message.type_name(): message}, envelope, value)
    except Unreadable:
        return False
    return True


@pytest.mark.parametrize("message", EVERY, ids=lambda each: each.__name__)
def test_every_field_takes_what_its_bounds_say_and_nothing_else(message: type[PublicMessage]) -> None:
    tried = list(cases(message, examples()[message.type_name()].value))
    wrong = [(each.field, each.what) for each in tried if reads(message, each.value) != (each.verdict != "refused")]
    assert wrong == []
    refused = Counter(each.field for each in tried if each.verdict == "refused")
    assert set(refused) >= {name for name, field in message.model_fields.items() if field.is_required()}


@pytest.mark.parametrize(
    "kind", [str, int, float, date, tuple[str, ...], dict[str, int], list[int], str | None, Any],
    ids=str,
)  # fmt: skip
def test_a_field_without_a_bound_is_found(kind: Any) -> None:
    loose = create_model("Loose", __base__=PublicMessage, field=(kind, ...))
    with pytest.raises((UnboundedError, KeyError)):
        list(variants(loose.model_json_schema()["properties"]["field"]))


def test_a_code_that_a_newer_publisher_says_reaches_its_consumers() -> None:
    codes = {
        (message.__name__, each.field)
        for message in EVERY
        for each in cases(message, examples()[message.type_name()].value)
        if each.verdict == "unknown"
    }
    assert codes == {
        ("AttendanceRecorded", "mark"),
        ("NetworkEventHeld", "by_sector"),
        ("OrganisationRegistered", "sector"),
        ("ParticipationRecorded", "kind"),
        ("ParticipationRecorded", "sector"),
        ("ParticipationStopped", "category"),
        ("ParticipationStopped", "code"),
        ("PartnerJoined", "role"),
        ("ReferralDeclined", "ground"),
        ("ReferralDeclined", "reason"),
        ("ReferralReceived", "availability"),
        ("ReferralReceived", "language"),
        ("ReferralReceived", "sector"),
        ("ReferralStepRevoked", "step"),
        ("ReferralWithdrawn", "category"),
        ("ReferralWithdrawn", "code"),
        ("ReportReleased", "counts"),
        ("ReportReleased", "period"),
        ("ReportReleased", "sums"),
        ("ReportReleased", "tables"),
        ("ReportReleased", "waits"),
        ("SessionCompleted", "group_size"),
        ("TrainingHeld", "by_sector"),
        ("TrainingHeld", "kind"),
    }
