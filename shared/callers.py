"""Who is asking: a bearer JWT checked against a JWKS, and what it lets its bearer be."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

_ALGORITHMS = ["ES256", "RS256"]


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


class Unrecognised(Exception):  # noqa: N818 - an answer: 401
    """No token, or not one of ours: never says which check failed."""


@dataclass(slots=True)
class Gate:
    """Checks tokens: signature, algorithm, issuer, audience, expiry. Reads the keys again when the file changes."""

    jwks_file: Path
    issuer: str
    audience: str
    _keys: KeySet | None = None
    _read_at: float = field(default=0.0)

    def recognise(self, authorization: str | None) -> Caller:
        """The caller behind an `Authorization` header; raises Unrecognised."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unrecognised
        try:
            claims = jwt.decode(token.strip(), self._current_keys(), algorithms=_ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.audience},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(claims)
            return Caller(
                subject=str(claims["sub"]),
                role=Role(claims["role"]),
                organisation=claims.get("organisation"),
                cities=frozenset(claims.get("cities", ())),
            )
        except (JoseError, ValueError, KeyError, TypeError, OSError):
            raise Unrecognised from None

    def _current_keys(self) -> KeySet:
        changed = self.jwks_file.stat().st_mtime
        if self._keys is None or changed != self._read_at:
            self._keys = KeySet.import_key_set(json.loads(self.jwks_file.read_text(encoding="utf-8")))
            self._read_at = changed
        return self._keys
