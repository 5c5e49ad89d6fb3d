"""Does a certificate with this code, and this name on it, hold? Issued so, and not revoked since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.training.events import training as told
from shared.domain.messages import Recorded
from shared.eventstore.event_store import Connection

VERSION = 2
SCHEMA = """
create table if not exists certificates (
    digest      text    primary key,            -- SHA-256 of the code
    training    text    not null,
    participant text    not null,
    position    bigint  not null,
    revoked     boolean not null default false,
    named       text                            -- SHA-256 of the code and the name on it
);
create index if not exists certificates_training on certificates (training, participant);
"""


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """A certificate holds until a later fact revokes all of that person for that training."""
    for fact in facts:
        match fact.event:
            case told.CertificateIssued() as event:
                await connection.execute(
                    "insert into certificates (digest, training, participant, position, named)"
                    " values ($1, $2, $3, $4, $5) on conflict do nothing",
                    event.digest,
                    event.training_id,
                    event.participant_id,
                    fact.position,
                    event.named,
                )
            case told.CertificateRevoked() as event:
                await connection.execute(
                    "update certificates set revoked = true where training = $1 and participant = $2 and position < $3",
                    event.training_id,
                    event.participant_id,
                    fact.position,
                )


async def holds(connection: Connection, digest: str, named: str | None = None) -> bool:
    """Whether it was issued, with that name on it where one is asked for, and never revoked."""
    found: bool = await connection.fetchval(
        "select exists (select from certificates"
        " where digest = $1 and not revoked and ($2::text is null or named = $2))",
        digest,
        named,
    )
    return found
