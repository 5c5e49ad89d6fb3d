"""Serves one application until a signal, and ends within a time limit."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from shared.observability import logs
from shared.service.server import server_config
from shared.service.settings import Settings

log = structlog.get_logger(__name__)

_LEAVE_SECONDS = 24.0
_NOT_STARTED = 3


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
