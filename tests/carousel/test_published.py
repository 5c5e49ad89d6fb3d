"""What leaves the carousel: pinned schemas, no name, nobody in the open topic, and readable by the official SDK."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event

from services.carousel.cycles.events import AttendanceCorrected, SessionHeld
from services.carousel.integration_events import size_band, to_integration_event
from services.carousel.participations import events as participation
from services.carousel.participations.events import (
    LeftWaitingList,
    NonAssociationDeclared,
    PlaceRefused,
    PlaceRescheduled,
    SafetyTaskClosed,
    SafetyTaskOpened,
)
from services.carousel.values import SessionFacts
from shared.contracts.carousel import CASES, SESSIONS
from shared.domain.messages import Event, Meta, Recorded
from shared.messaging.cloudevents import Position, Topic, headers, schema
from shared.messaging.outgoing import OutgoingMessage

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 3, 3, tzinfo=UTC)
DAY = date(2026, 3, 2)


def facts(present: int) -> SessionFacts:
    return SessionFacts(
        session_id="s-1", offer_id="o-1", module=3, modules=(1, 2, 3), on=DAY, city="Oostende", place="Huis",
        present=present, cover_used=False,
    )  # fmt: skip


def told(event: Event, stream: str = "cycle-c-1") -> OutgoingMessage | None:
    fact: Recorded[Any] = Recorded(7, stream, 1, event, Meta(by="x", correlation_id="y"), NOW)
    return to_integration_event(fact)


def held(present: int = 6) -> SessionHeld:
    marks = tuple((f"r-{nth}", "present") for nth in range(present))
    return SessionHeld.model_validate({"cycle_id": "c-1", "facts": facts(present), "attendance": marks, "on": DAY})


@pytest.mark.parametrize("topic", [CASES, SESSIONS], ids=lambda topic: topic.name)
def test_the_published_schemas_are_those_partners_know(topic: Topic) -> None:
    """A rename or a change of type is a new version; a field with a default may be added here and in the file."""
    assert schema(topic) == json.loads((GOLDEN / f"{topic.name}.json").read_text(encoding="utf-8"))


def test_a_session_is_told_openly_and_without_anybody() -> None:
    published = told(held())
    assert published is not None
    assert (published.topic, published.key) == (SESSIONS, "cycle-c-1")
    assert published.message.model_dump()["group_size"] == "5_to_9"
    assert published.message.model_dump()["modules"] == 3
    assert "r-0" not in published.message.model_dump_json()


def test_a_corrected_session_is_told_again_as_it_is_after_the_correction() -> None:
    corrected = AttendanceCorrected(
        cycle_id="c-1", facts=facts(4), referral_id="r-1", mark="absent", on=date(2026, 3, 3)
    )
    published = told(corrected)
    assert published is not None
    assert published.message.model_dump()["group_size"] == "under_5"
    assert published.message.model_dump()["on"] == DAY


@pytest.mark.parametrize(
    ("present", "band"), [(0, "under_5"), (4, "under_5"), (5, "5_to_9"), (9, "5_to_9"), (10, "10_or_more")]
)
def test_a_group_is_told_by_its_size_band_only(present: int, band: str) -> None:
    assert size_band(present) == band


def test_every_case_message_is_told_from_one_fact_under_the_key_of_the_participation() -> None:
    names = {each.__name__ for each in CASES.messages}
    place = {"cycle_id": "c-1", "city": "Oostende"}
    more: dict[str, dict[str, Any]] = {
        "ParticipantPlaced": place | {"modules": (1, 2), "first_on": DAY, "last_on": DAY},
        "ParticipationStarted": place,
        "ParticipationCompleted": place,
        "AttendanceNoted": place | {"session_id": "s-1", "module": 1, "modules": (1, 2), "mark": "excused"},
        "AttendanceRevoked": {"session_id": "s-1"},
        "ParticipationPaused": {"review_on": DAY},
        "ParticipationStopped": {"category": "practical", "code": "work"},
        "AttendanceDiscounted": {"session_id": "s-1"},
    }
    heard = set()
    told_as = {"AttendanceRecorded": "AttendanceNoted"}
    for name in sorted(told_as.get(each, each) for each in names):
        fact = getattr(participation, name)(referral_id="r-1", on=DAY, **more.get(name, {}))
        published = told(fact, "participation-r-1")
        assert published is not None
        assert (published.topic, published.key) == (CASES, "participation-r-1")
        heard.add(type(published.message).__name__)
    assert heard == names


def test_a_place_that_begins_on_another_day_is_told_again_once_it_was_accepted() -> None:
    moved = PlaceRescheduled(
        referral_id="r-1", cycle_id="c-1", city="Oostende", first_on=DAY, last_on=DAY, placed_on=date(2026, 1, 1),
        on=date(2026, 2, 2),
    )  # fmt: skip
    published = told(moved, "participation-r-1")
    assert published is not None
    assert published.message.model_dump() == {
        "referral": "r-1", "on": date(2026, 1, 1), "cycle": "c-1", "city": "Oostende", "first_session_on": DAY,
    }  # fmt: skip
    assert told(moved.model_copy(update={"placed_on": None}), "participation-r-1") is None


def test_the_waiting_list_the_refusals_and_the_safety_tasks_stay_inside() -> None:
    inside: list[Event] = [
        LeftWaitingList(referral_id="r-1", cause="withdrawn", on=DAY),
        PlaceRefused(referral_id="r-1", cycle_id="c-1", category="practical", code="work", on=DAY),
        NonAssociationDeclared(referral_id="r-1", other_id="r-2", cycle_id=None, on=DAY),
        SafetyTaskOpened(referral_id="r-1", task_id="t-1", cycle_id="c-1", cause="stopped", due_on=DAY, on=DAY),
        SafetyTaskClosed(referral_id="r-1", task_id="t-1", on=DAY),
    ]
    assert [told(fact) for fact in inside] == [None] * len(inside)


def test_the_official_sdk_reads_our_messages() -> None:
    published = told(held())
    assert published is not None
    head = dict(headers(published.topic, published.message, published.key, Position(7, 6), NOW))
    value = published.message.model_dump_json().encode()
    event = from_binary_event(KafkaMessage(head, published.key.encode(), value))
    assert event.get_type() == "be.gforse.SessionCompleted.v1"
    assert event.get_source() == "/carrousel/carousel"
    assert event.get_data() == json.loads(value)


def test_no_open_message_has_a_field_for_a_person() -> None:
    fields = {field for each in schema(SESSIONS).values() for field in each["properties"]}
    assert fields.isdisjoint({"referral", "participant", "person", "name", "attendance", "facilitator", "note"})
