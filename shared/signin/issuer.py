"""An OpenID Connect issuer: its metadata and its keys, fetched when they are needed and kept while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlsplit

import httpx
import structlog
from joserfc.jwk import KeySet
from pydantic import BaseModel, StringConstraints

from shared.http.auth import KeysAway, key_set
from shared.observability import metrics

log = structlog.get_logger(__name__)

Url = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=2000)]
T = TypeVar("T")
_PATIENCE = 5.0
_LARGEST = 500_000
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class IssuerAway(KeysAway):
    """The issuer did not answer as one, and nothing that it said before is kept."""


class Metadata(BaseModel):
    """What an issuer says of itself (OpenID Connect Discovery 1.0, section 3), as far as it is used here."""

    issuer: Url
    authorization_endpoint: Url
    token_endpoint: Url
    jwks_uri: Url
    end_session_endpoint: Url | None = None
    authorization_response_iss_parameter_supported: bool = False


def is_safe(url: str) -> bool:
    """Whether what is sent there cannot be read on the way: TLS, or a server on this very machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def goes_outside(url: str) -> bool:
    """Whether the way there may lead through a proxy that the environment names."""
    return urlsplit(url).hostname not in _LOOPBACK


@dataclass(slots=True)
class _Kept(Generic[T]):
    """What the issuer last said of something, and when it was asked."""

    value: T | None = None
    good_at: float | None = None
    tried_at: float | None = None


@dataclass(slots=True)
class Issuer:
    """Asked again behind the requests when what it said is older than `lifetime`.

    For what is not known, as a key that is new, it is asked while the request waits, at most once in `pause`.
    """

    url: str
    lifetime: timedelta = timedelta(hours=1)
    pause: timedelta = timedelta(seconds=10)
    clock: Callable[[], float] = monotonic
    _metadata: _Kept[Metadata] = field(default_factory=_Kept)
    _keys: _Kept[KeySet] = field(default_factory=_Kept)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _behind: asyncio.Task[None] | None = None

    async def metadata(self) -> Metadata:
        """What it says of itself. Raises IssuerAway."""
        if self._metadata.value is None:
            await self._renew_metadata()
        self._renew_behind()
        if self._metadata.value is None:
            raise IssuerAway
        return self._metadata.value

    async def keys(self, key_id: str | None) -> KeySet:
        """Its keys; asked anew when `key_id` is none of them, so that a new key counts at once. Raises IssuerAway."""
        if not self._knows(key_id):
            await self.metadata()
            await self._renew_keys()
        self._renew_behind()
        if self._keys.value is None:
            raise IssuerAway
        return self._keys.value

    def _renew_behind(self) -> None:
        """Ask again what is old, while what it said before goes on being used."""
        old = any(_older(self.clock(), each.good_at, self.lifetime) for each in (self._metadata, self._keys))
        if old and (self._behind is None or self._behind.done()):
            self._behind = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        await self._renew_metadata()
        await self._renew_keys()

    async def _renew_metadata(self) -> None:
        address = f"{self.url.rstrip('/')}/.well-known/openid-configuration"
        await self._ask(self._metadata, address, self._own_metadata)

    async def _renew_keys(self) -> None:
        if self._metadata.value:
            await self._ask(self._keys, self._metadata.value.jwks_uri, key_set)

    async def _ask(self, kept: _Kept[T], url: str, read: Callable[[bytes], T]) -> None:
        """Ask, unless somebody did a moment ago; what is kept stays when there is no answer."""
        async with self._asking:
            if not _older(self.clock(), kept.tried_at, self.pause):
                return
            kept.tried_at = self.clock()
            found = await _asked(url, read)
            if found is not None:
                kept.value, kept.good_at = found, kept.tried_at

    def _own_metadata(self, document: bytes) -> Metadata:
        """Of this issuer, and of no other (section 4.3)."""
        found = Metadata.model_validate_json(document)
        named = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.end_session_endpoint)
        if found.issuer != self.url or not all(is_safe(each) for each in named if each):
            raise ValueError("the metadata of another issuer, or addresses without TLS")
        return found

    def _knows(self, key_id: str | None) -> bool:
        keys = self._keys.value.keys if self._keys.value else ()
        return bool(keys) if key_id is None else any(key.kid == key_id for key in keys)


async def _asked(url: str, read: Callable[[bytes], T]) -> T | None:
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=goes_outside(url)) as client:
            answer = (await client.get(url)).raise_for_status()
        found = read(answer.content[:_LARGEST])  # of a longer one the JSON is broken
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
        log.error("issuer does not answer", cause=type(error).__name__)  # noqa: TRY400 - its text is not ours
        metrics.ISSUER_AWAY.set(1)
        return None
    metrics.ISSUER_AWAY.set(0)
    return found


def _older(now: float, at: float | None, than: timedelta) -> bool:
    return at is None or now - at >= than.total_seconds()
