"""How a service is served: uvicorn with our limits, and with the proxies that are trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import uvicorn

from shared.http.limits import Limits
from shared.http.protocol import protocol_of
from shared.service.settings import Settings

_REQUEST_SECONDS = 8  # for current requests at the end


def limits_of(settings: Settings) -> Limits:
    """The limits of a service: their sizes and times are the same everywhere, their rates are set."""
    return Limits(
        public_reads_per_minute=settings.public_reads_per_minute,
        public_writes_per_minute=settings.public_writes_per_minute,
        caller_requests_per_minute=settings.caller_requests_per_minute,
    )


def server_config(app: Callable[..., Any], settings: Settings, limits: Limits | None = None) -> uvicorn.Config:
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
