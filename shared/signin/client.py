"""A service as a client of the issuer: the question with which somebody is sent there, and the answer's tokens.

Authorization code with PKCE by Authlib (docs/decisions/0018).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import warnings
from base64 import urlsafe_b64encode
from dataclasses import dataclass

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.base_client import OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from shared.http.auth import Unauthenticated
from shared.i18n.text import Language
from shared.secrets.files import read_secret
from shared.signin.issuer import Issuer, IssuerAway, goes_outside

with warnings.catch_warnings():  # that httpx will be replaced is no news for whoever types a command
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client

_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """One sign-in under way: a secret of one browser, from which state, nonce and verifier follow.

    Nothing is stored: who has not the cookie cannot answer, and whoever sees the address learns none of the others.
    """

    secret: str

    @classmethod
    def new(cls) -> Ticket:
        """Of a secret of its own."""
        return cls(secrets.token_urlsafe(32))

    @property
    def state(self) -> str:
        """What the issuer sends back."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the identity token must hold."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What the code is exchanged with (RFC 7636)."""
        return self._derived("verifier")

    def _derived(self, what: str) -> str:
        digest = hmac.new(self.secret.encode(), what.encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Client:
    """One client of an issuer. `secret_file` or `key_file` (a private JWK) is how it shows who it is there."""

    issuer: Issuer
    client_id: str
    scopes: str
    secret_file: str = ""
    key_file: str = ""

    async def question(self, ticket: Ticket, back: str, language: Language, *, again: bool) -> str:
        """The address that somebody signs in at; `again`: even if the issuer knows him. Raises IssuerAway."""
        metadata = await self.issuer.metadata()
        more = {"prompt": "login", "max_age": "0"} if again else {}
        async with self._session() as session:
            url, _ = session.create_authorization_url(
                metadata.authorization_endpoint,
                redirect_uri=back,
                state=ticket.state,
                nonce=ticket.nonce,
                code_verifier=ticket.verifier,
                ui_locales=language,
                **more,
            )
        return str(url)

    async def identity_token(self, ticket: Ticket, code: str, back: str) -> str:
        """The identity token for a code. Raises Unauthenticated, and IssuerAway."""
        metadata = await self.issuer.metadata()
        try:
            async with self._session() as session:
                answer = await session.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    redirect_uri=back,
                    code_verifier=ticket.verifier,
                )
        except OAuthError:
            raise Unauthenticated from None
        except (httpx.HTTPError, ValueError):
            raise IssuerAway from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Unauthenticated
        return token

    def _session(self) -> AsyncOAuth2Client:
        session: AsyncOAuth2Client = AsyncOAuth2Client(
            self.client_id,
            scope=self.scopes,
            code_challenge_method="S256",
            timeout=_PATIENCE,
            trust_env=goes_outside(self.issuer.url),
            **self._authentication(),
        )
        if self.key_file:
            algorithm = "ES256" if isinstance(session.client_secret, ECKey) else "RS256"
            session.register_client_auth_method(PrivateKeyJWT(alg=algorithm))
        return session

    def _authentication(self) -> dict[str, object]:
        """How it shows who it is; the files are read each time, so that a new secret counts at once."""
        if self.key_file:
            key = JWKRegistry.import_key(json.loads(read_secret(self.key_file)))
            if not isinstance(key, ECKey | RSAKey):
                raise ValueError("a client signs with an EC or RSA key")
            return {"client_secret": key, "token_endpoint_auth_method": "private_key_jwt"}
        if self.secret_file:
            secret = read_secret(self.secret_file)
            return {"client_secret": secret, "token_endpoint_auth_method": "client_secret_basic"}
        return {"token_endpoint_auth_method": "none"}
