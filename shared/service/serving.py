"""Serves one application by uvicorn until a signal, within its limits, and ends within a time limit."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from shared.http.limits import Limits
from shared.http.protocol import protocol_of
from shared.observability import logs
from shared.service.settings import Settings

log = structlog.get_logger(__name__)

_REQUEST_SECONDS = 8  # for current requests at the end
_LEAVE_SECONDS = 24.0
_NOT_STARTED = 3


def limits_of(settings: Settings) -> Limits:
    """The limits of a service: their sizes and times are the same everywhere, their rates are set."""
    return Limits(
        public_reads_per_minute=settings.public_reads_per_minute,
        public_writes_per_minute=settings.public_writes_per_minute,
        caller_requests_per_minute=settings.caller_requests_per_minute,
    )


def server_config(app: FastAPI, settings: Settings, limits: Limits | None = None) -> uvicorn.Config:
    """Serve on `HOST` and the port of the settings; current requests are finished at the end.

    `X-Forwarded-For` is trusted from `TRUSTED_PROXIES` only. There is no WebSocket here.
    """
    limits, proxies = limits or limits_of(settings), settings.trusted_proxies
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=protocol_of(limits, proxies),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=[str(each) for each in proxies],
        timeout_keep_alive=limits.idle_seconds,
        timeout_graceful_shutdown=_REQUEST_SECONDS,
    )


class _Server(uvicorn.Server):
    """After a signal it ends within 24 seconds, whatever hangs: unfinished work was not committed."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            last = threading.Timer(_LEAVE_SECONDS, _leave)
            last.daemon = True
            last.start()
        super().handle_exit(sig, frame)


def _leave() -> None:
    log.error("shutdown took too long: exit")
    os._exit(1)


def serve(name: str, settings: Settings, app: FastAPI) -> None:
    """Serve on `HOST`, the loopback address unless set, until SIGTERM or SIGINT; current requests are finished.

    It ends within 25 seconds: eight for requests, ten for tasks, four for connections. Kubernetes gives 30.
    """
    logs.configure(name, settings.log_level)
    server = _Server(server_config(app, settings))
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(_NOT_STARTED)
