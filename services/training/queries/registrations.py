"""The register and the waiting list of a training, and which certificates hold."""

from __future__ import annotations

import json
from datetime import date

import asyncpg
from pydantic import Field

from services.training.personal_data.names import NameAccess
from services.training.queries.organisations import NAMED
from shared.domain.clock import today
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection

_LINES = f"""
select participant, status, r.organisation, coalesce(o.name, r.organisation) as organisation_name, r.sector, function,
    language, present, days
from registrations r left join ({NAMED}) o using (organisation)
where training = $2 and status = any($3) and ($4 = '' or (nth, participant) >
    (select nth, participant from registrations where training = $2 and participant = $4))
order by nth, participant limit $5
"""
_OF_PERSON = f"""
select training, title, t.days as slots, t.city, r.status, told_on, present, r.days, r.organisation,
    coalesce(o.name, r.organisation) as organisation_name, r.sector, function, language, asked,
    (select coalesce(jsonb_agg(jsonb_build_object('issued_on', issued_on, 'revoked_on', revoked_on) order by position),
        '[]') from certificates c where c.training = r.training and c.participant = r.participant) as certificates
from registrations r join trainings t using (training) left join ({NAMED}) o on o.organisation = r.organisation
where participant = $2 and ($3 or t.organiser = any($4::text[]) and t.city = any($5)) order by nth
"""
_CERTIFICATE = """
select exists (select from certificates where digest = $1 and not revoked and ($2::text is null or named = $2))
"""


class Registration(Message):
    """One line of the register; `present` is unknown until the training was held."""

    participant: str
    status: str
    organisation: str | None
    organisation_name: str | None
    sector: str
    function: str
    language: str
    present: bool | None
    days: list[date] | None = Field(description="on which days he was present, when it was not on all of them")


class Issued(Message):
    """A certificate: of its code and the name on it only a hash is known."""

    issued_on: date
    revoked_on: date | None


class Participation(Message):
    """One training of one person, and all that stands of him there; `asked`: for his opinion."""

    training: str
    title: str
    on: tuple[date, ...]
    city: str
    status: str
    told_on: date | None
    present: bool | None
    days: list[date] | None
    organisation: str | None
    organisation_name: str | None
    sector: str
    function: str
    language: str
    asked: bool
    certificates: tuple[Issued, ...]


async def register(
    connection: Connection, training: str, after: str = "", limit: int | None = None
) -> list[Registration]:
    """Those with a place, and those who walked in, in order of arrival: up to `limit` after the participant named."""
    rows = await connection.fetch(_LINES, today(), training, ["registered", "walked_in"], after, limit)
    return [Registration(**row) for row in rows]


async def waiting(
    connection: Connection, training: str, after: str = "", limit: int | None = None
) -> list[Registration]:
    """Those who wait, the first who moves up first: up to `limit` after the participant named."""
    rows = await connection.fetch(_LINES, today(), training, ["waiting"], after, limit)
    return [Registration(**row) for row in rows]


async def days_of(connection: Connection, training: str, participant: str) -> list[date] | None:
    """The days on which somebody was there, when it was not on all of them."""
    query = "select days from registrations where training = $1 and participant = $2"
    days: list[date] | None = await connection.fetchval(query, training, participant)
    return days


async def language_of(connection: Connection, training: str, participant: str) -> str | None:
    """The language in which somebody of this training is written to; None for a stranger."""
    query = "select language from registrations where training = $1 and participant = $2"
    language: str | None = await connection.fetchval(query, training, participant)
    return language


async def of_person(connection: Connection, participant: str, access: NameAccess) -> list[Participation]:
    """The trainings somebody registered for or came to, of those a caller may see."""
    rows = await connection.fetch(_OF_PERSON, today(), participant, *access.parameters)
    return [_participation(row) for row in rows]


def _participation(row: asyncpg.Record) -> Participation:
    told = {name: value for name, value in row.items() if name != "slots"}
    on = [slot["on"] for slot in json.loads(row["slots"])]
    return Participation.model_validate(told | {"on": on, "certificates": json.loads(row["certificates"])})


async def certificate_holds(connection: Connection, digest: str, named: str | None = None) -> bool:
    """Whether it was issued, with that name on it where one is asked for, and never revoked."""
    return bool(await connection.fetchval(_CERTIFICATE, digest, named))
