"""Who is registered for a training? Who waits, and at which place, and who was there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.training.events import training as told
from services.training.events.values import Professional
from shared.callers import Caller
from shared.event_store import Connection
from shared.messages import Message, Recorded
from shared.texts import Language

VERSION = 1
SCHEMA = """
create table if not exists registrations (
    training     text    not null,
    participant  text    not null,
    status       text    not null check (status in ('registered', 'waiting', 'cancelled', 'walked_in')),
    nth          bigint  not null,              -- the position of the fact: who came first
    organisation text,
    sector       text    not null,
    function     text    not null,
    language     text    not null,
    present      boolean,
    primary key (training, participant)
);
create index if not exists registrations_participant on registrations (participant);
"""


class Registration(Message):
    """One line of the register; `present` is unknown until the training was held."""

    participant: str
    status: str
    organisation: str | None
    sector: str
    function: str
    language: str
    present: bool | None


class Standing(Message):
    """How somebody stands: with a place, or waiting with so many before him."""

    status: str
    ahead: int


class Participation(Message):
    """One training of one person."""

    training: str
    status: str
    present: bool | None


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """Say each fact in its row: applying the facts twice is applying them once."""
    for fact in facts:
        match fact.event:
            case told.ProfessionalRegistered(professional=who):
                await _put(connection, fact, who, "registered")
            case told.ProfessionalPutOnWaitingList(professional=who):
                await _put(connection, fact, who, "waiting")
            case told.WalkInNamed(professional=who):
                await _put(connection, fact, who, "walked_in")
            case told.PlaceGiven() as event:
                await _set(connection, event.training_id, event.participant_id, "status", "registered")
            case told.RegistrationCancelled() as event:
                await _set(connection, event.training_id, event.participant_id, "status", "cancelled")
            case told.ParticipationRecorded() as event:
                await _set(connection, event.training_id, event.participant_id, "present", event.present)


async def _put(connection: Connection, fact: Recorded[Any], who: Professional, status: str) -> None:
    await connection.execute(
        "insert into registrations values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (training, participant) do update set status = excluded.status, nth = excluded.nth,"
        " organisation = excluded.organisation, sector = excluded.sector, function = excluded.function,"
        " language = excluded.language",
        fact.event.training_id,
        who.participant_id,
        status,
        fact.position,
        who.organisation_id,
        who.sector,
        who.function,
        who.language,
    )


async def _set(connection: Connection, training: str, participant: str, column: str, value: object) -> None:
    await connection.execute(
        f"update registrations set {column} = $3 where training = $1 and participant = $2", training, participant, value
    )


async def register(connection: Connection, training: str) -> list[Registration]:
    """Those with a place, and those who walked in, in order of arrival."""
    return await _lines(connection, training, "status in ('registered', 'walked_in')")


async def waiting(connection: Connection, training: str) -> list[Registration]:
    """Those who wait, the first who moves up first."""
    return await _lines(connection, training, "status = 'waiting'")


async def standing(connection: Connection, training: str, participant: str) -> Standing:
    """How somebody who registered stands."""
    row = await connection.fetchrow(
        "select status, (select count(*) from registrations w where w.training = r.training"
        " and w.status = 'waiting' and r.status = 'waiting' and w.nth < r.nth) as ahead"
        " from registrations r where training = $1 and participant = $2",
        training,
        participant,
    )
    return Standing(**row) if row else Standing(status="cancelled", ahead=0)


async def language_of(connection: Connection, training: str, participant: str) -> Language | None:
    """The language in which somebody of this training is written to; None for a stranger."""
    language: Language | None = await connection.fetchval(
        "select language from registrations where training = $1 and participant = $2", training, participant
    )
    return language


async def known_to(connection: Connection, caller: Caller, participant: str) -> bool:
    """Whether somebody was ever on the register of a training that this trainer's organisation gives in his cities."""
    known: bool = await connection.fetchval(
        "select exists (select from registrations r join trainings t using (training)"
        " where r.participant = $1 and t.organiser = $2 and t.city = any($3))",
        participant,
        caller.organisation,
        list(caller.cities),
    )
    return known


async def _lines(connection: Connection, training: str, condition: str) -> list[Registration]:
    rows = await connection.fetch(
        "select participant, status, organisation, sector, function, language, present from registrations"
        f" where training = $1 and {condition} order by nth, participant",
        training,
    )
    return [Registration(**row) for row in rows]


async def of_person(connection: Connection, participant: str) -> list[Participation]:
    """Every training somebody registered for or came to."""
    rows = await connection.fetch(
        "select training, status, present from registrations where participant = $1 order by nth", participant
    )
    return [Participation(**row) for row in rows]
