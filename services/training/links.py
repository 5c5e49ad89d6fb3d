"""Unguessable one-time links: whoever holds one may take back one registration; only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import StringConstraints

from shared.event_store import Connection
from shared.messages import Message

SCHEMA = """
create table if not exists links (
    digest      text primary key,               -- SHA-256 of the token
    stream      text not null,
    participant text not null
);
create unique index if not exists links_registration on links (stream, participant);
"""

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class Registration(Message):
    """What a link leads to."""

    stream: str
    participant: str


def mint() -> str:
    """A token nobody can guess: 128 bits."""
    return secrets.token_urlsafe(16)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def named(token: str, name: str) -> str:
    """What is kept of a token and a name on the same paper, however the name is spaced or capitalised."""
    plain = unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
    return digest(f"{token} {plain}")


async def keep(connection: Connection, stream: str, tokens: Mapping[str, str]) -> None:
    """By participant the token of his registration; an earlier one does no more."""
    await connection.execute(
        "insert into links select digest, $1, participant from unnest($2::text[], $3::text[]) t (digest, participant)"
        " on conflict (stream, participant) do update set digest = excluded.digest",
        stream,
        [digest(token) for token in tokens.values()],
        list(tokens),
    )


async def find(connection: Connection, token: str) -> Registration | None:
    """Where the token leads, if anywhere."""
    row = await connection.fetchrow("select stream, participant from links where digest = $1", digest(token))
    return Registration(**row) if row else None


async def spend(connection: Connection, token: str) -> None:
    """The token leads nowhere any more."""
    await connection.execute("delete from links where digest = $1", digest(token))
