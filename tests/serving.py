"""A service as it is wired, in its role `api`, on a database of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from deploy.local import keys
from shared.service.declaration import Service
from shared.service.settings import Settings


def settings_for(database_url: str, home: Path, **more: Any) -> Settings:
    """Settings of a process that answers only, with token and name keys of `home`; no rate is limited."""
    files = keys.environment(home)
    unlimited: dict[str, Any] = {rate.lower(): 0 for rate in keys.RATES}
    return Settings(
        database_url=SecretStr(database_url),
        auth_jwks_file=files["AUTH_JWKS_FILE"],
        people_keys_file=files["PEOPLE_KEYS_FILE"],
        roles=frozenset({"api"}),
        subject_key_file=files["SUBJECT_KEY_FILE"],
        oidc_client_secret_file=files["OIDC_CLIENT_SECRET_FILE"],
        **(unlimited | more),
    )


@asynccontextmanager
async def served(service: Service, database_url: str, home: Path) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application and a client of it, until the end of the block."""
    app = service.application(settings_for(database_url, home))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://desk") as client,
    ):
        yield app, client
