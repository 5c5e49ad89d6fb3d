"""What leaves the referral service: pinned schemas, no name, and readable by the official CloudEvents SDK."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event

from services.referral.integration_events import to_integration_event
from shared.contracts.referral import CASES, ORGANISATIONS
from shared.domain.messages import Event, Meta, Recorded
from shared.messaging.cloudevents import Position, Topic, headers, schema
from tests.referral import examples

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def recorded(event: Event) -> Recorded[Any]:
    return Recorded(7, "referral-r-1", 1, event, Meta(by="x", correlation_id="y"), NOW)


@pytest.mark.parametrize("topic", [CASES, ORGANISATIONS], ids=lambda topic: topic.name)
def test_the_published_schemas_are_those_partners_know(topic: Topic) -> None:
    """A rename or a change of type is a new version; a field with a default may be added here and in the file."""
    assert schema(topic) == json.loads((GOLDEN / f"{topic.name}.json").read_text(encoding="utf-8"))


def test_organisations_leave_openly_and_referrers_not_at_all() -> None:
    told = {type(event).__name__: to_integration_event(recorded(event)) for event in examples.every_event()}
    openly = {name for name, each in told.items() if each and each.topic is ORGANISATIONS}
    assert openly == {
        f"Organisation{what}" for what in ("Registered", "Corrected", "Renamed", "Merged", "Split")
    }  # fmt: skip
    assert told["ReferrerRegistered"] is None


def test_the_official_sdk_reads_our_messages() -> None:
    published = to_integration_event(recorded(examples.received()))
    assert published is not None
    head = dict(headers(published.topic, published.message, published.key, Position(7, 6), NOW))
    value = published.message.model_dump_json().encode()
    event = from_binary_event(KafkaMessage(head, published.key.encode(), value))
    assert event.get_type() == "be.gforse.ReferralReceived.v1"
    assert event.get_source() == "/carrousel/referral"
    assert event.get_time() == NOW
    assert event.get_extension("sequence") == "00000000000000000007"
    assert event.get_data() == json.loads(value)


@pytest.mark.parametrize("version", ["be.gforse.ReferralReceived.v1"])
def test_no_published_field_could_hold_a_name(version: str) -> None:
    fields = set(schema(CASES)[version]["properties"])
    assert fields.isdisjoint({"name", "phone", "email", "birth_date", "note"})
