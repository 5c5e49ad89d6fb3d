"""`Idempotency-Key`: the same request twice under one key is done once, and answered twice with the same answer.

Stored are a digest of the key, a digest of the request and the encrypted answer; their keys come from the key file,
so that the table alone neither reveals an answer nor confirms a guess of a request.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import structlog
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.domain.messages import JsonObject, Refused
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of, schema_of
from shared.secrets.files import read_secret

log = structlog.get_logger(__name__)

_PURGE_SECONDS = 3600
MIGRATIONS = migrations_of("idempotency", Path(__file__).parent / "sql" / "idempotency")
SCHEMA = schema_of(MIGRATIONS)
_PURGED_AT_ONCE = 20
_KEEP = f"""
with gone as (
    delete from idempotency_keys where key in (
        select key from idempotency_keys where at < now() - $6::interval and key <> $1
        order by at limit {_PURGED_AT_ONCE} for update skip locked
    )
)
insert into idempotency_keys as kept (key, request, stream, status, sealed) values ($1, $2, $3, $4, $5)
on conflict (key) do update
    set request = excluded.request, stream = excluded.stream, status = excluded.status,
        sealed = excluded.sealed, at = now()
    where kept.at < now() - $6::interval
returning key
"""


class AlreadyAnswered(Exception):  # noqa: N818 - another request with this key committed first
    """Look the answer up."""


class AnswerEncryption:
    """Keyed digests and encryption of answers, derived from secrets, the newest first; all are accepted."""

    def __init__(self, *secrets: bytes) -> None:
        self._digest = [_derived(secret, b"digest") for secret in secrets]
        answer_keys = (base64.urlsafe_b64encode(_derived(secret, b"answer")) for secret in secrets)
        self._cipher = MultiFernet([Fernet(key) for key in answer_keys])

    @classmethod
    def of_file(cls, file: Path) -> AnswerEncryption:
        """The keys of a file, newest first, one a line: the one that encrypts names (`PEOPLE_KEYS_FILE`).

        Raises ReadableByOthers.
        """
        return cls(*read_secret(file).encode().split())

    def digests(self, *parts: bytes) -> list[str]:
        """A digest of the parts under each key, the newest first; where one ends and the next begins counts too."""
        message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return [hmac.new(key, message, hashlib.sha256).hexdigest() for key in self._digest]

    def encrypt(self, body: JsonObject | None) -> bytes:
        """The body of an answer, encrypted with the newest key."""
        return self._cipher.encrypt(json.dumps(body).encode())

    def decrypt(self, sealed: bytes) -> JsonObject | None:
        """What was encrypted with one of the keys."""
        body: JsonObject | None = json.loads(self._cipher.decrypt(sealed))
        return body


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"carrousel idempotency " + purpose).derive(secret)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer: its status and its body, and whether it was given before."""

    status: int
    body: Any  # JSON or None: the route that made it knows
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """One request with a key: digests of the key, and of the request, which distinguish a repeat from another one."""

    encryption: AnswerEncryption
    key: Sequence[str]
    request: Sequence[str]
    keep: timedelta

    @classmethod
    def of(
        cls, encryption: AnswerEncryption, keep: timedelta, subject: str | None, key: str, request: Sequence[bytes]
    ) -> KeyedRequest:
        """`request` is method, address and body.

        Of an anonymous caller (None) the request is part of the key: who does not know what was asked finds nothing.
        """
        who = (b"caller", subject.encode()) if subject is not None else (b"anybody", *request)
        digests = encryption.digests
        return cls(encryption, digests(b"key", *who, key.encode()), digests(b"request", *request), keep)

    async def earlier(self, connection: Connection) -> StoredAnswer | None:
        """The answer given before, if any. Raises Refused when the key was used for something else."""
        row = await connection.fetchrow(
            "select key, request, status, sealed from idempotency_keys"
            " where key = any($1) and at > now() - $2::interval",
            self.key,
            self.keep,
        )
        if row is None:
            return None
        if row["request"] != self.request[self.key.index(row["key"])]:
            raise Refused("idempotency-key-reused")
        return StoredAnswer(row["status"], self.encryption.decrypt(row["sealed"]), replayed=True)

    async def remember(self, connection: Connection, stream: str, answer: StoredAnswer) -> None:
        """Store the answer, in the transaction of its events. Raises AlreadyAnswered when another was first.

        A few expired ones are purged at the same time.
        """
        sealed = self.encryption.encrypt(answer.body)
        kept = await connection.fetchval(_KEEP, self.key[0], self.request[0], stream, answer.status, sealed, self.keep)
        if kept is None:
            raise AlreadyAnswered


async def forget(connection: Connection, streams: Sequence[str]) -> int:
    """Delete the answers about these streams, as when a person is erased. Returns how many."""
    gone = await connection.execute("delete from idempotency_keys where stream = any($1)", list(streams))
    return int(gone.rpartition(" ")[2])


async def purge(connection: Connection, keep: timedelta, most: int = 1000) -> int:
    """Delete up to `most` of the answers that are kept longer than `keep`. Returns how many."""
    gone = await connection.execute(
        "delete from idempotency_keys where key in (select key from idempotency_keys where at < now() - $1::interval"
        " order by at limit $2 for update skip locked)",
        keep,
        most,
    )
    return int(gone.rpartition(" ")[2])


async def purge_hourly(pool: asyncpg.Pool[asyncpg.Record], keep: timedelta) -> None:
    """A task: every hour, delete in small batches the answers that are kept longer than `keep`."""
    while True:
        try:
            async with pool.acquire() as connection:
                gone = await purge(connection, keep)
        except Exception as error:  # noqa: BLE001 - whatever it is, there is another hour
            log.warning("answers are not purged", cause=type(error).__name__)
            gone = 0
        if not gone:
            await asyncio.sleep(_PURGE_SECONDS)
