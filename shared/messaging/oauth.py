"""Tokens for Kafka's OAUTHBEARER: by client credentials, kept until shortly before they end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import httpx
from aiokafka.abc import AbstractTokenProvider

from shared.secrets.files import read_secret

_SECONDS = 10.0
_EARLY_SECONDS = 30.0


@dataclass(slots=True)
class TokenProvider(AbstractTokenProvider):
    """Asks the issuer for a token whenever a connection needs one and the last is about to end."""

    url: str
    client_id: str
    secret_file: str
    scope: str = ""
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    async def token(self) -> str:
        """A token. Raises httpx.HTTPError when the issuer gives none; the secret is in no error."""
        if time.monotonic() >= self._until:
            form = {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {})
            async with httpx.AsyncClient(timeout=_SECONDS) as client:
                asked = await client.post(self.url, data=form, auth=(self.client_id, read_secret(self.secret_file)))
            given = asked.raise_for_status().json()
            self._token = given["access_token"]
            self._until = time.monotonic() + float(given.get("expires_in", 0)) - _EARLY_SECONDS
        return self._token
