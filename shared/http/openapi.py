"""Completes an OpenAPI document with what FastAPI cannot express."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.messages import JsonObject
from shared.http.idempotency_key import PARAMETER

_BOUNDS = {"ge": "x-minimum", "le": "x-maximum", "gt": "x-exclusive-minimum", "lt": "x-exclusive-maximum"}


def documented(document: JsonObject) -> JsonObject:
    """The same document, as Redocly's recommended rules want it.

    Problems are problem+json, every POST that writes takes an `Idempotency-Key`, an operation without a token says so,
    and the bounds of dates, for which JSON Schema has no keyword, are extensions.
    """
    document.setdefault("servers", [{"url": "/", "description": "the service that gave this document"}])
    for method, operation in _operations(document):
        operation.setdefault("security", [])
        for answer in operation["responses"].values():
            content = answer.get("content", {})
            if content.get("application/json", {}).get("schema", {}).get("$ref", "").endswith("/Problem"):
                content["application/problem+json"] = content.pop("application/json")
        named = {each["name"] for each in operation.get("parameters", ())}
        if method == "post" and not operation.get("x-reads") and PARAMETER["name"] not in named:
            operation.setdefault("parameters", []).append(dict(PARAMETER))
    _extend_bounds(document)
    return document


def _extend_bounds(part: object) -> None:
    if isinstance(part, dict):
        if part.get("format") in {"date", "date-time", "time"}:
            for keyword, extension in _BOUNDS.items():
                if keyword in part:
                    part[extension] = part.pop(keyword)
        for each in part.values():
            _extend_bounds(each)
    elif isinstance(part, list):
        for each in part:
            _extend_bounds(each)


def _operations(document: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    for path in document["paths"].values():
        yield from path.items()
