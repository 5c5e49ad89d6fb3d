"""A client that a generator made from the OpenAPI document of a service talks to that service."""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deploy.local.tokens import token
from shared.http.auth import Role
from tests.conftest import empty_database
from tests.openapi import CITY, served

BINARY = "application/octet-stream"
GENERATOR = {"post_hooks": [], "content_type_overrides": {"application/pdf": BINARY, "text/csv": BINARY}}
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
READS: dict[str, tuple[str, Role, dict[str, Any]]] = {
    "referral": ("register.known_organisations_organisations_get", Role.COORDINATOR, {}),
    "carousel": ("offers.known_offers_offers_get", Role.FACILITATOR, {}),
    "training": ("calendar.training_calendar_trainings_get", Role.COORDINATOR, {}),
    "reporting": ("figures.read_figures_figures_get", Role.COORDINATOR, YEAR | {"city": CITY}),
}


async def generate(url: str, name: str, home: Path) -> None:
    """A package `client_<name>`; whatever the generator does not understand is an error."""
    (home / "generator.json").write_text(json.dumps(GENERATOR))
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("openapi-python-client"), "generate", "--url", f"{url}/openapi.json",
        "--meta", "none", "--fail-on-warning", "--config", home / "generator.json",
        "--output-path", home / f"client_{name}",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


@contextmanager
def imported(name: str, home: Path) -> Iterator[tuple[ModuleType, dict[str, ModuleType]]]:
    """The generated package and every endpoint in it, imported; forgotten afterwards."""
    sys.path.insert(0, str(home))
    try:
        package = importlib.import_module(f"client_{name}")
        modules = [each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        api = f"{package.__name__}.api."
        yield package, {each.removeprefix(api): importlib.import_module(each) for each in modules}
    finally:
        sys.path.remove(str(home))
        for each in [each for each in sys.modules if each.startswith(f"client_{name}")]:
            del sys.modules[each]


@pytest.mark.parametrize("name", list(READS))
async def test_a_generated_client_talks_to_the_service(name: str, tmp_path: Path) -> None:
    application = importlib.import_module(f"services.{name}.app").SERVICE.application
    endpoint, role, asked = READS[name]
    async with empty_database(name) as database_url:
        with served(application, database_url, tmp_path) as url:
            await generate(url, name, tmp_path)
            with imported(name, tmp_path) as (client, endpoints):
                known = client.AuthenticatedClient(url, token(role, None, [CITY], home=tmp_path))
                answered: Any = await endpoints[endpoint].asyncio_detailed(client=known, **asked)
                unknown: Any = await endpoints[endpoint].asyncio_detailed(client=client.Client(url), **asked)
    assert answered.status_code == 200
    assert type(answered.parsed).__name__ != "Problem"
    assert (unknown.status_code, unknown.parsed.code) == (401, "not-recognised")
