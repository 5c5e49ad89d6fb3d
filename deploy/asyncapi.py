"""The AsyncAPI 3.0 document of every topic, from the contracts alone: channels, messages, headers, examples."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from deploy.kafka.rights import publisher
from shared.contracts.catalogue import Example, examples
from shared.domain.messages import JsonObject
from shared.messaging.cloudevents import Position, PublicMessage, Topic, headers

_VALUES = "additionalProperties"
DRAFT = "application/schema+json;version=draft-07"
HEADERS: dict[str, JsonObject] = {
    "ce_specversion": {"description": "The version of CloudEvents."},
    "ce_id": {"description": "Identifies the message; the same whenever it is published again.", "format": "uuid"},
    "ce_source": {"description": "Its publisher."},
    "ce_type": {"description": "Its type, and the version of its schema."},
    "ce_subject": {
        "description": "What it is about; also the key of the record. Messages of one subject come in order."
    },
    "ce_time": {"description": "When it was recorded, in UTC.", "format": "date-time"},
    "ce_sequence": {
        "description": "Its position among all messages of its source, 20 digits.",
        "pattern": "^[0-9]{20}$",
    },
    "ce_previous": {
        "description": "The `ce_sequence` before it on its partition, in the same epoch; zeros for the first.",
        "pattern": "^[0-9]{20}$",
    },
    "ce_epoch": {
        "description": "Which history of the publisher's database it belongs to, from 1.",
        "pattern": "^[1-9][0-9]{0,2}$",
    },
    "content-type": {"description": "That the value is JSON."},
    "traceparent": {
        "description": "W3C Trace Context: the request or message that led to it. May be absent.",
        "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    },
}
_CONSTANT = ("ce_specversion", "ce_source", "ce_type", "content-type")
_POSITION, _TRACE_ID = Position(7, 5), "0af7651916cd43dd8448eb211c80319c"
_TIME = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def document(topics: Sequence[Topic]) -> JsonObject:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Carrousel",
            "version": "1",
            "description": "The messages of the services: CloudEvents 1.0 on Kafka, binary mode, kept forever."
            " A field may be added, so ignore what you do not know; another meaning is a new version of a type.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {f"publish.{topic.name}": _publishing(topic) for topic in topics},
        "components": {
            "messages": {name_of(each): _message(topic, each) for topic in topics for each in topic.messages},
        },
    }


def name_of(message: type[PublicMessage]) -> str:
    """How a message is called where people read, e.g. `ReferralReceived.v1`."""
    return f"{message.__name__}.v{message.VERSION}"


def who_reads(topic: Topic) -> str:
    """A sentence: for whom the topic is."""
    if topic.restricted:
        return "Restricted: case by case and pseudonymous, for our own services only."
    return "Open: no person in it; partners may read it, in consumer groups whose name begins with `partner.`"


def description_of(message: type[PublicMessage]) -> str:
    """The description of a message."""
    return inspect.getdoc(message) or ""


def _channel(topic: Topic) -> JsonObject:
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"{who_reads(topic)} Written by {publisher(topic)} alone.",
        "tags": [{"name": "restricted" if topic.restricted else "open"}],
        "messages": {name_of(each): {"$ref": f"#/components/messages/{name_of(each)}"} for each in topic.messages},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"retention.ms": -1, "retention.bytes": -1},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _publishing(topic: Topic) -> JsonObject:
    channel = f"#/channels/{topic.name}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "summary": f"The messages of {publisher(topic)} on {topic.name}.",
        "messages": [{"$ref": f"{channel}/messages/{name_of(each)}"} for each in topic.messages],
    }


def _message(topic: Topic, message: type[PublicMessage]) -> JsonObject:
    summary, _, _ = description_of(message).partition("\n")
    example = examples()[message.type_name()]
    sent = headers_of(topic, message, example)
    return {
        "name": message.type_name(),
        "title": name_of(message),
        "summary": summary,
        "description": description_of(message),
        "contentType": "application/json",
        "headers": _headers_schema(sent),
        "payload": {"schemaFormat": DRAFT, "schema": payload_schema(message)},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
        "examples": [{"name": "example", "headers": sent, "payload": example.value}],
    }


def headers_of(topic: Topic, message: type[PublicMessage], example: Example) -> dict[str, str]:
    """The headers of the example, as the relay writes them."""
    value = message.model_validate_json(json.dumps(example.value))
    return {name: value.decode() for name, value in headers(topic, value, example.key, _POSITION, _TIME, _TRACE_ID)}


def _headers_schema(sent: Mapping[str, str]) -> JsonObject:
    return {
        "type": "object",
        "required": [name for name in sent if name != "traceparent"],
        "properties": {
            name: {"type": "string"} | HEADERS[name] | ({"const": value} if name in _CONSTANT else {})
            for name, value in sent.items()
        },
    }


def payload_schema(message: type[PublicMessage]) -> JsonObject:
    """Its JSON schema for those who read: draft 07, and open to fields that are added later."""
    schema = message.model_json_schema()
    parts = schema.pop("$defs", {})
    return _draft_07(_in_place(schema, parts))


def _in_place(schema: JsonObject, parts: JsonObject) -> JsonObject:
    """The schema with each part at the place where it is referred to: no part holds itself."""
    found = {name: _referred(each, parts) for name, each in schema.items() if name != "$ref"}
    if "$ref" in schema:
        found = _in_place(parts[schema["$ref"].rpartition("/")[2]], parts) | found
    return found


def _referred(part: object, parts: JsonObject) -> object:
    if isinstance(part, list):
        return [_referred(each, parts) for each in part]
    return _in_place(part, parts) if isinstance(part, dict) else part


def _part(part: object) -> object:
    if isinstance(part, list):
        return [_part(each) for each in part]
    return _draft_07(part) if isinstance(part, dict) else part


def _draft_07(schema: JsonObject) -> JsonObject:
    named = {"items" if key == "prefixItems" else key: _part(value) for key, value in _by_name(schema).items()}
    return {key: value for key, value in named.items() if key != "additionalProperties" or value is not False}


def _by_name(schema: JsonObject) -> JsonObject:
    """What stands under names of one pattern; with `patternProperties` alone any other name would be allowed."""
    if "patternProperties" not in schema:
        return schema
    [(pattern, value)] = schema["patternProperties"].items()
    others = {key: each for key, each in schema.items() if key != "patternProperties"}
    return others | {"propertyNames": {**schema.get("propertyNames", {}), "pattern": pattern}, _VALUES: value}
