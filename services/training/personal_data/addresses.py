"""By which id somebody is known: his address, and beside it his name where an address is that of several people.

Colleagues may share a mailbox. For one training or network event an address under a name that was not written for it
yet is that of another person, who is registered under his own name. Elsewhere he keeps the id that he got there.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from services.training.links import plain
from services.training.personal_data.names import Contact
from services.training.personal_data.store import People
from shared.eventstore.event_store import Connection

_KNOWN = "select digest, person from addresses where digest = any($1)"
_MEET = """
insert into addresses select * from unnest($1::text[], $2::text[])
on conflict (digest) do update set digest = excluded.digest returning digest, person
"""


class Overtaken(Exception):  # noqa: N818 - recognise again
    """The same address became known under another id, or under another name, meanwhile."""


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody as he was written down, and the digest by which he is known again."""

    contact: Contact
    digest: str


@dataclass(frozen=True, slots=True)
class Identified:
    """Who each of some people is, in their order, and each of them by id as he was written first.

    `clashing`: by their place, those whose address stands under another name, and who were not told apart for it.
    """

    ids: tuple[str, ...]
    met: Mapping[str, Met]
    clashing: frozenset[int]


@dataclass(slots=True)
class _Recognising:
    known: dict[str, str]  # person by digest
    names: dict[str, set[str]]  # written for this training or event, by person
    met: dict[str, Met] = field(default_factory=dict)
    clashing: set[int] = field(default_factory=set)

    def recognise(self, place: int, contact: Contact, digests: tuple[str, str], *, apart: bool) -> str:
        """The id of one of them; who clashes gets one of his own when he is told `apart`."""
        by_address, by_name = digests
        digest = by_name if by_name in self.known else by_address
        person = self.known.setdefault(digest, _new())
        if digest == by_address and clashes(self.names.get(person, ()), contact):
            if apart:
                digest, person = by_name, self.known.setdefault(by_name, _new())
            else:
                self.clashing.add(place)
        self.names.setdefault(person, set()).add(same(contact.name))
        self.met.setdefault(person, Met(contact, digest))
        return person


async def identify(
    connection: Connection, people: People, stream: str, contacts: Sequence[Contact], apart: Sequence[bool]
) -> Identified:
    """Who each is for one training or event: the id he has, or a new one. Nothing is kept yet.

    `apart` says of each whether he is another person than who stands there at the same address under another name.
    """
    digests = await asyncio.to_thread(_digests, people, contacts)
    rows = await connection.fetch(_KNOWN, [each for both in digests for each in both])
    known = {row["digest"]: row["person"] for row in rows}
    there = _Recognising(known, await written(connection, people, stream, list(known.values())))
    ids = [
        there.recognise(place, contact, both, apart=alone)
        for place, (contact, both, alone) in enumerate(zip(contacts, digests, apart, strict=True))
    ]
    return Identified(tuple(ids), there.met, frozenset(there.clashing))


async def meet(connection: Connection, found: Mapping[str, Met]) -> None:
    """Know these people again under the ids of `identify`. Raises Overtaken."""
    digests = sorted((each.digest, person) for person, each in found.items())
    try:
        persons = [person for _, person in digests]
        known = await connection.fetch(_MEET, [digest for digest, _ in digests], persons)
    except asyncpg.UniqueViolationError:
        raise Overtaken from None
    if {(row["digest"], row["person"]) for row in known} != set(digests):
        raise Overtaken


async def still_apart(connection: Connection, people: People, stream: str, found: Mapping[str, Met]) -> None:
    """Nobody of another name took one of these addresses meanwhile. Raises Overtaken."""
    names = await written(connection, people, stream, list(found))
    by_address = {person: each for person, each in found.items() if each.digest == people.digest(each.contact)}
    if any(clashes(names.get(person, ()), each.contact) for person, each in by_address.items()):
        raise Overtaken


async def written(connection: Connection, people: People, stream: str, persons: Sequence[str]) -> dict[str, set[str]]:
    """The names written for one training or event, to compare with: shown to nobody, so no look is kept."""
    names = await people.written(connection, stream, persons)
    return {person: {same(each) for each in those} for person, those in names.items()}


def clashes(names: Collection[str], contact: Contact) -> bool:
    """Whether all that was written is another name."""
    return bool(names) and same(contact.name) not in names


def same(name: str) -> str:
    """A name whichever of its words comes first."""
    return " ".join(sorted(plain(name).replace(",", " ").split()))


def _digests(people: People, contacts: Sequence[Contact]) -> list[tuple[str, str]]:
    return [(people.digest(each), people.digest(each, same(each.name))) for each in contacts]


def _new() -> str:
    return f"pro-{uuid.uuid4().hex}"
