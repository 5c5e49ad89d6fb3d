"""The thread by which one piece of work is followed over all services: the trace id of W3C Trace Context.

Source: W3C Trace Context, level 1. Nothing here records spans, so what is passed on says "not sampled".
"""

from __future__ import annotations

import re
import uuid

_TRACEPARENT = re.compile(
    r"[ \t]*(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:(-.*)|[ \t]*)"
)
_LONGEST = 512


def new_thread() -> str:
    """A trace id that nobody used: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def thread_of(traceparent: str) -> str | None:
    """The trace id of a `traceparent`, or None when it is none. Versions to come are read as far as we know them."""
    found = _TRACEPARENT.fullmatch(traceparent) if len(traceparent) <= _LONGEST else None
    if found is None or (found[1] == "00" and found[3]):
        return None
    return found[2]


def thread_told(correlation_id: str) -> str | None:
    """The trace id of an `X-Correlation-Id` that is a UUID or a trace id; free text could hold anything."""
    try:
        told = uuid.UUID(correlation_id)
    except ValueError:
        return None
    return told.hex if told.int else None


def traceparent(thread: str, step: uuid.UUID) -> str:
    """What is passed on: the thread, and the id of the step that passes it on."""
    return f"00-{thread}-{step.hex[:16]}-00"
