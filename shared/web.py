"""HTTP for every service: problem+json, who is asking, the road of a command, health and metrics."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import asyncpg
import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from shared import metrics
from shared.callers import Caller, Gate, Role, Unrecognised
from shared.decider import Beside, Decider, Outcome, handle
from shared.event_store import Connection, EventStore, VersionConflict
from shared.health import WELL, Health
from shared.idempotency import AlreadyAnswered, Asked
from shared.messages import Command, Event, Meta, Refused
from shared.terms import terms
from shared.texts import Text
from shared.thread import new_thread, thread_of, thread_told

log = structlog.get_logger(__name__)

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
Refusals = Mapping[str, Text]

_UNTOLD = ("/health/", "/metrics")  # asked every few seconds
_UNAVAILABLE = ("InterfaceError", "ConnectionDoesNotExistError", "CannotConnectNowError", "TooManyConnectionsError")


class Problem(BaseModel):
    """RFC 9457, with a stable `code`; `errors` names the fields of a 422, never their values."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: Mapping[str, str] | str | None = None
    errors: Sequence[Mapping[str, str]] | None = None


class Done(BaseModel):
    """The answer to a command: the version of what it was asked of."""

    version: int


class NotVisible(Exception):  # noqa: N818 - an answer: 404, whether it exists or not
    """Nothing of that name that this caller may see."""


class Unacceptable(Exception):  # noqa: N818 - an answer: 422, with every fault of what was sent
    """What was sent is refused whole; each of `faults` says where and why, and never what stood there."""

    def __init__(self, code: str, faults: Sequence[Mapping[str, str]]) -> None:
        super().__init__(code)
        self.code, self.faults = code, faults


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what}
    for status, what in {
        400: "not understood",
        401: "no token, or not ours",
        403: "not for this role",
        404: "nothing of that name that you may see",
        409: "the programme says no",
        422: "a field is wrong",
        503: "try again in a moment",
    }.items()
}


_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="a token of the programme's own issuer")


def problem(status: int, code: str, title: str, **more: Any) -> JSONResponse:  # noqa: ANN401 - fields of Problem
    """An answer that says what went wrong and nothing about anybody."""
    body = Problem(title=title, status=status, code=code, **more).model_dump(exclude_none=True)
    retry = {"Retry-After": "1"} if status == 503 else {}  # noqa: PLR2004
    return JSONResponse(body, status, media_type="application/problem+json", headers=retry)


