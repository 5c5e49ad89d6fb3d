"""`Idempotency-Key`: the same key twice gives the same answer, and one fact."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import asyncpg

from shared.event_store import Connection
from shared.messages import Refused

SCHEMA = """
create table if not exists answers (
    caller      text        not null,
    key         text        not null,
    fingerprint text        not null,
    status      integer     not null,
    body        jsonb       not null,
    at          timestamptz not null default now(),
    primary key (caller, key)
);
"""


class AlreadyAnswered(Exception):  # noqa: N818 - another request with this key committed first
    """Look the answer up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with a key; the fingerprint tells a repeat from another request under the same key."""

    caller: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, caller: str, key: str, request: str, body: bytes) -> Asked:
        """`request` is method and path; the body is kept as a keyed digest only."""
        digest = hmac.new(key.encode(), request.encode() + b"\n" + body, hashlib.sha256).hexdigest()
        return cls(caller, key, digest)

    async def earlier(self, connection: Connection) -> tuple[int, dict[str, Any]] | None:
        """The answer given before, if any. Raises Refused when the key was used for something else."""
        row = await connection.fetchrow(
            "select fingerprint, status, body from answers where caller = $1 and key = $2", self.caller, self.key
        )
        if row is None:
            return None
        if row["fingerprint"] != self.fingerprint:
            raise Refused("idempotency-key-reused")
        return row["status"], json.loads(row["body"])

    async def keep(self, connection: Connection, status: int, body: dict[str, Any]) -> None:
        """Keep the answer, in the transaction of its facts. Raises AlreadyAnswered when another was first."""
        try:
            await connection.execute(
                "insert into answers (caller, key, fingerprint, status, body) values ($1, $2, $3, $4, $5)",
                self.caller,
                self.key,
                self.fingerprint,
                status,
                json.dumps(body),
            )
        except asyncpg.UniqueViolationError:
            raise AlreadyAnswered from None
