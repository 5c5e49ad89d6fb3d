"""What the issuer signs: access tokens of machines, identity tokens of people who sign in, and logout tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from joserfc import jws, jwt
from joserfc.jwk import KeySet

from shared.http.auth import ALGORITHMS, Caller, KeysAway, Session, Unauthenticated
from shared.http.claims import ClaimMapping, SubjectDigest, string, strings
from shared.signin.issuer import Issuer

Claims = Mapping[str, object]
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_LEEWAY = 60
_LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who just signed in, and the digest of his session at the issuer."""

    session: Session
    issuer_session: str | None


@dataclass(frozen=True, slots=True)
class IssuerTokens:
    """Checks what one issuer signed. Raises Unauthenticated, NoRole, and KeysAway while it has no keys."""

    issuer: Issuer
    client_id: str
    audience: str
    mapping: ClaimMapping
    digest: SubjectDigest

    def issued(self, token: str) -> bool:
        """Whether a token says that this issuer made it: which keys to check it with, nothing more."""
        try:
            payload = json.loads(jws.extract_compact(token.encode()).payload)
        except Exception:  # noqa: BLE001 - whatever it is, it is none of this issuer
            return False
        return isinstance(payload, dict) and payload.get("iss") == self.issuer.url

    async def caller(self, token: str) -> Caller:
        """Who calls with an access token: a system of a partner, or a program of somebody who signed in."""
        claims = await self._checked(token, self.audience)
        if "events" in claims or "nonce" in claims:
            raise Unauthenticated
        return self._caller(claims)

    async def signed_in(self, token: str, nonce: str) -> SignedIn:
        """Who signed in, from an identity token that answers our own question."""
        claims = await self._checked(token, self.client_id)
        party, audiences = claims.get("azp"), strings(claims.get("aud"))
        if claims.get("nonce") != nonce or ((party or len(audiences) > 1) and party != self.client_id):
            raise Unauthenticated
        told = claims.get("auth_time")
        at = datetime.fromtimestamp(told, UTC) if isinstance(told, int) and 0 < told < 2**32 else None
        return SignedIn(Session(self._caller(claims), at), self._session_digest(claims))

    async def logged_out(self, token: str) -> tuple[str | None, str | None]:
        """The digests of subject and session of a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6)."""
        claims = await self._checked(token, self.client_id)
        events = claims.get("events")
        if not isinstance(events, Mapping) or LOGOUT not in events or "nonce" in claims or "jti" not in claims:
            raise Unauthenticated
        subject, session = self._subject(claims) if "sub" in claims else None, self._session_digest(claims)
        if subject is None and session is None:
            raise Unauthenticated
        return subject, session

    async def _checked(self, token: str, audience: str) -> Claims:
        if len(token) > _LONGEST:
            raise Unauthenticated
        try:
            key_id = jws.extract_compact(token.encode()).headers().get("kid")
            return _claims(token, await self.issuer.keys(key_id), self.issuer.url, audience)
        except KeysAway:
            raise
        except Exception:  # noqa: BLE001 - whatever is raised, the token is not valid
            raise Unauthenticated from None

    def _caller(self, claims: Claims) -> Caller:
        try:
            return self.mapping.caller(claims, self._subject(claims))
        except ValueError:
            raise Unauthenticated from None

    def _subject(self, claims: Claims) -> str:
        return self.digest.of(self.issuer.url, string(claims, "sub"))

    def _session_digest(self, claims: Claims) -> str | None:
        return self.digest.of(self.issuer.url, "sid", string(claims, "sid")) if "sid" in claims else None


def _claims(token: str, keys: KeySet, issuer: str, audience: str) -> Claims:
    claims: Claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    jwt.JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        iat={"essential": True},
    ).validate(dict(claims))
    return claims
