"""Every refusal and fault as problem+json (RFC 9457): status, stable code, sentence, and nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from shared.callers import Unrecognised
from shared.event_store import VersionConflict
from shared.messages import Refused
from shared.texts import Text

log = structlog.get_logger(__name__)

Refusals = Mapping[str, Text]

_UNAVAILABLE = ("InterfaceError", "ConnectionDoesNotExistError", "CannotConnectNowError", "TooManyConnectionsError")


class Problem(BaseModel):
    """RFC 9457, with a stable `code`; `errors` names the fields of a 422, never their values."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: Mapping[str, str] | str | None = None
    errors: Sequence[Mapping[str, str]] | None = None


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


def problem(status: int, code: str, title: str, **more: Any) -> JSONResponse:  # noqa: ANN401 - fields of Problem
    """An answer that says what went wrong and nothing about anybody."""
    body = Problem(title=title, status=status, code=code, **more).model_dump(exclude_none=True)
    retry = {"Retry-After": "1"} if status == 503 else {}  # noqa: PLR2004
    return JSONResponse(body, status, media_type="application/problem+json", headers=retry)


def answer_problems(app: FastAPI, refusals: Refusals) -> None:
    """What each exception is answered with; `refusals` are the sentences by code."""

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


def fault(error: Exception) -> JSONResponse:
    """An answer to what nobody foresaw; the log has its kind, never its text."""
    cause = type(error).__name__
    log.error("request failed", cause=cause)
    if isinstance(error, OSError) or cause in _UNAVAILABLE:
        return problem(503, "unavailable", "Try again in a moment")
    return problem(500, "fault", "Our fault: it is in the log")


def _sentence(refusals: Refusals, code: str) -> dict[str, str] | None:
    words = refusals.get(code)
    return words.model_dump() if words else None
