"""The calendar of network events, their guests and their speakers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import asyncpg

from services.training.personal_data.names import NameAccess
from services.training.values import ProgrammeItem, TimeSlot
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.pagination import Key

_EVENT = """
select event, title, city, place, day, speakers, programme, capacity, status, by_sector, sequence, said_at, guests,
    capacity - guests as places_left
from network_events e
cross join lateral (select count(*) as guests from guests g where g.event = e.event) g
"""
_CALENDAR = f"""
{_EVENT} where first_on between $1 and $2 and (first_on, event) > ($3, $4) order by first_on, event limit $5
"""
_UPCOMING = f"""
{_EVENT} where status = 'planned' and first_on >= $1 and (first_on, event) > ($2, $3) order by first_on, event limit $4
"""
_GUESTS = "select participant from guests where event = $1 and participant > $2 order by participant limit $3"
_SPEAKERS = """
select speaker from network_events, unnest(speakers) speaker where event = $1 and speaker > $2 order by speaker limit $3
"""
_OF_PERSON = """
select e.event, title, first_on as on, city, $1 = any(speakers) as speaks, organisation, sector, function, language,
    told_on
from network_events e left join guests g on g.event = e.event and g.participant = $1
where ($2 or $3::text[] is null and city = any($4)) and ($1 = any(speakers) or g.event is not null)
order by first_on, e.event
"""


class UpcomingEvent(Message):
    """A network event one can say to come to; `places_left` is unknown where there is room for everybody."""

    event: str
    title: str
    city: str
    place: str
    day: TimeSlot
    programme: tuple[ProgrammeItem, ...]
    places_left: int | None

    def key(self) -> Sequence[date | str]:
        """What a list of network events is ordered by."""
        return self.day.on, self.event


class NetworkEvent(UpcomingEvent):
    """One network event; `speakers` are ids."""

    speakers: tuple[str, ...]
    capacity: int | None
    status: str
    guests: int
    by_sector: Mapping[str, int] | None
    sequence: int
    said_at: datetime


class Attended(Message):
    """A network event at which somebody speaks, or to which he said that he comes, as what he did."""

    event: str
    title: str
    on: date
    city: str
    speaks: bool
    organisation: str | None
    sector: str | None
    function: str | None
    language: str | None
    told_on: date | None


async def calendar_rows(
    connection: Connection, since: date, until: date, after: Key = (date.min, ""), limit: int | None = None
) -> list[Any]:
    """Rows of the network events of the period, cancelled ones too: up to `limit` after the key."""
    return await connection.fetch(_CALENDAR, since, until, *after, limit)


def of_rows(rows: Iterable[asyncpg.Record]) -> list[NetworkEvent]:
    """The network events that rows of the calendar hold."""
    read = ("day", "programme", "by_sector")
    return [NetworkEvent(**{**row, **{name: json.loads(row[name] or "null") for name in read}}) for row in rows]


async def upcoming(connection: Connection, today: date, after: Key, limit: int) -> list[UpcomingEvent]:
    """Those one can still say to come to: up to `limit` after the key."""
    rows = await connection.fetch(_UPCOMING, today, *after, limit)
    return [UpcomingEvent(**each.model_dump(include=set(UpcomingEvent.model_fields))) for each in of_rows(rows)]


async def guests(connection: Connection, event_id: str, after: str, limit: int) -> list[str]:
    """The ids of those who said that they come: up to `limit` after the one named."""
    return [row["participant"] for row in await connection.fetch(_GUESTS, event_id, after, limit)]


async def speakers(connection: Connection, event_id: str, after: str, limit: int) -> list[str]:
    """The ids of those who speak: up to `limit` after the one named."""
    return [row["speaker"] for row in await connection.fetch(_SPEAKERS, event_id, after, limit)]


async def of_person(connection: Connection, person: str, access: NameAccess) -> list[Attended]:
    """The network events somebody speaks at or said to come to, of those a caller may see."""
    return [Attended(**row) for row in await connection.fetch(_OF_PERSON, person, *access.parameters)]
