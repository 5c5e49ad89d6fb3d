"""The notes of safety tasks, encrypted at rest, and who looked at them: the only place they exist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.domain.bounds import PRINTABLE_LINES
from shared.domain.clock import BELGIUM
from shared.domain.clock import today as this_day
from shared.domain.messages import Message, Refused
from shared.eventstore.event_store import Connection
from shared.privacy.encryption import FieldCipher

SCHEMA = """
create table if not exists notes (
    referral text        not null,
    task     text        not null,
    sealed   bytea       not null,
    by       text        not null,
    at       timestamptz not null default now(),
    primary key (referral, task)
);
create table if not exists note_looks (
    id       bigint generated always as identity primary key,
    referral text        not null,
    task     text        not null,
    by       text        not null,
    at       timestamptz not null default now()
);
create index if not exists note_looks_referral on note_looks (referral);
"""

NoteText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=PRINTABLE_LINES)
]


class Note(Message):
    """What a facilitator found when he looked."""

    note: str = Field(repr=False)


class Notes:
    """The notes; whether the task may be seen, `access` says."""

    SCHEMA = SCHEMA

    def __init__(self, seal: FieldCipher) -> None:
        self._seal = seal

    async def keep(self, connection: Connection, referral_id: str, task_id: str, note: str, by: str) -> None:
        """Keep the note of a task that is closed."""
        await connection.execute(
            "insert into notes (referral, task, sealed, by) values ($1, $2, $3, $4) on conflict do nothing",
            referral_id,
            task_id,
            self._seal.encrypt(note),
            by,
        )

    async def compare(self, connection: Connection, referral_id: str, task_id: str, note: str) -> None:
        """Raises Refused when the task was closed with another note, which stays; one that was erased says nothing."""
        sealed = await _sealed(connection, referral_id, task_id)
        if sealed is not None and self._seal.decrypt(sealed) != note:
            raise Refused("safety-task-already-closed")

    async def look(self, connection: Connection, referral_id: str, task_id: str, by: str) -> Note | None:
        """The note, or None. Every look is kept: who and when."""
        sealed = await _sealed(connection, referral_id, task_id)
        if sealed is None:
            return None
        await connection.execute(
            "insert into note_looks (referral, task, by) values ($1, $2, $3)", referral_id, task_id, by
        )
        return Note(note=self._seal.decrypt(sealed))

    async def erase(self, connection: Connection, referral_id: str, tasks: Sequence[str]) -> None:
        """Forget the notes of these tasks about one person (GDPR art. 17); the facts stay."""
        await connection.execute("delete from notes where referral = $1 and task = any($2)", referral_id, tasks)

    async def due(self, connection: Connection, keep_days: int, today: date | None = None) -> list[str]:
        """The referrals with a note kept longer than `keep_days`: somebody must decide on them."""
        before = (today or this_day()) - timedelta(days=keep_days)
        rows = await connection.fetch(
            "select referral from notes where (at at time zone $2)::date < $1"
            " group by referral order by min(at), referral",
            before,
            BELGIUM.key,
        )
        return [row["referral"] for row in rows]

    async def reseal(self, connection: Connection) -> int:
        """FieldCipher everything with the newest key; the older ones can then be dropped. Returns how many."""
        rows = await connection.fetch("select referral, task, sealed from notes for update")
        await connection.executemany(
            "update notes set sealed = $3 where referral = $1 and task = $2",
            [(row["referral"], row["task"], self._seal.rotate(row["sealed"])) for row in rows],
        )
        return len(rows)


async def _sealed(connection: Connection, referral_id: str, task_id: str) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(
        "select sealed from notes where referral = $1 and task = $2", referral_id, task_id
    )
    return sealed
