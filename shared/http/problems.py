"""Every refusal and error as problem+json (RFC 9457): status, stable code, sentence, and no personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from shared.domain.messages import JsonObject, Refused
from shared.eventstore.event_store import VersionConflict
from shared.eventstore.outages import is_away
from shared.http.auth import RECENTLY, CrossSite, SignInAgain, Unauthenticated
from shared.i18n.code_lists import terms
from shared.i18n.text import Text, preferred_language

log = structlog.get_logger(__name__)

Refusals = Mapping[str, Text]

RETRY_SECONDS = 5
_MOST_ERRORS = 100


class Problem(BaseModel):
    """RFC 9457, with a stable `code`; `errors` names the fields of a 422, never their values.

    `about` are the ids and days of what the request contradicts, as far as the rule that refused it tells them.
    """

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: Mapping[str, str] | str | None = None
    errors: Sequence[Mapping[str, str]] | None = None
    about: Mapping[str, str | int] | None = None


class NotVisible(Exception):  # noqa: N818 - an answer: 404, whether it exists or not
    """Nothing of that name that this caller may see."""


class Unacceptable(Exception):  # noqa: N818 - an answer: 422, with every fault of what was sent
    """The request is refused whole; each of `faults` has the field and the reason, never the value."""

    def __init__(self, code: str, faults: Sequence[Mapping[str, str]]) -> None:
        super().__init__(code)
        self.code, self.faults = code, faults


class Limited(HTTPException):
    """An answer: more, longer, slower or more often than is taken; the connection is closed unless `again` is given.

    `again`: after how many seconds to ask again.
    """

    def __init__(self, status: int, code: str, again: int | None = None) -> None:
        super().__init__(status, headers={"Connection": "close"} if again is None else {"Retry-After": str(again)})
        self.code = code


PROBLEMS: dict[int | str, JsonObject] = {
    status: {"model": Problem, "description": what}
    for status, what in {
        400: "not understood",
        401: "no token, or not ours",
        403: "not for this role",
        404: "nothing of that name that you may see",
        408: "sent too slowly",
        409: "refused by the rules of the programme",
        413: "the body is too large",
        414: "the address is too long",
        422: "a field is wrong",
        429: "too many requests: ask again after `Retry-After` seconds",
        431: "the headers are too large",
        503: "try again after `Retry-After` seconds",
    }.items()
}
_CODES = {403: "not-allowed", 404: "not-found", 405: "method-not-allowed", 400: "not-understood"}


def problem(
    headers: Headers,
    status: int,
    code: str,
    title: str | None = None,
    *,
    detail: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] | None = None,
    about: Mapping[str, str | int] | None = None,
) -> JSONResponse:
    """A problem without personal data, titled in the language that `headers` prefer.

    `title` is the code of the title where it is not that of the problem.
    """
    words = terms().problems[title or code].in_(preferred_language(headers.get("accept-language")))
    found = Problem(title=words, status=status, code=code, detail=detail, errors=errors, about=about)
    body = found.model_dump(exclude_none=True)
    retry = {"Retry-After": str(RETRY_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return JSONResponse(body, status, media_type="application/problem+json", headers=retry)


def limited(headers: Headers, error: Limited) -> JSONResponse:
    """The answer to what passes a limit."""
    detail = _sentence(terms().refusals, error.code)
    answer = problem(headers, error.status_code, error.code, "limited", detail=detail)
    answer.headers.update(error.headers or {})
    return answer


def answer_problems(app: FastAPI, refusals: Refusals) -> None:
    """What each exception is answered with; `refusals` are the sentences by code."""
    _answer_refusals(app, refusals)
    _answer_who(app)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error, Limited):
            return limited(request.headers, error)
        answer = problem(request.headers, error.status_code, _CODES.get(error.status_code, "error"))
        answer.headers.update(error.headers or {})
        return answer


def _answer_refusals(app: FastAPI, refusals: Refusals) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        detail, about = _sentence(refusals, error.code), error.details or None
        return problem(request.headers, 409, error.code, "refused", detail=detail, about=about)

    @app.exception_handler(VersionConflict)
    async def conflict(request: Request, _: VersionConflict) -> JSONResponse:
        return problem(request.headers, 409, "version-conflict")

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"field": ".".join(map(str, each["loc"])), "code": str(each["type"])}
            for each in error.errors()[:_MOST_ERRORS]
        ]
        return problem(request.headers, 422, "invalid", errors=errors)

    @app.exception_handler(Unacceptable)
    async def unacceptable(request: Request, error: Unacceptable) -> JSONResponse:
        detail = _sentence(refusals, error.code)
        return problem(request.headers, 422, error.code, "unacceptable", detail=detail, errors=error.faults)


def _answer_who(app: FastAPI) -> None:
    @app.exception_handler(Unauthenticated)
    async def unauthenticated(request: Request, _: Unauthenticated) -> JSONResponse:
        answer = problem(request.headers, 401, "not-recognised")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @app.exception_handler(SignInAgain)
    async def sign_in_again(request: Request, _: SignInAgain) -> JSONResponse:
        """RFC 9470, section 3."""
        answer = problem(request.headers, 401, "sign-in-again")
        seconds = int(RECENTLY.total_seconds())
        answer.headers["WWW-Authenticate"] = f'Bearer error="insufficient_user_authentication", max_age="{seconds}"'
        return answer

    @app.exception_handler(CrossSite)
    async def cross_site(request: Request, _: CrossSite) -> JSONResponse:
        return problem(request.headers, 403, "cross-site")

    @app.exception_handler(NotVisible)
    async def not_visible(request: Request, _: NotVisible) -> JSONResponse:
        return problem(request.headers, 404, "not-found")


def fault(headers: Headers, error: BaseException) -> JSONResponse:
    """The answer to an exception that nothing else answers; the log has its class, never its text."""
    away = is_away(error)
    log.error("request failed", cause=type(error).__name__, ours=not away)
    return problem(headers, 503, "unavailable") if away else problem(headers, 500, "fault")


def _sentence(refusals: Refusals, code: str) -> dict[str, str] | None:
    words = refusals.get(code)
    return words.model_dump() if words else None
