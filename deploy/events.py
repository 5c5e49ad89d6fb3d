"""`make events`: writes what the topics hold, docs/events.md for people and docs/asyncapi.json for their tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deploy.asyncapi import MEANINGS, document, headers_of, name_of, payload_schema, said_of, who_reads
from deploy.kafka.rights import publisher
from shared.contracts.catalogue import Example, examples, topics
from shared.domain.bounds import FIRST_DAY
from shared.messaging.cloudevents import PublicMessage, Topic

DOCS = Path(__file__).resolve().parents[1] / "docs"
_HEAD = """\
# What the services tell

Written by `make events` from `shared/contracts`; the same for tools is [asyncapi.json](asyncapi.json) (AsyncAPI 3.0).
CloudEvents 1.0 on Kafka, binary mode: the value is JSON, the envelope stands in the headers. Messages are kept forever.
Ignore fields that you do not know: one may be added; another meaning or another kind of value is a new version (`.v2`).
An id is at most 64 letters, digits, `-` and `_`; a code at most 64 small ones. A date lies before 2100, and after 1999
unless it says otherwise; no text holds a NUL character.
Codes are open sets: another one may be said any day, so set a message with one that you do not know aside, and go on.
Delivery is at least once and in order per key. Keep, for each partition, the `ce_epoch` and `ce_sequence` of the last
message you applied.
`ce_previous` is that sequence: apply it. `ce_sequence` is not above it: drop it, you have it.
`ce_previous` is above it: something is missing; read the partition again from its beginning, and ask the publisher
where it is not there.
A higher `ce_epoch` begins with a `ce_previous` of zeros: the publisher's database was put back to an earlier state, and
tells all of its history again; `ce_epochforks` then holds, for each epoch after the first, the last sequence that it
shares with the epoch before it.
"""


def files() -> dict[Path, str]:
    """Every file this writes, with its content."""
    every = topics()
    text = json.dumps(document(every), indent=1, ensure_ascii=False)
    return {DOCS / "events.md": "\n".join(_page(every)), DOCS / "asyncapi.json": f"{text}\n"}


def _page(every: Sequence[Topic]) -> Iterator[str]:
    yield _HEAD
    yield from _table("topic", "for whom", "written by", "messages")
    for topic in every:
        link = f"[`{topic.name}`](#{topic.name.replace('.', '')})"
        yield _row(link, who_reads(topic), publisher(topic), ", ".join(each.__name__ for each in topic.messages))
    yield "\n## Headers\n"
    yield from _table("header", "meaning", "example")
    shown = every[0].messages[0]
    told = headers_of(every[0], shown, examples()[shown.type_name()])
    for name, value in told.items():
        yield _row(f"`{name}`", MEANINGS[name], f"`{value}`")
    for topic in every:
        yield f"\n## {topic.name}\n\n{who_reads(topic)}\nWritten by {publisher(topic)}; {topic.partitions} partitions."
        for message in topic.messages:
            yield from _message(message, examples()[message.type_name()])
    yield ""


def _message(message: type[PublicMessage], example: Example) -> Iterator[str]:
    yield f"\n### {name_of(message)}\n\n{said_of(message)}\n"
    yield from _table("field", "value", "always there")
    schema = payload_schema(message)
    for name, field in schema["properties"].items():
        always = "yes" if name in schema["required"] else f"no: `{json.dumps(field.get('default'))}` without it"
        yield _row(f"`{name}`", kind_of(field), always)
    shown = json.dumps(example.value, indent=1, ensure_ascii=False)
    yield f"\nKey `{example.key}`:\n\n```json\n{shown}\n```"


def kind_of(field: dict[str, Any]) -> str:
    """What may stand in a field, in words: one of few, a day, a list of something, or nothing."""
    if "anyOf" in field:
        return " or ".join(kind_of(each) for each in field["anyOf"])
    if "enum" in field:
        return "one of " + ", ".join(f"`{each}`" for each in field["enum"])
    match field["type"]:
        case "array":
            items = field["items"]
            if isinstance(items, list):
                return f"[{', '.join(map(kind_of, items))}]"
            return f"list of {kind_of(items)}, at most {field['maxItems']}"
        case "object":
            return f"{kind_of(field['additionalProperties'])} by {_text(field['propertyNames'])}"
        case "string":
            return _text(field)
        case "integer" | "number" as kind:
            return f"{kind} from {field['minimum']} to {field['maximum']}"
        case kind:
            return {"null": "nothing"}.get(kind, str(kind))


def _text(field: dict[str, Any]) -> str:
    """A day with its bounds, a code with those that are said today, an id, or text with its longest."""
    if field.get("format") == "date":
        return "date" if field["ge"] == str(FIRST_DAY) else f"date from {field['ge']}"
    if "examples" in field:
        return f"code ({', '.join(f'`{each}`' for each in field['examples'])}; others may come)"
    return f"text of at most {field['maxLength']}" if "maxLength" in field else "id"


def _table(*columns: str) -> Iterator[str]:
    yield _row(*columns)
    yield "|---" * len(columns) + "|"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
