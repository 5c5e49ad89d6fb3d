"""Who is registered for a training? Who waits, and at which place, and who was there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.training.events import training as told
from services.training.events.values import Professional
from services.training.names import Sight
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection

VERSION = 2
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
create index if not exists registrations_order on registrations (training, nth);
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
                await _walk_in(connection, fact, who)
            case told.PlaceGiven() as event:
                await _set(connection, event.training_id, event.participant_id, "status", "registered")
            case told.RegistrationCancelled() as event:
                await _set(connection, event.training_id, event.participant_id, "status", "cancelled")
            case told.ParticipationRecorded() as event:
                await _set(connection, event.training_id, event.participant_id, "present", event.present)


_PUT = (
    "insert into registrations values ($1, $2, $3, $4, $5, $6, $7, $8)"
    " on conflict (training, participant) do update set organisation = excluded.organisation,"
    " sector = excluded.sector, function = excluded.function, language = excluded.language"
)


async def _put(connection: Connection, fact: Recorded[Any], who: Professional, status: str) -> None:
    await _say(connection, f"{_PUT}, status = excluded.status, nth = excluded.nth", fact, who, status)


async def _walk_in(connection: Connection, fact: Recorded[Any], who: Professional) -> None:
    """Who had registered keeps his line, with what he said of himself at the door."""
    gone = "case when registrations.status = 'cancelled' then excluded.{0} else registrations.{0} end"
    statement = f"{_PUT}, status = {gone.format('status')}, nth = {gone.format('nth')}"
    await _say(connection, statement, fact, who, "walked_in")


async def _say(connection: Connection, statement: str, fact: Recorded[Any], who: Professional, status: str) -> None:
    await connection.execute(
        statement,
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


async def register(
    connection: Connection, training: str, after: str | None = None, limit: int | None = None
) -> list[Registration]:
    """Those with a place, and those who walked in, in order of arrival: up to `limit` after the participant named."""
    return await _lines(connection, training, "status in ('registered', 'walked_in')", after, limit)


async def waiting(
    connection: Connection, training: str, after: str | None = None, limit: int | None = None
) -> list[Registration]:
    """Those who wait, the first who moves up first: up to `limit` after the participant named."""
    return await _lines(connection, training, "status = 'waiting'", after, limit)


async def _lines(
    connection: Connection, training: str, condition: str, after: str | None, limit: int | None
) -> list[Registration]:
    rows = await connection.fetch(
        "select participant, status, organisation, sector, function, language, present from registrations"
        f" where training = $1 and {condition} and ($2::text is null or (nth, participant) >"
        "  (select nth, participant from registrations where training = $1 and participant = $2))"
        " order by nth, participant limit $3",
        training,
        after,
        limit,
    )
    return [Registration(**row) for row in rows]


async def language_of(connection: Connection, training: str, participant: str) -> str | None:
    """The language in which somebody of this training is written to; None for a stranger."""
    language: str | None = await connection.fetchval(
        "select language from registrations where training = $1 and participant = $2", training, participant
    )
    return language


async def of_person(connection: Connection, participant: str, sight: Sight) -> list[Participation]:
    """The trainings somebody registered for or came to, of those a caller may see."""
    rows = await connection.fetch(
        "select training, r.status, present from registrations r join trainings t using (training)"
        " where participant = $1 and ($2 or t.organiser = $3 and t.city = any($4)) order by nth",
        participant,
        sight.everything,
        sight.organiser,
        list(sight.cities),
    )
    return [Participation(**row) for row in rows]
