"""Signing in to one service: who is behind a token of the issuer or the cookie of a browser, and how both begin."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from shared.http.auth import Caller, CrossSite, Session
from shared.http.claims import SubjectDigest, mapping_of
from shared.signin import sessions
from shared.signin.client import Client
from shared.signin.issuer import Issuer
from shared.signin.tokens import IssuerTokens

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Cookies:
    """The names of a service's cookies: with its own, because ports do not separate them.

    `__Host-`: from this host alone, by TLS, or from this very machine, where browsers take them over plain HTTP too.
    """

    service: str

    @property
    def session(self) -> str:
        """Of the session."""
        return f"__Host-{self.service}-session"

    @property
    def language(self) -> str:
        """Of the language of the pages."""
        return f"__Host-{self.service}-language"

    def ticket(self, state: str) -> str:
        """Of one sign-in under way: two tabs may each have one."""
        return f"__Host-{self.service}-sign-in-{state[:8]}"


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """What one service needs to know of its issuer, and to say to people."""

    issuer: str
    client_id: str
    audience: str
    subject_key_file: str
    scopes: str = "openid"
    secret_file: str = ""
    key_file: str = ""
    claims_file: str = ""
    public_url: str = ""
    contact: str = ""
    links: Mapping[str, str] | None = None


class SignIn:
    """Of one service at one issuer. Raises OSError and ValueError where a file of the settings cannot be used."""

    def __init__(self, service: str, settings: SignInSettings) -> None:
        self.service, self.settings, self.cookies = service, settings, Cookies(service)
        issuer = Issuer(settings.issuer)
        self.client = Client(issuer, settings.client_id, settings.scopes, settings.secret_file, settings.key_file)
        mapping, digest = mapping_of(settings.claims_file), SubjectDigest.of_file(settings.subject_key_file)
        self.tokens = IssuerTokens(issuer, settings.client_id, settings.audience, mapping, digest)

    async def caller(self, token: str) -> Caller | None:
        """Who calls with a token of the issuer; None for a token of somebody else. Raises Unauthenticated, KeysAway."""
        return await self.tokens.caller(token) if self.tokens.issued(token) else None

    async def session(self, scope: Scope) -> Session | None:
        """The session whose cookie a request carries. Raises CrossSite for a write that another site wrote."""
        session_id = HTTPConnection(scope).cookies.get(self.cookies.session)
        found = await sessions.find(scope["app"].state.pool, session_id) if session_id else None
        if found and scope["method"] not in _READS:
            self.require_same_origin(HTTPConnection(scope))
        return found

    def require_same_origin(self, request: HTTPConnection) -> None:
        """Raises CrossSite unless the browser says that our own page wrote this; so when it says nothing."""
        headers = request.headers
        told = headers.get("sec-fetch-site")
        if told is not None and told != "same-origin":
            raise CrossSite
        if told is None and headers.get("origin") not in self._origins(request):
            raise CrossSite

    def base_url(self, request: HTTPConnection) -> str:
        """Where browsers find this service, without a slash at the end."""
        return self.settings.public_url.rstrip("/") or f"{request.base_url}".rstrip("/")

    def form_targets(self) -> str:
        """Where forms of our pages may lead: here, and to the issuer when somebody signs out."""
        parts = urlsplit(self.settings.issuer)
        return f"'self' {parts.scheme}://{parts.netloc}"

    def _origins(self, request: HTTPConnection) -> set[str]:
        parts = urlsplit(self.base_url(request))
        own = Headers(scope=request.scope).get("host", "")
        return {f"{parts.scheme}://{parts.netloc}", f"{request.url.scheme}://{own}"}


def local_path(asked: str | None) -> str:
    """A path of this service to go on at; what a browser might take for another host becomes the first page."""
    path = asked or "/"
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isascii()
    return path if plain and path.isprintable() and len(path) <= 500 else "/"  # noqa: PLR2004 - as long as any of ours


def page_nonce() -> str:
    """What allows one script of one answer."""
    return secrets.token_urlsafe(16)
