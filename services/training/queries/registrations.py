"""The register and the waiting list of a training, and which certificates hold."""

from __future__ import annotations

from datetime import date

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
_OF_PERSON = """
select training, r.status, present from registrations r join trainings t using (training)
where participant = $1 and ($2 or t.organiser = any($3::text[]) and t.city = any($4)) order by nth
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


class Participation(Message):
    """One training of one person."""

    training: str
    status: str
    present: bool | None


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
    return [Participation(**row) for row in await connection.fetch(_OF_PERSON, participant, *access.parameters)]


async def certificate_holds(connection: Connection, digest: str, named: str | None = None) -> bool:
    """Whether it was issued, with that name on it where one is asked for, and never revoked."""
    return bool(await connection.fetchval(_CERTIFICATE, digest, named))
