"""What is written about the topics is what stands on them, and tools can read it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from faststream.specification.asyncapi.v3_0_0.schema.schema import ApplicationSchema

from deploy import events
from deploy.asyncapi import document
from deploy.kafka.rights import rights_of_partner
from shared.contracts.catalogue import examples, topics
from shared.messaging.cloudevents import Position, PublicMessage, Topic, headers, read_envelope, read_message

ASYNCAPI: dict[str, Any] = json.loads((events.DOCS / "asyncapi.json").read_text(encoding="utf-8"))
EVERY = [(topic, message) for topic in topics() for message in topic.messages]
OFFICIAL = os.environ.get("ASYNCAPI_SCHEMA")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PERSONS = {"referral", "referrer", "person", "participant"}


def every(word: str, part: Any) -> Iterator[Any]:
    """Each value that stands under this word, however deep."""
    children = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in children:
        if name == word:
            yield value
        yield from every(word, value)


def test_the_pages_are_those_that_make_events_writes() -> None:
    for path, content in events.files().items():
        assert path.read_text(encoding="utf-8") == content, f"run `make events`: {path.name} tells of other messages"


def test_every_message_has_an_example() -> None:
    missing = {message.type_name() for _, message in EVERY} - set(examples())
    assert not missing, "add one to shared/contracts/examples.json, then run `make events`"


@pytest.mark.parametrize("name", sorted(examples()))
def test_what_was_ever_published_still_reads(name: str) -> None:
    topic = next(topic for topic, message in EVERY if message.type_name() == name)
    example = examples()[name]
    known = topic.by_type()[name]
    told = known.model_validate_json(json.dumps(example.value))
    head = headers(topic, told, example.key, Position(1, 0), NOW)
    assert read_message(topic.by_type(), read_envelope(topic, head), json.dumps(example.value).encode()) == told
    assert json.loads(told.model_dump_json()) == example.value


def test_the_document_is_asyncapi_3_and_every_reference_leads_somewhere() -> None:
    ApplicationSchema.model_validate(ASYNCAPI)
    references = list(every("$ref", ASYNCAPI))
    assert len(references) > len(EVERY)
    for reference in references:
        assert reduce(lambda part, name: part[name], reference.removeprefix("#/").split("/"), ASYNCAPI)


@pytest.mark.parametrize(("topic", "message"), EVERY, ids=lambda each: getattr(each, "name", each.__class__.__name__))
def test_its_schemas_allow_what_is_sent_and_refuse_another_type(topic: Topic, message: type[PublicMessage]) -> None:
    told = ASYNCAPI["components"]["messages"][f"{message.__name__}.v{message.VERSION}"]
    head, payload = (jsonschema_rs.Draft7Validator(each) for each in (told["headers"], told["payload"]["schema"]))
    [example] = told["examples"]
    head.validate(example["headers"])
    payload.validate(example["payload"])
    assert payload.is_valid(example["payload"] | {"added_later": 1})
    for name in message.model_fields:
        assert not payload.is_valid(example["payload"] | {name: {"no": ["such", "value"]}})
    assert not head.is_valid(example["headers"] | {"ce_type": "be.gforse.Another.v1"})


def test_open_is_what_anybody_has_the_right_to_read_and_no_person_is_in_it() -> None:
    told = {name for name, each in ASYNCAPI["channels"].items() if each["tags"] == [{"name": "open"}]}
    assert told == {each.name for each in rights_of_partner("any", topics()) if each.kind == "TOPIC"}
    for topic, message in EVERY:
        if topic.name in told:
            assert PERSONS.isdisjoint(message.model_fields), message


@pytest.mark.skipif(OFFICIAL is None, reason="ASYNCAPI_SCHEMA names no copy of AsyncAPI's own JSON schema (3.0.0)")
def test_asyncapis_own_schema_accepts_the_document() -> None:
    schema = json.loads(Path(OFFICIAL or "").read_text(encoding="utf-8"))
    official = jsonschema_rs.validator_for(schema)
    official.validate(document(topics()))
    assert not official.is_valid(document(topics()) | {"channels": {"x": {"adress": "misspelt"}}})
