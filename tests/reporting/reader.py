"""The reporting service over HTTP, and somebody who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local.tokens import token
from shared.http.auth import Role

BOTH = ("Oostende", "Brugge")
PERIOD = {"since": "2026-01-01", "until": "2026-12-31"}


@dataclass
class Reader:
    """The service, with the figures of five referrals behind it."""

    client: httpx.AsyncClient
    home: Path

    async def get(self, path: str, *cities: str, **asked: str) -> httpx.Response:
        return await self.client.get(path, params=PERIOD | asked, headers=self.bearer(Role.COORDINATOR, *cities))

    async def describe(self, about: dict[str, Any], *cities: str) -> httpx.Response:
        return await self.client.put("/project", json=about, headers=self.bearer(Role.COORDINATOR, *cities))

    def bearer(self, role: Role | None, *cities: str) -> dict[str, str]:
        """Of somebody who acts for these cities, or else for both."""
        return {"Authorization": f"Bearer {token(role, None, cities or BOTH, home=self.home)}"} if role else {}
