"""Names and contacts of those referred and of referrers, sealed: the only place they exist."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from services.referral import changes
from services.referral.changes import Change
from services.referral.domain.names import Asker
from services.referral.views import cases, organisations
from shared.domain.messages import Message
from shared.eventstore import idempotency
from shared.eventstore.event_store import Connection
from shared.privacy import personal_data
from shared.privacy.encryption import FieldCipher
from shared.privacy.personal_data import Register, Text, lock, oldest_day

__all__ = ["SCHEMA", "People", "Person", "Text", "Why"]

SCHEMA = personal_data.SCHEMA + changes.SCHEMA
Why = Literal["intake", "contact", "subject-access", "correction"]


class Person(Message):
    """What may be known of a person: enough to reach him, and no more."""

    name: Text = Field(repr=False)
    phone: Text | None = Field(default=None, repr=False)
    email: Text | None = Field(default=None, repr=False)


class People(Register[Person]):
    """The register of the referral service."""

    SCHEMA = SCHEMA

    def __init__(self, seal: FieldCipher) -> None:
        super().__init__(seal, Person)

    async def told_again(self, connection: Connection, person_id: str, person: Person, by: str) -> None:
        """Somebody tells of a person who is held: what he tells otherwise waits until somebody decides on it.

        Of who is not held, or held just so, nothing is kept.
        """
        await lock(connection, person_id)
        held = await self.held(connection, person_id, "referred")
        if held and held != person:
            nowhere = Asker(by, frozenset())
            change = Change(changes.new_id(), person_id, "referred", "correction", "told-again", nowhere)
            await self.ask(connection, change, person)

    async def ask(self, connection: Connection, change: Change, person: Person | None) -> str:
        """Keep a change, of a correction with what it is to be, for a second to decide on. Returns its id."""
        sealed = self._seal.encrypt(person.model_dump_json()) if person else None
        return await changes.keep(connection, change, sealed)

    async def make(self, connection: Connection, change: Change, person: Person | None) -> bool:
        """Make a change, and keep that it was made; False when nothing is held that could change."""
        if not await self._made(connection, change, person, change.by.subject):
            return False
        await changes.keep_made(connection, change)
        return True

    async def confirm(self, connection: Connection, change: Change, by: str) -> bool:
        """Make an open change; False when nothing is held that could change."""
        person = await self.asked_for(connection, change)
        await changes.decide(connection, change, by, done=True)
        return await self._made(connection, change, person, by)

    async def asked_for(self, connection: Connection, change: Change) -> Person | None:
        """What a correction that is open asks for; None of an erasure."""
        sealed = await connection.fetchval("select sealed from person_changes where id = $1", change.id)
        return None if sealed is None else self._opened(sealed)

    async def due(self, connection: Connection, keep_days: int, today: date | None = None) -> list[str]:
        """Those kept longer than `keep_days` since the last thing that happened on a road of theirs."""
        long_kept = await super().due(connection, keep_days, today)
        active = await cases.active_since(connection, long_kept, oldest_day(keep_days, today))
        return [each for each in long_kept if each not in active]

    async def reseal(self, connection: Connection) -> int:
        """FieldCipher people, and the corrections that wait, with the newest key."""
        rows = await connection.fetch("select id, sealed from person_changes where sealed is not null for update")
        await connection.executemany(
            "update person_changes set sealed = $2 where id = $1",
            [(row["id"], self._seal.rotate(row["sealed"])) for row in rows],
        )
        return await super().reseal(connection)

    async def _made(self, connection: Connection, change: Change, person: Person | None, by: str) -> bool:
        if await self.kind_of(connection, change.person) != change.kind:
            return False
        if person is None:
            await changes.drop_open(connection, change.person, ["correction", "erasure"], by)
            await idempotency.forget(connection, await _streams(connection, change))
            return await self.erase(connection, change.person)
        await changes.drop_open(connection, change.person, ["correction"], by)
        return await self.correct(connection, change.person, change.kind, person)


async def _streams(connection: Connection, change: Change) -> list[str]:
    """What was asked about a person under an `Idempotency-Key`, by its stream."""
    if change.kind == "referred":
        return [cases.stream(road.referral) for road in await cases.roads_of(connection, change.person)]
    found = await organisations.referrer(connection, change.person)
    return [f"referrer-{change.person}", *([organisations.stream(found[0])] if found else [])]
