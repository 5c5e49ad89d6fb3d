"""What every request passes before its route is found: its trace id, its caller, and the limits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from http.client import MULTIPLE_CHOICES, OK
from typing import Protocol

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.auth import Caller, CrossSite, KeysAway, Session, TokenVerifier, Unauthenticated
from shared.http.limits import Limits
from shared.http.problems import Limited, fault, limited
from shared.http.rate_limits import Buckets, address_key
from shared.http.request_body import Body
from shared.http.security_headers import add_security_headers
from shared.observability import metrics
from shared.observability.tracing import new_trace_id, trace_id_of, trace_id_of_correlation_id

log = structlog.get_logger(__name__)

UNWATCHED = ("/health/", "/metrics")  # requested every few seconds by machines: neither logged nor limited
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(slots=True)
class RequestLog:
    """Logs and counts each request by route, under its trace id, and answers every exception.

    Logs and metrics hold the method, the route and the status: never an address, a header, an id or a body.
    A metric holds no more of the route than its first part, so that it does not reveal which command was sent.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with structlog.contextvars.bound_contextvars(correlation_id=_trace_id_of(scope)):
            await _Answered(self.app, scope, receive, send).go()


def _trace_id_of(scope: Scope) -> str:
    headers = Headers(scope=scope)
    return (
        trace_id_of(headers.get("traceparent", ""))
        or trace_id_of_correlation_id(headers.get("x-correlation-id", ""))
        or new_trace_id()
    )


@dataclass(slots=True)
class _Answered:
    """One request."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    to_caller: Send
    status: int = 0
    began: float = field(default_factory=time.perf_counter)

    async def go(self) -> None:
        try:
            await self.app(self.scope, self.receive, self.send)
        except Exception as error:  # whatever it is, it is answered, logged and counted
            if self.status:  # too late for another answer: the connection is cut
                raise
            await fault(Headers(scope=self.scope), error)(self.scope, self.receive, self.send)
        finally:
            self.note()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            trace = structlog.contextvars.get_contextvars()["correlation_id"]
            headers = MutableHeaders(scope=message)
            headers["X-Correlation-Id"] = trace
            add_security_headers(headers, tls=self.scope.get("scheme") == "https")
        await self.to_caller(message)

    def note(self) -> None:
        route = getattr(self.scope.get("route"), "path", "unmatched")
        method = self.scope["method"] if self.scope["method"] in metrics.METHODS else "other"
        if not route.startswith(UNWATCHED):
            log.info("answered", method=method, route=route, status=self.status)
        if self.key_ignored():
            metrics.KEYS_IGNORED.inc()
            log.error("idempotency key ignored", method=method, route=route)
        passed = time.perf_counter() - self.began
        metrics.REQUESTS.labels(method, metrics.area_of(route), self.status).observe(passed)

    def key_ignored(self) -> bool:
        """Whether a POST that writes succeeded, and its route ignored the key it came with."""
        if self.scope["method"] != "POST" or not OK <= self.status < MULTIPLE_CHOICES:
            return False
        if (getattr(self.scope.get("route"), "openapi_extra", None) or {}).get("x-reads"):
            return False
        return "idempotency-key" in Headers(scope=self.scope) and not self.scope.get("state", {}).get("key_taken")


class SignedIn(Protocol):
    """How callers are known besides the tokens of our own keys: tokens of an issuer, and sessions of browsers."""

    async def caller(self, token: str) -> Caller | None:
        """Who calls with a token of the issuer; None for a token of somebody else. Raises Unauthenticated, KeysAway."""
        ...

    async def session(self, scope: Scope) -> Session | None:
        """The session whose cookie a request carries. Raises CrossSite for a write that another site wrote."""
        ...


@dataclass(slots=True)
class RequestLimits:
    """Refuses what is too large, too slow or too often, and authenticates, before anything is parsed.

    Sets `request.state.caller`: a Caller, or the exception that says why there is none; and `request.state.session`
    where he comes by one. A token goes before a session.
    """

    app: ASGIApp
    verifier: TokenVerifier
    limits: Limits
    signed_in: SignedIn | None = None
    reads: Buckets = field(init=False)
    writes: Buckets = field(init=False)
    callers: Buckets = field(init=False)

    def __post_init__(self) -> None:
        limits = self.limits
        self.reads = Buckets(limits.public_reads_per_minute, limits.remembered)
        self.writes = Buckets(limits.public_writes_per_minute, limits.remembered)
        self.callers = Buckets(limits.caller_requests_per_minute, limits.remembered)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self._check_head(scope)
            await self._authenticate(scope)
        except Limited as refused:
            await limited(Headers(scope=scope), refused)(scope, receive, send)
            return
        async with asyncio.timeout(self.limits.answer_seconds):
            await self.app(scope, Body(scope, receive, self.limits), send)

    def _check_head(self, scope: Scope) -> None:
        headers, limits = scope["headers"], self.limits
        if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > limits.target_bytes:
            raise Limited(414, "address-too-long")
        size = sum(len(name) + len(value) + 4 for name, value in headers)
        if len(headers) > limits.head_fields or size > limits.head_bytes:
            raise Limited(431, "head-too-large")

    async def _authenticate(self, scope: Scope) -> None:
        state = scope.setdefault("state", {})
        counted = not scope["path"].startswith(UNWATCHED)
        try:
            state["session"] = await self._session(scope) if counted else None
            caller: Caller | Exception = state["session"].caller if state["session"] else await self._caller(scope)
        except (Unauthenticated, KeysAway, CrossSite) as error:
            caller = error
        state["caller"] = caller
        if counted:
            self._count(scope, caller)

    def _count(self, scope: Scope, caller: Caller | Exception) -> None:
        """Raises Limited for one request too many of a caller, or of an address without one."""
        if isinstance(caller, Caller):
            again = self.callers.take(caller.subject)
        else:
            client: tuple[str, int] | None = scope.get("client")
            buckets = self.reads if scope["method"] in _READS else self.writes
            again = buckets.take(address_key(client[0] if client else None))
        if again is not None:
            raise Limited(429, "too-many-requests", again)

    async def _session(self, scope: Scope) -> Session | None:
        if self.signed_in is None or "authorization" in Headers(scope=scope):
            return None
        return await self.signed_in.session(scope)

    async def _caller(self, scope: Scope) -> Caller:
        authorization = Headers(scope=scope).get("authorization")
        scheme, _, token = (authorization or "").partition(" ")
        if self.signed_in and scheme.lower() == "bearer":
            found = await self.signed_in.caller(token.strip())
            if found:
                return found
        return self.verifier.authenticate(authorization)
