"""`make events`: writes what the topics hold, docs/events.md for people and docs/asyncapi.json for their tools."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from deploy.asyncapi import HEADERS, description_of, document, headers_of, name_of, payload_schema, who_reads
from deploy.kafka.rights import publisher
from shared.contracts.catalogue import examples, topics
from shared.domain.bounds import FIRST_DAY
from shared.domain.messages import JsonObject

DOCS = Path(__file__).resolve().parents[1] / "docs"


def files() -> dict[Path, str]:
    """Every file this writes, with its content."""
    every = topics()
    shown = every[0].messages[0]
    page = template("events.md.jinja").render(
        topics=every,
        examples=examples(),
        headers=headers_of(every[0], shown, examples()[shown.type_name()]),
        text=partial(json.dumps, ensure_ascii=False),
        **{each.__name__: each for each in (kind_of, name_of, payload_schema, publisher, description_of, who_reads)},
        HEADERS=HEADERS,
    )
    return {
        DOCS / "events.md": page,
        DOCS / "asyncapi.json": f"{json.dumps(document(every), indent=1, ensure_ascii=False)}\n",
    }


def template(name: str) -> Template:
    """A page of this folder: one statement a line, and a name that is not there is an error."""
    folder = FileSystemLoader(Path(__file__).parent)
    pages = Environment(loader=folder, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)  # noqa: S701 - Markdown
    return pages.get_template(name)


def kind_of(field: JsonObject) -> str:
    """What may stand in a field, in words: one of few, a day, a list of something, several together, or nothing."""
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
        case "object" if "properties" in field:
            return f"({', '.join(f'`{name}`: {kind_of(each)}' for name, each in field['properties'].items())})"
        case "object":
            return f"{kind_of(field['additionalProperties'])} by {_text(field['propertyNames'])}"
        case "string":
            return _text(field)
        case "integer" | "number" as kind:
            return f"{kind} from {field['minimum']} to {field['maximum']}"
        case kind:
            return {"null": "nothing"}.get(kind, str(kind))


def _text(field: JsonObject) -> str:
    """A day with its bounds, a code with those that are said today, an id, or text with its longest."""
    if field.get("format") == "date":
        return "date" if field["ge"] == str(FIRST_DAY) else f"date from {field['ge']}"
    if "examples" in field:
        return f"code ({', '.join(f'`{each}`' for each in field['examples'])}; others may come)"
    return f"text of at most {field['maxLength']}" if "maxLength" in field else "id"


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
