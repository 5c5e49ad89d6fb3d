"""What leaves the training service: pinned schemas, one message an event, and no person on an open topic."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event

from services.training.integration_events import to_integration_event
from services.training.trainings.events import (
    CertificateIssued,
    EvaluationOpened,
    ParticipationRecorded,
    ProfessionalRegistered,
    TrainingHeld,
    WalkInNamed,
)
from shared.contracts.training import ACTIVITIES, PARTICIPATIONS
from shared.domain.messages import Event, Meta, Recorded
from shared.messaging.cloudevents import Position, Topic, headers, schema
from tests.training import examples

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def recorded(event: Event) -> Recorded[Any]:
    return Recorded(7, "training-t-1", 1, event, Meta(by="x", correlation_id="y"), NOW)


@pytest.mark.parametrize("topic", [ACTIVITIES, PARTICIPATIONS], ids=lambda topic: topic.name)
def test_the_published_schemas_are_those_partners_know(topic: Topic) -> None:
    """A rename or a change of type is a new version; a field with a default may be added here and in the file."""
    assert schema(topic) == json.loads((GOLDEN / f"{topic.name}.json").read_text(encoding="utf-8"))


def test_every_message_of_the_contract_is_told_by_an_event_on_its_topic() -> None:
    told_by = [each for event in examples.events() if (each := to_integration_event(recorded(event)))]
    for topic in (ACTIVITIES, PARTICIPATIONS):
        assert {type(each.message) for each in told_by if each.topic is topic} == set(topic.messages)


def test_registrations_and_certificates_never_leave() -> None:
    for kind in (ProfessionalRegistered, WalkInNamed, CertificateIssued, EvaluationOpened):
        assert to_integration_event(recorded(examples.event(kind))) is None


def test_the_participants_are_those_by_sector() -> None:
    published = to_integration_event(recorded(examples.event(TrainingHeld)))
    assert published is not None
    assert published.message.model_dump()["participants"] == 3


def test_no_person_stands_on_the_open_topic() -> None:
    for event in examples.events():
        published = to_integration_event(recorded(event))
        if published and published.topic is ACTIVITIES:
            assert '"p-1"' not in published.message.model_dump_json()
    for properties in (each["properties"] for each in schema(ACTIVITIES).values()):
        assert set(properties).isdisjoint({"participant", "name", "person", "email", "text", "function"})


def test_the_official_sdk_reads_our_messages() -> None:
    published = to_integration_event(recorded(examples.event(ParticipationRecorded)))
    assert published is not None
    head = dict(headers(published.topic, published.message, published.key, Position(7, 6), NOW))
    value = published.message.model_dump_json().encode()
    event = from_binary_event(KafkaMessage(head, published.key.encode(), value))
    assert event.get_type() == "be.gforse.ParticipationRecorded.v1"
    assert event.get_source() == "/carrousel/training"
    assert event.get_data() == json.loads(value)
