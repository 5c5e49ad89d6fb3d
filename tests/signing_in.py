"""Browsers that sign in: a real issuer as a process, a service in this process, and a client that follows redirects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from deploy.local.issuer import LocalIssuer
from deploy.local.ports import free_port
from shared.service.declaration import Service
from tests.serving import settings_for

ROOT = Path(__file__).resolve().parents[1]
DESK = "https://desk.example"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@contextmanager
def issuer_running(home: Path) -> Iterator[str]:
    """The address of an issuer that runs until the end of the block, in a loop of its own."""
    with asyncio.Runner() as runner:
        issuer = LocalIssuer(ROOT, home, free_port())
        try:
            yield runner.run(issuer.start())["OIDC_ISSUER"]
        finally:
            runner.run(issuer.stop())


@asynccontextmanager
async def signing_in(
    service: Service, database_url: str, home: Path, issuer: str, **more: Any
) -> AsyncIterator[tuple[FastAPI, Browser]]:
    """A service that people sign in to, and a browser that nobody signed in with yet."""
    app = service.application(settings_for(database_url, home, oidc_issuer=issuer, **more))
    async with app.router.lifespan_context(app), Browser(app) as browser:
        yield app, browser


class Browser(httpx.AsyncClient):
    """Keeps cookies and follows redirects, to the service in this process and to the issuer over HTTP."""

    def __init__(self, app: FastAPI) -> None:
        desk = httpx.ASGITransport(app, raise_app_exceptions=False)
        super().__init__(base_url=DESK, mounts={DESK: desk}, follow_redirects=True, trust_env=False, timeout=60)

    async def sign_in(self, name: str, path: str = "/sign-in") -> httpx.Response:
        """Sign in as somebody: the form of the issuer is answered as a person does."""
        form = await self.get(path)
        assert form.status_code == 200, form.text
        return await self.post(str(form.url), data={"sub": name})

    async def send_form(self, path: str, **fields: str) -> httpx.Response:
        """A form of one of our own pages."""
        return await self.post(path, data=fields, headers=SAME_ORIGIN)


async def tell(issuer: str, name: str, **claims: object) -> None:
    """Let the issuer know somebody with these claims."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.put(f"{issuer}/users/{name}", json=claims)
        assert answer.is_success, answer.text
