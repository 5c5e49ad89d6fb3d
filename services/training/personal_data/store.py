"""Names and e-mail addresses of professionals and speakers, encrypted: the only place they exist.

A name is held as it was written for one training or network event, once for each time it was written (an entry).
Who gives that training or event may read, correct and erase it; what another organisation was told is not his.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import asyncpg

from services.training.personal_data.names import (
    HELD,
    Contact,
    Held,
    Kind,
    Look,
    NameAccess,
    Named,
    Why,
    accessible,
    called,
)
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of
from shared.privacy.encryption import FieldCipher
from shared.privacy.personal_data import PersonalDataStore, oldest_day
from shared.service.settings import Settings

MIGRATIONS = migrations_of("personal_data", Path(__file__).parents[1] / "sql" / "personal_data")
_WRITE = """
insert into people (id, kind, sealed, kept_from) values ($1, $2, $3, $4)
on conflict (id) do update
    set sealed = excluded.sealed, kept_from = greatest(people.kept_from, excluded.kept_from)
"""
_WRITTEN_FOR = """
select person, id, confirmed, restricted from entries where stream = $1 and person = any($2)
order by person, restricted, confirmed desc, case when confirmed then -seq else seq end
"""
_WRITTEN = """
select e.person, p.sealed from entries e join people p using (id) where e.stream = $1 and e.person = any($2)
"""
_HELD_BY = f"""
select id, stream as of, confirmed, restricted, writer as by, link is not null and not ended as linked
from entries where person = $1 and {accessible(2)} order by seq for update
"""
# Who is held by others under the address of before is known by that one, as they write it.
_READDRESS = """
update addresses set digest = $2 where person = $1 and not exists (select from addresses where digest = $2)
    and not exists (select from entries e join people p using (id) where e.person = $1 and e.id <> all($3))
"""
_FORGET_ADDRESS = """
delete from addresses where person = $1
    and not exists (select from entries e join people p using (id) where e.person = $1)
