"""Logs as JSON lines with the trace id of the request or message; never personal data.

The text of an exception can quote what somebody sent, so a line has its class only.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

import structlog

_A_LINE = 100
_LONGEST = 300


def log_trace(log: structlog.typing.FilteringBoundLogger, what: str, trace_ids: Sequence[str], **more: str) -> None:
    """Log what happened to a batch, with the trace ids of its messages; a hundred of them a line."""
    for first in range(0, len(trace_ids), _A_LINE):
        of_line = trace_ids[first : first + _A_LINE]
        log.info(what, messages=len(of_line), correlation_ids=list(dict.fromkeys(of_line)), **more)


def _to_bytes(_: object, __: str, line: structlog.typing.EventDict) -> bytes:
    return json.dumps(line, default=_class_of).encode()


def _class_of(value: object) -> str:
    return type(value).__name__


def _without_texts(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Of a library's line the first line of its message, and of its exception the class."""
    raised = line.pop("exc_info", None)
    if raised:
        line["cause"] = next((each.__name__ for each in raised if isinstance(each, type)), "unknown")
    first, *others = str(line["event"]).split("\n")
    if first.startswith("Traceback"):  # uvicorn logs one as text, of an application that does not start
        line["cause"] = next((each.partition(":")[0] for each in others if not each.startswith(" ")), "unknown")
    line["event"] = first[:_LONGEST]
    return line


def configure(service: str, level: str = "INFO") -> None:
    """Send structlog and the standard library's logging to standard output, one JSON object a line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.EventRenamer("message"),
    ]
    structlog.configure(
        processors=[*shared, _to_bytes],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.BytesLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter
    handler = logging.StreamHandler()
    handler.setFormatter(
        formatter(
            processors=[formatter.remove_processors_meta, structlog.processors.JSONRenderer()],
            foreign_pre_chain=[_without_texts, *shared],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    logging.getLogger("uvicorn.access").disabled = True
    structlog.contextvars.bind_contextvars(service=service)
