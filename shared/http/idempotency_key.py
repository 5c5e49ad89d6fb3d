"""`Idempotency-Key` over HTTP: what the header may hold, and whose request is told from whose."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from shared.domain.messages import JsonObject
from shared.eventstore.idempotency import AnswerKeys, Asked, Kept
from shared.http.problems import Unacceptable

LONGEST, SHORTEST, SHORTEST_ANONYMOUS = 200, 1, 16
_PRINTABLE = re.compile(r"[ -~]+")
# In `openapi_extra` of a POST that writes nothing: it takes no key.
READS: JsonObject = {"x-reads": True}
PARAMETER: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        f"Up to {LONGEST} printable characters that the caller chose at random, {SHORTEST_ANONYMOUS} or more without a "
        "token. The same request under the same key is done once and answered with the same answer; the answer is "
        "kept for some days. Another request under it is refused."
    ),
    "schema": {"type": "string", "minLength": SHORTEST, "maxLength": LONGEST, "pattern": "^[ -~]+$"},
}


@dataclass(frozen=True, slots=True)
class Answers:
    """How the answers of one service are kept: under which keys, and how long."""

    keys: Callable[[], AnswerKeys]
    keep: timedelta = timedelta(days=7)

    @classmethod
    def of_file(cls, file: Path, keep: timedelta) -> Answers:
        """Under the keys of a file, which is read at the first request that has a key."""
        return cls(cache(partial(AnswerKeys.of_file, file)), keep)

    @classmethod
    def of_this_process(cls) -> Answers:
        """Under keys that end with the process."""
        keys = AnswerKeys(secrets.token_bytes(32))
        return cls(lambda: keys)

    async def asked(self, request: Request, subject: str | None) -> Asked | None:
        """The request under its key, or None when it has none; `subject` is None for who shows no token.

        Raises Unacceptable `idempotency-key-not-valid`.
        """
        request.state.key_taken = True
        sent = request.headers.getlist("idempotency-key")
        if not sent:
            return None
        shortest = SHORTEST if subject is not None else SHORTEST_ANONYMOUS
        if len(sent) > 1 or not shortest <= len(sent[0]) <= LONGEST or not _PRINTABLE.fullmatch(sent[0]):
            fault = {"field": "header.idempotency-key", "code": "idempotency-key-not-valid"}
            raise Unacceptable("idempotency-key-not-valid", [fault])
        address = request.url.path.encode() + b"?" + request.url.query.encode()
        what = (request.method.encode(), address, await request.body())
        return Asked.of(self.keys(), self.keep, subject, sent[0], what)


def response_of(kept: Kept) -> Response:
    """The answer over HTTP; `Idempotent-Replayed` says that it had been given before."""
    head = {"Idempotent-Replayed": "true"} if kept.replayed else None
    if kept.body is None:
        return Response(status_code=kept.status, headers=head)
    return JSONResponse(kept.body, kept.status, headers=head)