"""
_DUE = """
select coalesce(e.person, p.id) as person from people p left join entries e using (id)
group by 1 having max(kept_from) < $1 and not coalesce(bool_or(restricted), false) order by max(kept_from), 1
"""


class People(PersonalDataStore[Contact]):
    """The professionals and speakers, each with the names that were written of him."""

    def __init__(self, cipher: FieldCipher, key: bytes) -> None:
        super().__init__(cipher, Contact)
        self._key = key

    @classmethod
    async def opened(cls, connection: Connection, cipher: FieldCipher) -> People:
        """Those of this database, with the key of its addresses, made once and kept encrypted."""
        await connection.execute(
            "insert into address_key (sealed) values ($1) on conflict do nothing", cipher.encrypt(secrets.token_hex(32))
        )
        return cls(cipher, cipher.decrypt(await connection.fetchval("select sealed from address_key")).encode())

    async def write(self, connection: Connection, written: Mapping[str, Contact], kind: Kind, since: date) -> None:
        """Keep names under the ids of their entries; one written again by the same writer is as he writes it now."""
        encrypted = await asyncio.to_thread(self._encrypted, list(written.values()))
        rows = [(each, kind, data, since) for each, data in zip(written, encrypted, strict=True)]
        await connection.executemany(_WRITE, rows)

    async def names(
        self, connection: Connection, stream: str, persons: Sequence[str], by: str, why: Why
    ) -> Mapping[str, Named]:
        """How each of `persons` is called for that training or event; every look is kept."""
        rows = await connection.fetch(_WRITTEN_FOR, stream, persons)
        usable = [row for row in rows if not row["restricted"]]
        known = await self.read_people(connection, [row["id"] for row in usable], by, why)
        found = dict.fromkeys(persons, Named())
        found |= {row["person"]: Named(restricted=True) for row in rows if row["restricted"]}
        for person, entries in groupby(usable, key=lambda row: row["person"]):
            written = [(known[row["id"]], bool(row["confirmed"])) for row in entries if row["id"] in known]
            if written:
                found[person] = called(written)
        return found

    async def written(self, connection: Connection, stream: str, persons: Sequence[str]) -> dict[str, list[str]]:
        """The names written for that training or event, for the service itself to compare with: no look is kept."""
        rows = await connection.fetch(_WRITTEN, stream, persons)
        contacts = await asyncio.to_thread(lambda: [self._decrypted(row["sealed"]) for row in rows])
        found: dict[str, list[str]] = {}
        for row, contact in zip(rows, contacts, strict=True):
            found.setdefault(row["person"], []).append(contact.name)
        return found

    async def everything(
        self, connection: Connection, person: str, access: NameAccess, by: str
    ) -> tuple[list[Held], list[Look]]:
        """The names held on a person (GDPR art. 15) that a caller may see, and every look at one, this one too."""
        rows = await self.held_by(connection, person, access)
        ids = [row["id"] for row in rows]
        known = await self.read_people(connection, ids, by, "subject-access")
        query = "select by, reason as why, at from looks where person = any($1) order by id"
        looks = [Look(**row) for row in await connection.fetch(query, ids)]
        held = [row for row in rows if row["id"] in known]
        names = [Held(**{each: row[each] for each in HELD}, **dict(known[row["id"]])) for row in held]
        return names, looks

    async def rename(
        self, connection: Connection, person: str, name: str, email: str | None, access: NameAccess
    ) -> bool:
        """Correct the names of a person that a caller may change, and his address; False when there is none."""
        ids = [row["id"] for row in await self.held_by(connection, person, access)]
        held = await connection.fetch("select id, sealed from people where id = any($1) for update", ids)
        for row in held:
            contact = Contact(name=name, email=email or self._decrypted(row["sealed"]).email)
            encrypted = self._cipher.encrypt(contact.model_dump_json())
            await connection.execute("update people set sealed = $2 where id = $1", row["id"], encrypted)
        corrected = [row["id"] for row in held]
        await connection.execute("update entries set confirmed = true where id = any($1)", corrected)
        if email and corrected:
            await connection.execute(_READDRESS, person, self.digest(Contact(name=name, email=email)), corrected)
        return bool(held)

    async def erase_accessible(self, connection: Connection, person: str, access: NameAccess) -> list[str]:
        """Forget the names of a person that a caller may erase, and with the last his address; of which streams."""
        rows = await self.held_by(connection, person, access)
        gone = await self.forget(connection, person, [row["id"] for row in rows])
        return sorted({row["of"] for row in rows if row["id"] in gone})

    async def restrict(self, connection: Connection, person: str, access: NameAccess, *, restricted: bool) -> list[str]:
        """Use what a caller holds of a person no more, or again (GDPR art. 18); of which streams."""
        rows = await self.held_by(connection, person, access)
        ids = [row["id"] for row in rows]
        await connection.execute("update entries set restricted = $2 where id = any($1)", ids, restricted)
        return sorted({row["of"] for row in rows})

    async def forget(self, connection: Connection, person: str, entries: Iterable[str]) -> set[str]:
        """Forget what was written under these ids, and with the last of a person that his address was ever seen."""
        gone = await connection.fetch("delete from people where id = any($1) returning id", list(entries))
        await connection.execute(_FORGET_ADDRESS, person)
        return {row["id"] for row in gone}

    async def due(self, connection: Connection, keep_days: int, today: date | None = None) -> list[str]:
        """The ids of the people of whom nothing was written for longer than `keep_days`, the longest first."""
        rows = await connection.fetch(_DUE, oldest_day(keep_days, today))
        return [row["person"] for row in rows]

    async def rotate_keys(self, connection: Connection) -> int:
        """Encrypt people and the key of the addresses with the newest key."""
        sealed = await connection.fetchval("select sealed from address_key for update")
        if sealed is not None:
            await connection.execute("update address_key set sealed = $1", self._cipher.rotate(sealed))
        return await super().rotate_keys(connection)

    async def held_by(self, connection: Connection, person: str, access: NameAccess) -> list[asyncpg.Record]:
        """The entries of a person that the caller has access to, locked."""
        return await connection.fetch(_HELD_BY, person, *access.parameters)

    def _encrypted(self, contacts: Sequence[Contact]) -> list[bytes]:
        return [self._cipher.encrypt(each.model_dump_json()) for each in contacts]

    def digest(self, contact: Contact, name: str = "") -> str:
        """By which an address is known again, or one of several names of it."""
        known = "\n".join(each for each in ((contact.email or "").casefold(), name) if each)
        return hmac.new(self._key, known.encode(), hashlib.sha256).hexdigest()


async def open_personal_data(connection: Connection, settings: Settings) -> People:
    """The names and addresses of this database, and the key by which an address is known again."""
    return await People.opened(connection, FieldCipher.of_file(settings.people_keys_file))
