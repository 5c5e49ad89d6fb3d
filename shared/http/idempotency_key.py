"""`Idempotency-Key` over HTTP: what the header may hold, and which requests count as the same."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from shared.domain.messages import JsonObject
from shared.eventstore.idempotency import AnswerEncryption, KeyedRequest, StoredAnswer
from shared.http.problems import Unacceptable

LONGEST, SHORTEST, SHORTEST_ANONYMOUS = 200, 1, 16
_PRINTABLE = re.compile(r"[ -~]+")
# In `openapi_extra` of a POST that writes nothing: it takes no key.
READS: JsonObject = {"x-reads": True}
PARAMETER: JsonObject = {
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
class IdempotencyKeys:
    """How the answers of one service are stored: under which encryption keys, and how long."""

    encryption: Callable[[], AnswerEncryption]
    keep: timedelta = timedelta(days=7)

    @classmethod
    def of_file(cls, file: Path, keep: timedelta) -> IdempotencyKeys:
        """Under the keys of a file, which is read at the first request that has a key."""
        return cls(cache(partial(AnswerEncryption.of_file, file)), keep)

    @classmethod
    def of_this_process(cls) -> IdempotencyKeys:
        """Under keys that end with the process."""
        encryption = AnswerEncryption(secrets.token_bytes(32))
        return cls(lambda: encryption)

    async def keyed_request(self, request: Request, subject: str | None) -> KeyedRequest | None:
        """The request under its key, or None when it has none; `subject` is None for a caller without a token.

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
        return KeyedRequest.of(self.encryption(), self.keep, subject, sent[0], what)


def response_of(answer: StoredAnswer) -> Response:
    """The answer as a response; with `Idempotent-Replayed` where it was given before."""
    head = {"Idempotent-Replayed": "true"} if answer.replayed else None
    if answer.body is None:
        return Response(status_code=answer.status, headers=head)
    return JSONResponse(answer.body, answer.status, headers=head)
