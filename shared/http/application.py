"""The application of every service: problems as problem+json, health, metrics, and limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware import Middleware

from shared.domain.messages import JsonObject
from shared.http.auth import TokenVerifier
from shared.http.idempotency_key import IdempotencyKeys
from shared.http.limits import Limits
from shared.http.middleware import RequestLimits, RequestLog, SignedIn
from shared.http.openapi import documented
from shared.http.problems import PROBLEMS, Refusals, answer_problems
from shared.i18n.code_lists import terms
from shared.i18n.text import preferred_language
from shared.observability.health import HEALTHY, Health


class _Documented(FastAPI):
    """An application whose OpenAPI document has what FastAPI cannot express."""

    def openapi(self) -> JsonObject:
        return documented(super().openapi())


def create_app(
    title: str,
    verifier: TokenVerifier,
    refusals: Refusals,
    health: Health,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    *,
    limits: Limits | None = None,
    idempotency_keys: IdempotencyKeys | None = None,
    signed_in: SignedIn | None = None,
    inside: Sequence[Middleware] = (),
) -> FastAPI:
    """An application with what every service has; `refusals` are its own sentences by code.

    `inside`: what each request passes once its caller is known. Without `idempotency_keys`, answers are stored under
    keys of this process alone.
    """
    app = _Documented(title=title, version="1", lifespan=lifespan, docs_url=None, redoc_url=None, responses=PROBLEMS)
    app.state.idempotency_keys = idempotency_keys or IdempotencyKeys.of_this_process()
    answer_problems(app, {**terms().refusals, **refusals})
    for each in inside:
        app.add_middleware(each.cls, *each.args, **each.kwargs)
    app.add_middleware(RequestLimits, verifier=verifier, limits=limits or Limits(), signed_in=signed_in)
    app.add_middleware(RequestLog)  # the last one added is the first one passed
    _add_health_routes(app, health)
    return app


def _add_health_routes(app: FastAPI, health: Health) -> None:
    @app.get("/health/live", tags=["ops"])
    async def live() -> dict[str, bool]:
        return {"live": True}

    @app.get("/health/ready", tags=["ops"], response_model=dict[str, str], responses={503: {"model": dict[str, str]}})
    async def ready(request: Request) -> JSONResponse:
        """Each part: `healthy`, or its problem."""
        parts = await health.report(preferred_language(request.headers.get("accept-language")))
        return JSONResponse(parts, 200 if set(parts.values()) <= {HEALTHY} else 503)

    @app.get("/metrics", tags=["ops"], response_class=Response)
    async def exposition() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
