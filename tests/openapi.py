"""Every operation a service documents, asked by every role with sense and nonsense: its answers are in its document."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from deploy.local import keys
from deploy.local.tokens import token
from shared.http.auth import Role
from shared.http.limits import LARGEST_DECLARED, Limits
from shared.http.request_body import DECLARED
from shared.service.serving import server_config
from shared.service.settings import Settings
from tests.chance import examples

CITY, ORGANISATION = "Oostende", "org-1"
EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "3"))
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


def ask_everything(application: Callable[[Settings], FastAPI], database_url: str, home: Path) -> int:
    """Ask every operation of the service in every role, on real servers; returns how many were asked.

    Whether it is ready is told by status 503 on purpose, and asked elsewhere.
    Raises schemathesis' failures: a server error, a status or a body that the document does not tell.
    """
    with served(application, database_url, home) as url:
        schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
        found = [result for result in schema.get_all_operations() if isinstance(result, Ok)]
        operations = [each.ok() for each in found if each.ok().path != "/health/ready"]
        bearers = [{"Authorization": f"Bearer {token(role, ORGANISATION, [CITY], home=home)}"} for role in Role]
        _look_through(schema.raw_schema)
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _ask(operation.as_strategy(generation_mode=mode), bearers)
    return len(operations)


def _look_through(document: dict[str, Any]) -> None:
    """Every POST that writes takes an `Idempotency-Key`; none takes a larger body than any route may."""
    for path, of_path in document["paths"].items():
        for method, operation in of_path.items():
            named = {each["name"] for each in operation.get("parameters", ())}
            writes = method == "post" and not operation.get("x-reads")
            assert ("Idempotency-Key" in named) is writes, (method, path)
            assert operation.get(DECLARED, 0) <= LARGEST_DECLARED, (method, path)


def _ask(cases: SearchStrategy[Any], bearers: Sequence[dict[str, str]]) -> None:
    @settings(examples(EXAMPLES), phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(cases)
    def ask(case: Any) -> None:
        for bearer in bearers:
            case.call_and_validate(headers=bearer, checks=CHECKS)

    with suppress(Unsatisfiable):  # nothing about this operation can be said wrongly
        ask()


@contextmanager
def served(application: Callable[[Settings], FastAPI], database_url: str, home: Path, **settings: Any) -> Iterator[str]:
    """The service on a free port until the end of the block; its address once it is ready. No rate is limited."""
    files = keys.environment(home)
    unlimited: dict[str, Any] = {rate.lower(): 0 for rate in keys.RATES}
    asked = Settings(
        database_url=SecretStr(database_url),
        auth_jwks_file=files["AUTH_JWKS_FILE"],
        people_keys_file=files["PEOPLE_KEYS_FILE"],
        kafka_bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        **unlimited | settings,
    )
    with serving(application(asked), asked) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def serving(app: FastAPI, settings: Settings, limits: Limits | None = None) -> Iterator[int]:
    """An application behind a real socket until the end of the block; its port once it is open."""
    server = uvicorn.Server(server_config(app, settings, limits))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not (server.started and server.servers):
        assert thread.is_alive()
        time.sleep(0.05)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(timeout=120)
        assert not thread.is_alive()
