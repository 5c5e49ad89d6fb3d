"""Logs as JSON lines with the correlation id of the thread they belong to; never personal data."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import structlog

_A_LINE = 100


def log_road(log: structlog.typing.FilteringBoundLogger, what: str, threads: Sequence[str], **more: str) -> None:
    """Say what happened to a batch, and of which threads its messages were; a hundred of them a line."""
    for first in range(0, len(threads), _A_LINE):
        of_line = threads[first : first + _A_LINE]
        log.info(what, messages=len(of_line), correlation_ids=list(dict.fromkeys(of_line)), **more)


def configure(service: str, level: str = "INFO") -> None:
    """Send structlog and the standard library's logging to standard output, one JSON object a line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.EventRenamer("message"),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer(), foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    logging.getLogger("uvicorn.access").disabled = True
    structlog.contextvars.bind_contextvars(service=service)
