"""What the record of privacy says of access and of places is what the services do."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from shared.http.auth import Role
from tests.carousel.test_access import ACCESS as CAROUSEL
from tests.referral.test_api import ACCESS as REFERRAL
from tests.reporting.test_access import ACCESS as REPORTING
from tests.shared.test_operations import ROUTES
from tests.training.test_access import ACCESS as TRAINING

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| .+? \| ([\w ]+) \| `(.+?)` \| ([\w, ]+) \|$", TEXT, re.MULTILINE)
ENDPOINTS = {
    "carousel": CAROUSEL,
    "referral": REFERRAL,
    "reporting": REPORTING,
    "training": TRAINING,
    "every service": {("GET", path): {Role.OPS} for path in ROUTES} | {("GET", "/audit"): {Role.DATA_PROTECTION}},
}


def said(service: str, method: str, path: str) -> set[str]:
    """The roles of the first line of the record that fits."""
    for of_service, route, roles in LINES:
        if of_service == service and fnmatchcase(f"{method} {path}", route):
            return set(roles.split(", "))
    return {"no line fits"}


@pytest.mark.parametrize("service", ENDPOINTS)
def test_the_record_says_of_every_route_who_may_ask_it(service: str) -> None:
    real = {
        (method, path): {str(each) for each in roles} or {"anybody"}
        for (method, path), roles in ENDPOINTS[service].items()
    }
    assert {each: said(service, *each) for each in real} == real


def test_every_line_of_the_record_is_about_a_route_that_exists() -> None:
    for service, route, _ in LINES:
        asked = [f"{method} {path}" for method, path in ENDPOINTS[service]]
        assert any(fnmatchcase(each, route) for each in asked), (service, route)


def test_the_record_names_every_table_of_people_and_everything_encrypted() -> None:
    folders = (ROOT / "services", ROOT / "shared")
    sources = (file for folder in folders for ending in ("*.py", "*.sql") for file in folder.rglob(ending))
    tables = [
        found
        for source in sources
        for found in re.findall(r"create table if not exists (\w+) \((.+?)\n\)", source.read_text("utf-8"), re.DOTALL)
    ]
    personal = {
        name for name, columns in tables if re.search(r"^\s*(sealed|person|by|digest|caller)\s", columns, re.MULTILINE)
    }
    assert len(personal) > 5
    assert {name for name in personal if f"`{name}`" not in TEXT} == set()
