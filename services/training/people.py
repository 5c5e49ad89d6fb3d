"""Names and e-mail addresses of professionals and speakers, sealed: the only place they exist."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

import asyncpg
from pydantic import Field, StringConstraints

from shared import people
from shared.days import today
from shared.event_store import Connection
from shared.messages import Message
from shared.people import Register, Text
from shared.sealing import Seal

SCHEMA = (
    people.SCHEMA
    + """
create table if not exists addresses (
    digest  text primary key,                   -- keyed HMAC of the normalised address
    person  text not null unique
);
create table if not exists address_key (
    one     boolean primary key default true check (one),
    sealed  bytea   not null
);
"""
)

Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$")
]
Why = Literal["register", "sign-in-sheet", "certificate", "programme", "contact", "correction"]


class Contact(Message):
    """What may be known of a professional: his name and where to write to; a speaker has no address here."""

    name: Text = Field(repr=False)
    email: Email | None = Field(default=None, repr=False)


class Overtaken(Exception):  # noqa: N818 - recognise again
    """The same address became known under another id meanwhile."""


class People(Register[Contact]):
    """The register of professionals: the same address is the same person."""

    SCHEMA = SCHEMA

    def __init__(self, seal: Seal, key: bytes) -> None:
        super().__init__(seal, Contact)
        self._key = key

    @classmethod
    async def opened(cls, connection: Connection, seal: Seal) -> People:
        """The register of this database, with the key of its addresses, made once and kept sealed."""
        await connection.execute(
            "insert into address_key (sealed) values ($1) on conflict do nothing", seal.close(secrets.token_hex(32))
        )
        return cls(seal, seal.open(await connection.fetchval("select sealed from address_key")).encode())

    async def recognise(self, connection: Connection, contacts: Sequence[Contact]) -> list[str]:
        """The id of each, in order: the one he has, or a new one. Nothing is kept yet."""
        digests = [self._digest(each) for each in contacts]
        rows = await connection.fetch("select digest, person from addresses where digest = any($1)", digests)
        ids = {row["digest"]: str(row["person"]) for row in rows}
        return [ids.setdefault(digest, f"pro-{uuid.uuid4().hex}") for digest in digests]

    async def meet(self, connection: Connection, found: Mapping[str, Contact], since: date) -> None:
        """Keep those who were not known, under the ids of `recognise`; a name once given stays. Raises Overtaken."""
        digests = sorted([(self._digest(contact), each) for each, contact in found.items()])
        for digest, person_id in digests:
            try:
                new = await connection.execute(
                    "insert into addresses values ($1, $2) on conflict (person) do nothing", digest, person_id
                )
            except asyncpg.UniqueViolationError:
                raise Overtaken from None
            if new == "INSERT 0 1":
                await self.keep(connection, person_id, "professional", found[person_id], since)
            else:
                await connection.execute(
                    "update people set kept_from = greatest(kept_from, $2) where id = $1", person_id, since
                )

    async def rename(self, connection: Connection, person_id: str, name: str, by: str) -> bool:
        """Correct a name, for certificates; False when nothing is held."""
        contact = await self.look(connection, person_id, by, "correction")
        if contact:
            corrected = Contact(name=name, email=contact.email)
            await self.keep(connection, person_id, "professional", corrected, today())
        return contact is not None

    async def erase(self, connection: Connection, person_id: str) -> bool:
        """Forget him, and that his address was ever seen."""
        await connection.execute("delete from addresses where person = $1", person_id)
        return await super().erase(connection, person_id)

    async def reseal(self, connection: Connection) -> int:
        """Seal people and the key of the addresses with the newest key."""
        sealed = await connection.fetchval("select sealed from address_key for update")
        if sealed is not None:
            await connection.execute("update address_key set sealed = $1", self._seal.renew(sealed))
        return await super().reseal(connection)

    def _digest(self, contact: Contact) -> str:
        return hmac.new(self._key, (contact.email or "").casefold().encode(), hashlib.sha256).hexdigest()
