"""The organisations as the referral service tells them: typed once, there, with names and successors by date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from shared.contracts.referral import OrganisationMerged, OrganisationRegistered, OrganisationRenamed, OrganisationSplit
from shared.domain.bounds import Day
from shared.domain.messages import Message, Refused
from shared.eventstore.event_store import Connection
from shared.i18n.code_lists import City, Id, OrganisationName, Sector
from shared.messaging.inbox import ReceivedMessage

SCHEMA = """
create table if not exists organisations (
    organisation text primary key,
    sector       text not null,
    city         text not null
);
create table if not exists organisation_names (
    organisation text not null,
    since        date not null,
    name         text not null,
    primary key (organisation, since)
);
create table if not exists organisation_successors (
    organisation text primary key,
    since        date   not null,
    into_ids     text[] not null                -- one where it merged, several where it was split
);
"""
_PUT_NAME = """
insert into organisation_names values ($1, $2, $3) on conflict (organisation, since) do update set name = excluded.name
"""
_PUT_SUCCESSORS = """
insert into organisation_successors values ($1, $2, $3)
on conflict (organisation) do update set since = excluded.since, into_ids = excluded.into_ids
"""
_ID: TypeAdapter[str] = TypeAdapter(Id)


class Organisation(Message):
    """An organisation, and the name it bears on the day in question."""

    organisation: Id
    name: OrganisationName
    sector: Sector
    city: City


class Succession(Message):
    """What there is in the place of an organisation, from a day on."""

    organisation: Id
    into: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]
    since: Day


class DatedName(Message):
    """A name, from a day on."""

    name: OrganisationName
    since: Day


async def apply(connection: Connection, received: Sequence[ReceivedMessage]) -> None:
    """Keep what was received; applied twice it is as once.

    Raises Refused `message-out-of-bounds` for what is wider than what is kept here, or has a code nobody knows here:
    a dead letter, which can be replayed when the service knows it.
    """
    for each in received:
        try:
            match each.message:
                case OrganisationRegistered() as message:
                    await _register(connection, message)
                case OrganisationRenamed() as message:
                    await _name(connection, message)
                case OrganisationMerged() as message:
                    await _succeed(connection, message.organisation, [message.into], message.since)
                case OrganisationSplit() as message:
                    await _succeed(connection, message.organisation, message.into, message.since)
        except ValidationError:
            raise Refused("message-out-of-bounds") from None


async def _register(connection: Connection, message: OrganisationRegistered) -> None:
    known = Organisation.model_validate(message.model_dump(exclude={"since"}))
    insert = "insert into organisations values ($1, $2, $3) on conflict do nothing"
    await connection.execute(insert, known.organisation, known.sector, known.city)
    await _name(connection, message)


async def _succeed(connection: Connection, organisation: str, into: Sequence[str], since: date) -> None:
    """What was said last holds."""
    told = Succession(organisation=organisation, into=tuple(into), since=since)
    await connection.execute(_PUT_SUCCESSORS, told.organisation, told.since, list(told.into))


async def _name(connection: Connection, message: OrganisationRegistered | OrganisationRenamed) -> None:
    name = DatedName(name=message.name, since=message.since)
    await connection.execute(_PUT_NAME, _ID.validate_python(message.organisation), name.since, name.name)
