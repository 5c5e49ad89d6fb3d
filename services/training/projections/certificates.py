"""Does a certificate with this code, and this name on it, hold? Issued so, and not revoked since."""

from __future__ import annotations

from datetime import date

from services.training.trainings.aggregate import TRAINING
from services.training.trainings.events import CertificateIssued, CertificateRevoked
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists certificates (
    digest      text    primary key,            -- SHA-256 of the code
    training    text    not null,
    participant text    not null,
    position    bigint  not null,
    revoked     boolean not null default false,
    named       text,                           -- SHA-256 of the code and the name on it
    issued_on   date    not null,
    revoked_on  date
);
create index if not exists certificates_training on certificates (training, participant);
"""
_ISSUE = """
insert into certificates (digest, training, participant, position, named, issued_on) values ($1, $2, $3, $4, $5, $6)
on conflict do nothing
"""
_REVOKE = """
update certificates set revoked = true, revoked_on = coalesce(revoked_on, $4)
where training = $1 and participant = $2 and position < $3
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """A certificate holds until a later event revokes all of that person for that training."""
    found = change.of(TRAINING)
    revoked: list[tuple[str, str, int, date]] = []
    for each in found.recorded if found else ():
        match each.event:
            case CertificateIssued() as event:
                row = (event.digest, event.training_id, event.participant_id, each.position, event.named, event.on)
                await connection.execute(_ISSUE, *row)
            case CertificateRevoked() as event:
                revoked.append((event.training_id, event.participant_id, each.position, event.on))
    if revoked:
        await connection.executemany(_REVOKE, revoked)


PROJECTION = Projection("certificates", 3, SCHEMA, apply)
