"""For every field of a public message: the values at its bounds, beyond them, and codes that nobody knows yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

from pydantic import TypeAdapter

from shared.domain.bounds import Code
from shared.i18n.code_lists import Id
from shared.messaging.cloudevents import PublicMessage

Schema: TypeAlias = Mapping[str, Any]
Verdict = Literal["read", "unknown", "refused"]
ABSENT = object()
CODE, ID = (TypeAdapter[str](each).json_schema()["pattern"] for each in (Code, Id))


class UnboundedError(AssertionError):
    """A field that may hold anything."""


class Variant(NamedTuple):
    """One value; `verdict`: the contract reads it, or reads it although it is a code of nobody, or refuses it."""

    what: str
    value: Any
    verdict: Verdict

    @property
    def read(self) -> bool:
        return self.verdict != "refused"


class Case(NamedTuple):
    """A message of which one field has one such value."""

    field: str
    what: str
    verdict: Verdict
    body: dict[str, Any]

    @property
    def value(self) -> bytes:
        return json.dumps(self.body).encode()


def cases(message: type[PublicMessage], example: Mapping[str, Any]) -> Iterator[Case]:
    """The example again and again, each time with another value in one field."""
    schema = _in_place(message.model_json_schema())
    for name, field in schema["properties"].items():
        for each in (*variants(field), *_absent(name in schema.get("required", ()))):
            body = {key: deepcopy(value) for key, value in example.items() if key != name}
            yield Case(name, each.what, each.verdict, body if each.value is ABSENT else body | {name: each.value})


def _in_place(schema: Any, parts: Mapping[str, Any] | None = None) -> Any:
    """The schema with every part where it is referred to."""
    if isinstance(schema, list):
        return [_in_place(each, parts) for each in schema]
    if not isinstance(schema, dict):
        return schema
    known = parts if parts is not None else schema.get("$defs", {})
    if "$ref" in schema:
        return _in_place(known[schema["$ref"].rpartition("/")[2]], known)
    return {name: _in_place(each, known) for name, each in schema.items() if name != "$defs"}


def _absent(required: bool) -> Iterator[Variant]:
    yield Variant("absent", ABSENT, "refused" if required else "read")


def variants(schema: Schema) -> Iterator[Variant]:
    """Every value at and over the bounds of a field, and of what it holds; raises UnboundedError where it has none."""
    choices = schema.get("anyOf", [schema])
    for choice in choices:
        if choice["type"] != "null":
            yield from _of(choice)
    yield Variant("null", None, "read" if {"type": "null"} in choices else "refused")


def _of(schema: Schema) -> Iterator[Variant]:
    match schema["type"]:
        case "string":
            yield from _text(schema)
        case "integer" | "number":
            yield from _number(schema)
        case "boolean":
            yield from (Variant(str(each), each, "read") for each in (True, False))
            no_booleans: list[Any] = [2, "perhaps", [], {}]
            yield from (Variant(str(each), each, "refused") for each in no_booleans)
        case "array":
            yield from _list(schema)
        case "object" if "properties" in schema:
            yield from _of_parts(schema)
        case "object":
            yield from _by_name(schema)


def _text(schema: Schema) -> Iterator[Variant]:
    if schema.get("format") == "date":
        yield from _day(schema)
        return
    no_texts: list[Any] = ["", "\x00", "a\x00b", "x" * 100_000, 7, [], {}]
    yield from (Variant(str(each)[:9], each, "refused") for each in no_texts)
    if schema.get("pattern") == CODE:
        yield from (Variant("unknown", each, "unknown") for each in ("quite_new", "x" * 64, "0"))
        yield from (Variant("no code", each, "refused") for each in ("x" * 65, "Police", "a/b", " police"))
    elif schema.get("pattern") == ID:
        yield from (Variant("id", each, "read") for each in ("x" * 64, "0", "A-b_c"))
        yield from (Variant("no id", each, "refused") for each in ("x" * 65, "a/b", "é", "-a", "a b"))
    elif "maxLength" in schema:
        longest = schema["maxLength"]
        yield Variant("longest", "é" * longest, "read")
        yield Variant("too long", "x" * (longest + 1), "refused")
    else:
        raise UnboundedError(schema)


def _day(schema: Schema) -> Iterator[Variant]:
    if "ge" not in schema or "le" not in schema:
        raise UnboundedError(schema)
    first, last = date.fromisoformat(schema["ge"]), date.fromisoformat(schema["le"])
    yield from (Variant("edge", str(each), "read") for each in (first, last))
    yield Variant("too early", str(first - timedelta(days=1)), "refused")
    yield Variant("too late", str(last + timedelta(days=1)), "refused")
    no_days = ("0001-01-01", "9999-12-31", "2026-02-30", "2026-1-1", "2026-01-01T00:00:00Z", "infinity", 0, 1e9, "")
    yield from (Variant(f"no day {each}", each, "refused") for each in no_days)


def _number(schema: Schema) -> Iterator[Variant]:
    if "minimum" not in schema or "maximum" not in schema:
        raise UnboundedError(schema)
    lowest, highest = schema["minimum"], schema["maximum"]
    yield from (Variant("edge", each, "read") for each in (lowest, highest))
    beyond: list[Any] = [lowest - 1, highest + 1, 2**63, -(2**63) - 1, 10**400, float("nan"), float("inf"), "many", []]
    yield from (Variant("beyond", each, "refused") for each in beyond)


def _list(schema: Schema) -> Iterator[Variant]:
    if "prefixItems" in schema:
        yield from _pair(schema["prefixItems"])
        return
    if "maxItems" not in schema:
        raise UnboundedError(schema)
    good = _good(schema["items"])
    yield Variant("empty", [], "read")
    yield Variant("longest", [good] * schema["maxItems"], _verdict(schema["items"]))
    yield Variant("too long", [good] * (schema["maxItems"] + 1), "refused")
    yield from (Variant(f"item {each.what}", [each.value], each.verdict) for each in variants(schema["items"]))


def _pair(parts: list[Schema]) -> Iterator[Variant]:
    good = [_good(each) for each in parts]
    yield Variant("too short", good[:-1], "refused")
    yield Variant("too long", [*good, good[0]], "refused")
    for nth, part in enumerate(parts):
        for each in variants(part):
            yield Variant(each.what, [*good[:nth], each.value, *good[nth + 1 :]], each.verdict)


def _by_name(schema: Schema) -> Iterator[Variant]:
    if "maxProperties" not in schema or "patternProperties" not in schema:
        raise UnboundedError(schema)
    [(pattern, held)] = schema["patternProperties"].items()
    name = {"type": "string", "pattern": pattern}
    known, most = schema["propertyNames"]["examples"][0], schema["maxProperties"]
    yield Variant("empty", {}, "read")
    yield Variant("longest", {f"new_{nth}": 1 for nth in range(most)}, "unknown")
    yield Variant("too long", {f"new_{nth}": 1 for nth in range(most + 1)}, "refused")
    yield from (Variant(f"value {each.what}", {known: each.value}, each.verdict) for each in variants(held))
    names = [each for each in variants(name) if isinstance(each.value, str)]
    yield from (Variant(f"name {each.what}", {each.value: 1}, each.verdict) for each in names)


def _of_parts(schema: Schema) -> Iterator[Variant]:
    """Whole, and with each of its fields absent or otherwise."""
    good = {name: _good(field) for name, field in schema["properties"].items()}
    yield Variant("whole", good, "read")
    for name, field in schema["properties"].items():
        yield Variant(f"{name} absent", {key: each for key, each in good.items() if key != name}, "refused")
        yield from (Variant(f"{name} {each.what}", good | {name: each.value}, each.verdict) for each in variants(field))


def _good(schema: Schema) -> Any:
    """A value that passes: a code of today where there is one."""
    if "examples" in schema:
        return schema["examples"][0]
    if "prefixItems" in schema:
        return [_good(each) for each in schema["prefixItems"]]
    return next(each.value for each in variants(schema) if each.read)


def _verdict(schema: Schema) -> Verdict:
    return "read" if "examples" in schema or "prefixItems" in schema else _first(schema).verdict


def _first(schema: Schema) -> Variant:
    return next(each for each in variants(schema) if each.read)
