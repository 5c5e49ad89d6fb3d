"""Names and contacts, encrypted at rest and erasable, with an access log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from shared.domain.bounds import PersonalText
from shared.domain.clock import today as this_day
from shared.domain.messages import Message, id_not_available
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of, schema_of
from shared.privacy.encryption import FieldCipher

MIGRATIONS = migrations_of("people", Path(__file__).parent / "sql")
SCHEMA = schema_of(MIGRATIONS)
_LOCK = 7227

Text = PersonalText
P = TypeVar("P", bound=Message)


def oldest_day(keep_days: int, today: date | None = None) -> date:
    """The oldest day that is not longer ago than `keep_days`."""
    return (today or this_day()) - timedelta(days=keep_days)


async def lock(connection: Connection, *ids: str) -> None:
    """Wait until no other transaction under way writes about one of these people; until the end of this one."""
    for each in sorted(set(ids)):
        await connection.execute("select pg_advisory_xact_lock($1, hashtext($2))", _LOCK, each)


class PersonalDataStore(Generic[P]):
    """The personal data of one service, each a `person`; to rotate keys, add one in front, then `rotate_keys`."""

    def __init__(self, cipher: FieldCipher, person: type[P]) -> None:
        self._cipher, self._person = cipher, person

    async def keep(self, connection: Connection, person_id: str, kind: str, person: P, since: date) -> None:
        """Store or correct a person. Raises Refused when the id is of a person of another kind."""
        kept = await connection.execute(
            "insert into people (id, kind, sealed, kept_from) values ($1, $2, $3, $4)"
            " on conflict (id) do update set sealed = excluded.sealed where people.kind = excluded.kind",
            person_id,
            kind,
            self._cipher.encrypt(person.model_dump_json()),
            since,
        )
        if kept == "INSERT 0 0":
            raise id_not_available()

    async def add_person(self, connection: Connection, person_id: str, kind: str, person: P, since: date) -> bool:
        """Store a person of whom nothing is stored; False when something is, and then nothing is written."""
        kept = await connection.execute(
            "insert into people (id, kind, sealed, kept_from) values ($1, $2, $3, $4) on conflict (id) do nothing",
            person_id,
            kind,
            self._cipher.encrypt(person.model_dump_json()),
            since,
        )
        return kept == "INSERT 0 1"

    async def correct(self, connection: Connection, person_id: str, kind: str, person: P) -> bool:
        """Replace what is stored of a person; False when nothing is."""
        sealed = self._cipher.encrypt(person.model_dump_json())
        query = "update people set sealed = $3 where id = $1 and kind = $2"
        return await connection.execute(query, person_id, kind, sealed) == "UPDATE 1"

    async def find_person(self, connection: Connection, person_id: str, kind: str) -> P | None:
        """A person, for the service itself to compare with: shown to nobody, so there is no entry in the access log."""
        sealed = await connection.fetchval("select sealed from people where id = $1 and kind = $2", person_id, kind)
        return None if sealed is None else self._decrypted(sealed)

    async def kind_of(self, connection: Connection, person_id: str) -> str | None:
        """The kind of person that is stored under an id, if any."""
        kind: str | None = await connection.fetchval("select kind from people where id = $1", person_id)
        return kind

    async def read_person(
        self, connection: Connection, person_id: str, by: str, why: str, through: str | None = None
    ) -> P | None:
        """A person's name and contacts, or None. The access log gets an entry: who, when, why, and through which id."""
        return (await self.read_people(connection, [person_id], by, why, through)).get(person_id)

    async def read_people(
        self, connection: Connection, ids: Sequence[str], by: str, why: str, through: str | None = None
    ) -> Mapping[str, P]:
        """The stored ones of `ids`; the access log gets an entry for each id that was asked for."""
        rows = await connection.fetch("select id, sealed from people where id = any($1)", ids)
        await connection.execute(
            "insert into looks (person, by, reason, through) select person, $2, $3, $4 from unnest($1::text[]) person",
            ids,
            by,
            why,
            through,
        )
        return {row["id"]: self._decrypted(row["sealed"]) for row in rows}

    async def export(
        self,
        connection: Connection,
        person_id: str,
        by: str,
        through: str | None = None,
        within: Sequence[str] | None = None,
    ) -> dict[str, object]:
        """All that is stored of a person here (GDPR art. 15), with the access log, which gets an entry for this.

        `within`: of the access log, the entries through one of these ids.
        """
        person = await self.read_person(connection, person_id, by, "subject-access", through)
        log = await connection.fetch(
            "select by, reason, at from looks where person = $1 and ($2::text[] is null or through = any($2))"
            " order by id",
            person_id,
            within,
        )
        return {
            "person": json.loads(person.model_dump_json()) if person else None,
            "looks": [{"by": row["by"], "why": row["reason"], "at": row["at"].isoformat()} for row in log],
        }

    async def erase(self, connection: Connection, person_id: str) -> bool:
        """Erase name and contacts (GDPR art. 17); the events stay, pseudonymous. False when nothing was stored."""
        return await connection.execute("delete from people where id = $1", person_id) == "DELETE 1"

    async def due(self, connection: Connection, keep_days: int, today: date | None = None) -> list[str]:
        """The ids of the people kept longer than `keep_days`: somebody must decide on them."""
        before = oldest_day(keep_days, today)
        rows = await connection.fetch("select id from people where kept_from < $1 order by kept_from, id", before)
        return [row["id"] for row in rows]

    async def rotate_keys(self, connection: Connection) -> int:
        """Encrypt everything with the newest key; the older ones can then be dropped. Returns how many."""
        rows = await connection.fetch("select id, sealed from people for update")
        await connection.executemany(
            "update people set sealed = $2 where id = $1",
            [(row["id"], self._cipher.rotate(row["sealed"])) for row in rows],
        )
        return len(rows)

    def _decrypted(self, sealed: bytes) -> P:
        return self._person.model_validate_json(self._cipher.decrypt(sealed))
