"""The trace id by which a request is followed through all services: that of W3C Trace Context.

Source: W3C Trace Context, level 1. No spans are recorded, so the flag passed on is "not sampled".
"""

from __future__ import annotations

import re
import uuid

_TRACEPARENT = re.compile(
    r"[ \t]*(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:(-.*)|[ \t]*)"
)
_LONGEST = 512


def new_trace_id() -> str:
    """A new trace id: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def trace_id_of(traceparent: str) -> str | None:
    """The trace id of a `traceparent`, None when it is not valid. Later versions are read as far as they are known."""
    found = _TRACEPARENT.fullmatch(traceparent) if len(traceparent) <= _LONGEST else None
    if found is None or (found[1] == "00" and found[3]):
        return None
    return found[2]


def trace_id_of_correlation_id(correlation_id: str) -> str | None:
    """The trace id of an `X-Correlation-Id` that is a UUID or a trace id; free text could hold anything."""
    try:
        trace_id = uuid.UUID(correlation_id)
    except ValueError:
        return None
    return trace_id.hex if trace_id.int else None


def traceparent(trace_id: str, parent: uuid.UUID) -> str:
    """The header that is passed on: the trace id, and the id of the request or message that passes it on."""
    return f"00-{trace_id}-{parent.hex[:16]}-00"
