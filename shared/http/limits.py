"""All limits on requests: sizes, times and rates.

`docs/operations.md` explains each, and a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_DECLARED = 5_000_000  # bytes: no route may take a larger body than this


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds, rates in requests a minute; a rate of 0 is no limit.

    A rate is a token bucket that holds one minute's worth: so many at once, and from then on one after another.
    """

    head_bytes: int = 32_768
    head_fields: int = 100
    target_bytes: int = 8_192
    body_bytes: int = 1_000_000
    anonymous_body_bytes: int = 65_536
    json_depth: int = 32
    json_digits: int = 20
    head_seconds: float = 10
    body_seconds: float = 30
    answer_seconds: float = 60
    taking_seconds: float = 60
    idle_seconds: int = 5
    connections: int = 800
    connections_per_address: int = 200
    public_reads_per_minute: int = 0
    public_writes_per_minute: int = 0
    caller_requests_per_minute: int = 0
    remembered: int = 10_000
