"""The OpenAPI document of each service keeps the recommended rules of Redocly's linter, which needs Node.

Not asked is `info-license`: the project has no licence yet.
"""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from openapi_python_client import schema

from deploy.services import SERVICES
from tests.serving import served

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
PARAMETER = re.compile(r"\{(\w+)\}")
URL_SAFE = re.compile(r"[A-Za-z0-9_.~:/?#\[\]@!$&'()*+,;=-]+")
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
    "array": (list,), "object": (dict,),
}  # fmt: skip


@pytest.fixture(params=SERVICES)
async def document(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> dict[str, Any]:
    service = importlib.import_module(f"services.{request.param}.app").SERVICE
    async with served(service, database_url, tmp_path) as (_, client):
        found: dict[str, Any] = (await client.get("/openapi.json")).json()
        return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, of_path in document["paths"].items():
        assert of_path.keys() <= METHODS, path
        for method, operation in of_path.items():
            yield f"{method} {path}", operation


def parts(part: object) -> Iterator[dict[str, Any]]:
    """Every object anywhere in a document."""
    if isinstance(part, dict):
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from parts(each)


def parameters(operation: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["in"], each["name"]) for each in operation.get("parameters", ())]


async def test_the_document_is_valid_and_its_references_resolve(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    schema.OpenAPI.model_validate(document)
    used = {each["$ref"] for each in parts(document) if isinstance(each.get("$ref"), str)}
    kept = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert used == kept, "an unresolved reference, or an unused component"


async def test_it_has_servers_that_are_not_examples(document: dict[str, Any]) -> None:
    assert document["servers"]
    for server in document["servers"]:
        assert "example.com" not in server["url"]
        assert server["url"] == "/" or not server["url"].endswith("/")


async def test_every_operation_has_its_name_summary_and_answers(document: dict[str, Any]) -> None:
    names = Counter(operation["operationId"] for _, operation in operations(document))
    assert {name for name, number in names.items() if number > 1} == set()
    for where, operation in operations(document):
        assert URL_SAFE.fullmatch(operation["operationId"]), where
        assert operation["summary"], where
        assert any(status.startswith("2") for status in operation["responses"]), where
        assert any(status.startswith("4") for status in operation["responses"]), where
        assert all(answer["description"] for answer in operation["responses"].values()), where


async def test_every_operation_says_what_token_it_needs(document: dict[str, Any]) -> None:
    schemes = document["components"].get("securitySchemes", {})
    needs = {where: operation["security"] for where, operation in operations(document)}
    assert {name for need in needs.values() for each in need for name in each} == schemes.keys()
    for where, operation in operations(document):
        assert not needs[where] or {"401", "403"} <= operation["responses"].keys(), where


async def test_its_paths_are_plain_and_name_their_parameters(document: dict[str, Any]) -> None:
    for path in document["paths"]:
        assert not path.endswith("/"), path
        assert "?" not in path, path
    for where, operation in operations(document):
        given = parameters(operation)
        assert len(given) == len(set(given)), where
        assert {name for place, name in given if place == "path"} == set(PARAMETER.findall(where)), where


def ambiguous(one: str, other: str) -> bool:
    """Whether two paths have as many parameters, and the same words wherever neither has one."""
    both = list(zip(one.split("/"), other.split("/"), strict=False))
    same = all(a == b or PARAMETER.fullmatch(a) or PARAMETER.fullmatch(b) for a, b in both)
    return one.count("/") == other.count("/") and same and one.count("{") == other.count("{")


async def test_no_two_of_its_paths_are_the_same_or_ambiguous(document: dict[str, Any]) -> None:
    assert [pair for pair in combinations(document["paths"], 2) if ambiguous(*pair)] == []


async def test_the_values_of_an_enum_are_of_its_type(document: dict[str, Any]) -> None:
    for part in parts(document):
        if isinstance(part.get("enum"), list) and part.get("type") in TYPES:
            assert all(isinstance(each, TYPES[part["type"]]) for each in part["enum"]), part
