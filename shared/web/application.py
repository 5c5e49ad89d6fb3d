"""What every application answers: problems as problem+json, its health, its metrics, each request under its thread."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import metrics
from shared.callers import Gate
from shared.health import WELL, Health
from shared.terms import terms
from shared.thread import new_thread, thread_of, thread_told
from shared.web.problems import PROBLEMS, Refusals, answer_problems, fault

log = structlog.get_logger(__name__)

_UNTOLD = ("/health/", "/metrics")  # asked every few seconds


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
    answer_problems(app, {**terms().refusals, **refusals})
    _watch(app)
    _tell_health(app, health)
    return app


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
                response = fault(error)
            route = getattr(request.scope.get("route"), "path", "unmatched")
            if not route.startswith(_UNTOLD):
                log.info("answered", method=request.method, route=route, status=response.status_code)
        method = request.method if request.method in metrics.METHODS else "other"
        metrics.REQUESTS.labels(method, route, response.status_code).observe(time.perf_counter() - began)
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
