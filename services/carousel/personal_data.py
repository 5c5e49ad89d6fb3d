"""The notes of safety tasks, encrypted at rest, and who read them: the only place they exist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from pydantic import Field

from services.carousel.refusals import Refusal
from shared.domain.clock import BELGIUM
from shared.domain.clock import today as this_day
from shared.domain.messages import Message, Refused
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of
from shared.privacy.encryption import FieldCipher
from shared.service.settings import Settings

MIGRATIONS = migrations_of("notes", Path(__file__).parent / "sql" / "notes")


class Note(Message):
    """What a facilitator found when he looked."""

    note: str = Field(repr=False)


class Notes:
    """The notes; whether the task may be seen, `access` says."""

    def __init__(self, cipher: FieldCipher) -> None:
        self._cipher = cipher

    async def keep(self, connection: Connection, referral_id: str, task_id: str, note: str, by: str) -> None:
        """Keep the note of a task that is closed."""
        await connection.execute(
            "insert into notes (referral, task, sealed, by) values ($1, $2, $3, $4) on conflict do nothing",
            referral_id,
            task_id,
            self._cipher.encrypt(note),
            by,
        )

    async def compare(self, connection: Connection, referral_id: str, task_id: str, note: str) -> None:
        """Raises Refused when the task was closed with another note, which stays; one that was erased says nothing."""
        encrypted = await _encrypted(connection, referral_id, task_id)
        if encrypted is not None and self._cipher.decrypt(encrypted) != note:
            raise Refused(Refusal.SAFETY_TASK_ALREADY_CLOSED)

    async def read(self, connection: Connection, referral_id: str, task_id: str, by: str) -> Note | None:
        """The note, or None. Every reading is kept: who and when."""
        encrypted = await _encrypted(connection, referral_id, task_id)
        if encrypted is None:
            return None
        await connection.execute(
            "insert into note_looks (referral, task, by) values ($1, $2, $3)", referral_id, task_id, by
        )
        return Note(note=self._cipher.decrypt(encrypted))

    async def erase(self, connection: Connection, referral_id: str, tasks: Sequence[str]) -> None:
        """Forget the notes of these tasks about one person (GDPR art. 17); the events stay."""
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

    async def rotate_keys(self, connection: Connection) -> int:
        """Encrypt everything with the newest key; the older ones can then be dropped. Returns how many."""
        rows = await connection.fetch("select referral, task, sealed from notes for update")
        await connection.executemany(
            "update notes set sealed = $3 where referral = $1 and task = $2",
            [(row["referral"], row["task"], self._cipher.rotate(row["sealed"])) for row in rows],
        )
        return len(rows)


async def _encrypted(connection: Connection, referral_id: str, task_id: str) -> bytes | None:
    encrypted: bytes | None = await connection.fetchval(
        "select sealed from notes where referral = $1 and task = $2", referral_id, task_id
    )
    return encrypted


async def open_personal_data(_: Connection, settings: Settings) -> Notes:
    """The notes, under the keys of the service."""
    return Notes(FieldCipher.of_file(settings.people_keys_file))
