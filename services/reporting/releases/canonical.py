"""The canonical bytes of a release and their digest: the same release gives the same bytes, on any machine."""

from __future__ import annotations

import json
from hashlib import sha256

from shared.domain.messages import Message


def canonical(message: Message) -> bytes:
    """JSON in UTF-8 with sorted names and no space between (as RFC 8785, for the values that a release holds)."""
    told = message.model_dump(mode="json")
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(message: Message) -> str:
    """SHA-256 of the canonical bytes, as 64 hexadecimal digits."""
    return sha256(canonical(message)).hexdigest()
