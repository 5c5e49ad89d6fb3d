"""Names and contacts of those referred and of referrers, encrypted: the only place they exist."""

from __future__ import annotations

from datetime import date

from services.referral import likenesses, name_changes, rights
from services.referral.name_changes import NameChange
from services.referral.organisations.aggregate import ORGANISATION
from services.referral.persons import Person, Requester
from services.referral.queries.organisations import organisation_of
from services.referral.queries.referrals import active_since, ids_of, referrals_of
from services.referral.referrals.aggregate import REFERRAL
from shared.domain.clock import today as this_day
from shared.eventstore import idempotency
from shared.eventstore.event_store import Connection
from shared.http.problems import NotVisible
from shared.privacy.encryption import FieldCipher
from shared.privacy.personal_data import PersonalDataStore, lock, oldest_day
from shared.service.settings import Settings


def referrer_key(referrer_id: str) -> str:
    """What an answer about a referrer's name is kept under, in place of a stream."""
    return f"referrer-{referrer_id}"


class PersonalData(PersonalDataStore[Person]):
    """The personal data of the referral service, with the changes that wait."""

    def __init__(self, cipher: FieldCipher) -> None:
        super().__init__(cipher, Person)

    async def keep(self, connection: Connection, person_id: str, kind: str, person: Person, since: date) -> None:
        """As every register; who was referred is compared with others."""
        await super().keep(connection, person_id, kind, person, since)
        await self._compare(connection, person_id, kind, person)

    async def add_person(self, connection: Connection, person_id: str, kind: str, person: Person, since: date) -> bool:
        """As every register; who was referred is compared with others."""
        kept = await super().add_person(connection, person_id, kind, person, since)
        if kept:
            await self._compare(connection, person_id, kind, person)
        return kept

    async def correct(self, connection: Connection, person_id: str, kind: str, person: Person) -> bool:
        """As every register; who was referred is compared with others."""
        kept = await super().correct(connection, person_id, kind, person)
        if kept:
            await self._compare(connection, person_id, kind, person)
        return kept

    async def erase(self, connection: Connection, person_id: str) -> bool:
        """As every register; nobody is compared with him any more."""
        await likenesses.forget(connection, person_id)
        return await super().erase(connection, person_id)

    async def _compare(self, connection: Connection, person_id: str, kind: str, person: Person) -> None:
        if kind == "referred":
            await likenesses.keep(connection, self._cipher, person_id, person)

    async def propose(self, connection: Connection, person_id: str, person: Person, by: str) -> None:
        """Somebody gives the name of a person who is held: another than the one held waits to be decided on.

        Of who is not held, or held just so, nothing is kept.
        """
        await lock(connection, person_id)
        held = await self.find_person(connection, person_id, "referred")
        if held and held != person:
            by_nobody_who_works = Requester(by, frozenset())
            change = NameChange(person_id, "referred", "correction", "told-again", by_nobody_who_works)
            await self.ask(connection, change, person)

    async def ask(self, connection: Connection, change: NameChange, person: Person | None) -> str:
        """Keep a change, of a correction with what it is to be, for a second to decide on. Returns its id."""
        encrypted = self._cipher.encrypt(person.model_dump_json()) if person else None
        return await name_changes.keep_open(connection, change, encrypted)

    async def make(self, connection: Connection, change: NameChange, person: Person | None) -> bool:
        """Make a change, and keep that it was made alone; False when nothing is held that could change."""
        made = await self._make(connection, change, person, change.by.subject)
        if made:
            await name_changes.keep_open(connection, change, None)
            await name_changes.decide(connection, change, change.by.subject, done=True)
        if change.what == "erasure":
            await self._erase_others(connection, change, change.by.subject)
        return made

    async def confirm(self, connection: Connection, change: NameChange, by: str) -> bool:
        """Make an open change; False when nothing is held that could change."""
        person = await self.asked_for(connection, change)
        await name_changes.decide(connection, change, by, done=True)
        made = await self._make(connection, change, person, by)
        if change.what == "erasure":
            await self._erase_others(connection, change, by)
        return made

    async def _erase_others(self, connection: Connection, change: NameChange, by: str) -> None:
        """What is held under the other ids of the same person goes too, each recorded."""
        for other in (await ids_of(connection, change.person))[1:]:
            also = NameChange(other, change.kind, "erasure", change.why, Requester(by, frozenset()))
            if await self._make(connection, also, None, by):
                await name_changes.keep_open(connection, also, None)
                await name_changes.decide(connection, also, by, done=True)

    async def asked_for(self, connection: Connection, change: NameChange) -> Person | None:
        """What a correction that is open asks for; None of an erasure."""
        encrypted = await connection.fetchval("select sealed from person_changes where id = $1", change.id)
        return None if encrypted is None else self._decrypted(encrypted)

    async def read(self, connection: Connection, person_id: str, by: str, why: str, through: str) -> Person:
        """A person's name and contacts; the access log keeps who, when, why. Raises NotVisible when none is held."""
        found = await self.read_person(connection, person_id, by, why, through)
        if found is None:
            raise NotVisible
        return found

    async def due(self, connection: Connection, keep_days: int, today: date | None = None) -> list[str]:
        """Those kept longer than `keep_days` since the last thing that happened to a referral of theirs."""
        long_kept = await super().due(connection, keep_days, today)
        active = await active_since(connection, long_kept, oldest_day(keep_days, today))
        kept = await rights.kept_on(connection, long_kept, today or this_day())
        return [each for each in long_kept if each not in active | kept]

    async def rotate_keys(self, connection: Connection) -> int:
        """Encrypt people, and the corrections that wait, with the newest key, and compare people by it too."""
        rows = await connection.fetch("select id, sealed from person_changes where sealed is not null for update")
        await connection.executemany(
            "update person_changes set sealed = $2 where id = $1",
            [(row["id"], self._cipher.rotate(row["sealed"])) for row in rows],
        )
        rotated = await super().rotate_keys(connection)
        for row in await connection.fetch("select id, kind, sealed from people where kind = 'referred'"):
            await self._compare(connection, row["id"], row["kind"], self._decrypted(row["sealed"]))
        return rotated

    async def _make(self, connection: Connection, change: NameChange, person: Person | None, by: str) -> bool:
        if await self.kind_of(connection, change.person) != change.kind:
            return False
        if person is None:
            await name_changes.drop_open(connection, change.person, ["correction", "erasure"], by)
            await idempotency.forget(connection, await _answered_under(connection, change))
            return await self.erase(connection, change.person)
        await name_changes.drop_open(connection, change.person, ["correction"], by)
        return await self.correct(connection, change.person, change.kind, person)


async def open_personal_data(_: Connection, settings: Settings) -> PersonalData:
    """The personal data under the keys of this service."""
    return PersonalData(FieldCipher.of_file(settings.people_keys_file))


async def _answered_under(connection: Connection, change: NameChange) -> list[str]:
    """What answers about a person are kept under."""
    if change.kind == "referred":
        return [REFERRAL.stream(each.referral) for each in await referrals_of(connection, change.person)]
    found = await organisation_of(connection, change.person)
    return [referrer_key(change.person), *([ORGANISATION.stream(found[0])] if found else [])]
