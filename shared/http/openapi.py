"""What an OpenAPI document says of every operation, and FastAPI has no word for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.http.idempotency_key import PARAMETER


def documented(document: dict[str, Any]) -> dict[str, Any]:
    """The same document: problems are problem+json, and every POST that writes takes an `Idempotency-Key`."""
    for method, operation in _operations(document):
        for answer in operation["responses"].values():
            content = answer.get("content", {})
            if content.get("application/json", {}).get("schema", {}).get("$ref", "").endswith("/Problem"):
                content["application/problem+json"] = content.pop("application/json")
        named = {each["name"] for each in operation.get("parameters", ())}
        if method == "post" and not operation.get("x-reads") and PARAMETER["name"] not in named:
            operation.setdefault("parameters", []).append(dict(PARAMETER))
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in document["paths"].values():
        yield from path.items()