def allow(*roles: Role) -> Any:  # noqa: ANN401 - a FastAPI dependency
    """The caller, when his role is one of `roles`: 401 without a valid token, 403 in another role."""

    def check(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
        gate: Gate = request.app.state.gate
        caller = gate.recognise(request.headers.get("authorization"))
        if caller.role not in roles:
            raise HTTPException(403)
        return caller

    return Depends(check)


def meta_of(command: Command) -> Meta:
    """What is kept beside the facts of a request: who asked, and its thread."""
    correlation = structlog.contextvars.get_contextvars().get("correlation_id", "")
    return Meta(by=command.by, correlation_id=correlation)


@dataclass(slots=True)
class Commands:
    """Takes the commands of one service: stamps, decides, answers, and keeps the answer under its key."""

    store: EventStore

    async def take(
        self,
        request: Request,
        caller: Caller,
        stream: str,
        decider: Decider[S, C, E],
        command: C,
        beside: Sequence[Beside] = (),
        *,
        created: bool = False,
    ) -> Response:
        """200 or 201 with the new version. `beside` writes in the transaction of the facts.

        Raises Refused and VersionConflict (409), and Refused `idempotency-key-reused`.
        """
        asked = await self._asked(request, caller)
        status = 201 if created else 200
        if asked is None:
            outcome = await self.decide(stream, decider, command, beside)
            return JSONResponse({"version": outcome.version}, status)

        async def keep(connection: Connection, outcome: Outcome) -> None:
            await asked.keep(connection, status, {"version": outcome.version})

        async with self.store.pool.acquire() as connection:
            earlier = await asked.earlier(connection)
        if earlier is None:
            try:
                outcome = await self.decide(stream, decider, command, [*beside, keep])
                return JSONResponse({"version": outcome.version}, status)
            except AlreadyAnswered:
                async with self.store.pool.acquire() as connection:
                    earlier = await asked.earlier(connection)
        if earlier is None:  # its row was removed between the two looks
            raise VersionConflict(stream)
        return JSONResponse(earlier[1], earlier[0])

    async def decide(
        self, stream: str, decider: Decider[S, C, E], command: C, beside: Sequence[Beside] = ()
    ) -> Outcome:
        """What the command comes to, for an answer that is more than a version."""
        outcome = await handle(self.store, stream, decider, command, meta_of(command), beside)
        for event in outcome.events:
            metrics.APPENDED.labels(type(event).__name__).inc()
        return outcome

    @staticmethod
    async def _asked(request: Request, caller: Caller) -> Asked | None:
        key = request.headers.get("idempotency-key")
        if key is None:
            return None
        return Asked.of(caller.subject, key, f"{request.method} {request.url.path}", await request.body())


class _Documented(FastAPI):
    """An application whose OpenAPI says that problems are problem+json, which FastAPI has no word for."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        for operation in (each for path in document["paths"].values() for each in path.values()):
            for answer in operation["responses"].values():
                content = answer.get("content", {})
                if content.get("application/json", {}).get("schema", {}).get("$ref", "").endswith("/Problem"):
                    content["application/problem+json"] = content.pop("application/json")
        return document


def create_app(
    title: str,
    gate: Gate,
    refusals: Refusals,
    health: Health,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """An application with everything every service has; `refusals` are its own sentences by code."""
    app = _Documented(title=title, version="1", lifespan=lifespan, docs_url=None, redoc_url=None, responses=PROBLEMS)
    app.state.gate = gate
    _answer_problems(app, {**terms().refusals, **refusals})
    _watch(app)
    _tell_health(app, health)
    return app


def _answer_problems(app: FastAPI, refusals: Refusals) -> None:
    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return problem(409, error.code, "The programme says no", detail=_sentence(refusals, error.code))

    @app.exception_handler(VersionConflict)
    async def conflict(_: Request, __: VersionConflict) -> JSONResponse:
        return problem(409, "version-conflict", "Somebody else came first: look again")

    @app.exception_handler(Unrecognised)
    async def unrecognised(_: Request, __: Unrecognised) -> JSONResponse:
        answer = problem(401, "not-recognised", "Who is asking?")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @app.exception_handler(NotVisible)
    async def not_visible(_: Request, __: NotVisible) -> JSONResponse:
        return problem(404, "not-found", "Nothing of that name that you may see")

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [{"field": ".".join(map(str, each["loc"])), "code": str(each["type"])} for each in error.errors()]
        return problem(422, "invalid", "A field is wrong", errors=errors)

    @app.exception_handler(Unacceptable)
    async def unacceptable(_: Request, error: Unacceptable) -> JSONResponse:
        return problem(422, error.code, "Refused whole", detail=_sentence(refusals, error.code), errors=error.faults)

    @app.exception_handler(asyncpg.DataError)
    async def unstorable(_: Request, __: asyncpg.DataError) -> JSONResponse:
        """PostgreSQL holds no NUL character, and no number beyond its range."""
        return problem(422, "invalid", "A field is wrong")

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        codes = {403: "not-allowed", 404: "not-found", 405: "method-not-allowed", 400: "not-understood"}
        return problem(error.status_code, codes.get(error.status_code, "error"), "Not possible")


def _fault(error: Exception) -> JSONResponse:
    """An answer to what nobody foresaw; the log has its kind, never its text."""
    cause = type(error).__name__
    log.error("request failed", cause=cause)
    if isinstance(error, OSError) or cause in _UNAVAILABLE:
        return problem(503, "unavailable", "Try again in a moment")
    return problem(500, "fault", "Our fault: it is in the log")


def _sentence(refusals: Refusals, code: str) -> dict[str, str] | None:
    words = refusals.get(code)
    return words.model_dump() if words else None


def _watch(app: FastAPI) -> None:
    @app.middleware("http")
    async def watch(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        asked = request.headers
        thread = thread_of(asked.get("traceparent", "")) or thread_told(asked.get("x-correlation-id", ""))
        thread = thread or new_thread()
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(correlation_id=thread):
            try:
                response = await call_next(request)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is answered, logged and counted
                response = _fault(error)
            route = getattr(request.scope.get("route"), "path", "unmatched")
            if not route.startswith(_UNTOLD):
                log.info("answered", method=request.method, route=route, status=response.status_code)
        metrics.REQUESTS.labels(request.method, route, response.status_code).observe(time.perf_counter() - began)
        response.headers["X-Correlation-Id"] = thread
        return response


def _tell_health(app: FastAPI, health: Health) -> None:
    @app.get("/health/live", tags=["ops"])
    async def live() -> dict[str, bool]:
        return {"live": True}

    @app.get("/health/ready", tags=["ops"], response_model=dict[str, str], responses={503: {"model": dict[str, str]}})
    async def ready() -> JSONResponse:
        """Each part: `well`, or what ails it."""
        parts = await health.report()
        return JSONResponse(parts, 200 if set(parts.values()) <= {WELL} else 503)

    @app.get("/metrics", tags=["ops"], response_class=Response)
    async def exposition() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
