"""The caller of a request: a bearer JWT verified with a JWKS, and the role it gives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Annotated

import structlog
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from pydantic import BaseModel, ConfigDict, Field

from shared.domain.bounds import Line
from shared.i18n.code_lists import Id
from shared.observability.health import Unhealthy

log = structlog.get_logger(__name__)

ALGORITHMS = ["ES256", "RS256"]
_MOST_CITIES = 1000
_TRY_AGAIN_SECONDS = 2.0
RECENTLY = timedelta(minutes=5)


class Role(StrEnum):
    """What a person does in the programme."""

    REFERRER = "referrer"
    FACILITATOR = "facilitator"
    TRAINER = "trainer"
    COORDINATOR = "coordinator"
    STEERING = "steering"
    DATA_PROTECTION = "data_protection"
    OPS = "ops"


@dataclass(frozen=True, slots=True)
class Caller:
    """A pseudonymous subject, his role, and the organisation and cities he acts for."""

    subject: str
    role: Role
    organisation: str | None
    cities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Session:
    """The caller behind the cookie of a browser; `signed_in_at` is unknown where the issuer does not tell it."""

    caller: Caller
    signed_in_at: datetime | None

    def is_recent(self, now: datetime) -> bool:
        """Whether he showed who he is a moment ago."""
        return self.signed_in_at is not None and now - self.signed_in_at <= RECENTLY


class Unauthenticated(Exception):  # noqa: N818 - an answer: 401
    """No valid token; which check failed is not revealed."""


class SignInAgain(Exception):  # noqa: N818 - an answer: 401
    """What he asks needs somebody who signed in a moment ago."""


class CrossSite(Exception):  # noqa: N818 - an answer: 403
    """A browser sends what another site wrote, with the cookie of somebody who may not know of it."""


class KeysAway(ConnectionError):  # noqa: N818 - an answer: 503
    """No keys were ever read, so that no token can be checked: not the caller's fault."""


class _Claims(BaseModel):
    """The claims of a token beside those that `jwt` checks; other claims are ignored."""

    model_config = ConfigDict(strict=True)

    sub: Line
    role: Annotated[Role, Field(strict=False)]
    organisation: Id | None = None
    cities: Annotated[list[Line], Field(max_length=_MOST_CITIES)] = []


@dataclass(slots=True)
class Keys:
    """The keys of a JWKS file, read again when it changes; the last good ones are used while it is broken."""

    file: Path
    _keys: KeySet | None = None
    _tried: tuple[int, ...] | None = None
    _retry_at: float = 0.0
    _broken: str | None = None
    _missing: bool = False

    def current(self) -> KeySet:
        """The keys to check with. Raises KeysAway when none were ever read."""
        self._refresh()
        if self._keys is None:
            raise KeysAway
        return self._keys

    def check_health(self) -> Unhealthy | None:
        """Unhealthy while the file cannot be read, or holds no keys."""
        self._refresh()
        if self._broken is None:
            return None
        cause = {"cause": self._broken}
        if self._keys is None:
            return Unhealthy("jwks-none", cause)
        return Unhealthy("jwks-missing", cause) if self._missing else Unhealthy("jwks-broken", cause)

    def _refresh(self) -> None:
        """Read the file when it changed since the last attempt; a broken one again after a while."""
        try:
            state = self.file.stat()
            found = (state.st_ino, state.st_mtime_ns, state.st_size)
            if found == self._tried and not (self._broken and monotonic() > self._retry_at):
                return
            self._tried, self._retry_at = found, monotonic() + _TRY_AGAIN_SECONDS
            self._keys, self._broken = key_set(self.file.read_bytes()), None
        except (OSError, ValueError, RecursionError) as error:
            cause = type(error).__name__
            if self._broken != cause:
                good = self._keys is not None
                log.error("keys for tokens cannot be read", cause=cause, last_good_keys=good)  # noqa: TRY400 - no text
            self._broken, self._missing = cause, isinstance(error, OSError)


def key_set(document: bytes) -> KeySet:
    """The public keys of a JWKS; raises ValueError when there is none that can check a signature."""
    try:
        keys = KeySet.import_key_set(json.loads(document))
    except ValueError:
        raise
    except Exception as error:  # noqa: BLE001 - joserfc raises its own, and other classes for odd JSON
        raise ValueError(type(error).__name__) from None
    if not any(isinstance(key, ECKey | RSAKey) for key in keys.keys):
        raise ValueError("no key that can check a signature")
    return keys


@dataclass(slots=True)
class TokenVerifier:
    """Verifies tokens: signature, algorithm, issuer, audience, expiry, and the types of their claims."""

    jwks_file: Path
    issuer: str
    audience: str
    _keys: Keys = field(init=False)

    def __post_init__(self) -> None:
        self._keys = Keys(self.jwks_file)

    def authenticate(self, authorization: str | None) -> Caller:
        """The caller behind an `Authorization` header; raises Unauthenticated, and KeysAway."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated
        keys = self._keys.current()
        try:
            claims = self._checked(token.strip(), keys)
        except Exception:  # noqa: BLE001 - whatever is raised, the token is not valid
            raise Unauthenticated from None
        return Caller(claims.sub, claims.role, claims.organisation, frozenset(claims.cities))

    def _checked(self, token: str, keys: KeySet) -> _Claims:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(claims)
        return _Claims.model_validate(claims)

    async def check_health(self) -> Unhealthy | None:
        """Unhealthy while the keys cannot be read."""
        return self._keys.check_health()
