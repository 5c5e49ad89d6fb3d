"""Which network events are there? Where and when, and how many came."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.training.events import network as told
from services.training.events.values import ProgrammeItem, TimeSlot
from services.training.names import Sight
from services.training.views.keys import BEFORE_ALL, DayKey
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection

VERSION = 1
SCHEMA = """
create table if not exists network_events (
    event        text primary key,
    title        text    not null,
    city         text    not null,
    place        text    not null,
    first_on     date    not null,
    day          jsonb   not null,
    speakers     text[]  not null,
    programme    jsonb   not null,
    capacity     integer,
    status       text    not null,
    by_sector    jsonb,
    sequence     integer not null,
    said_at      timestamptz not null
);
create table if not exists guests (
    event        text not null,
    participant  text not null,
    organisation text,
    sector       text not null,
    primary key (event, participant)
);
"""


class NetworkEvent(Message):
    """One network event; `speakers` are ids."""

    event: str
    title: str
    city: str
    place: str
    day: TimeSlot
    speakers: tuple[str, ...]
    programme: tuple[ProgrammeItem, ...]
    capacity: int | None
    status: str
    guests: int
    places_left: int | None
    by_sector: Mapping[str, int] | None
    sequence: int
    said_at: datetime


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """Say each fact in its row: applying the facts twice is applying them once."""
    for fact in facts:
        match fact.event:
            case told.NetworkEventPlanned() as event:
                await _plan(connection, event, fact)
            case told.GuestRegistered(guest=guest) as event:
                await connection.execute(
                    "insert into guests values ($1, $2, $3, $4) on conflict do nothing",
                    event.event_id,
                    guest.participant_id,
                    guest.organisation_id,
                    guest.sector,
                )
            case told.GuestCancelled() as event:
                await connection.execute(
                    "delete from guests where event = $1 and participant = $2", event.event_id, event.participant_id
                )
            case told.NetworkEventMoved() | told.NetworkEventCancelled() | told.NetworkEventHeld():
                await _say(connection, fact)


async def _plan(connection: Connection, event: told.NetworkEventPlanned, fact: Recorded[Any]) -> None:
    await connection.execute(
        "insert into network_events values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'planned', null, $10, $11)"
        " on conflict do nothing",
        event.event_id,
        event.title,
        event.city,
        event.place,
        event.day.on,
        event.day.model_dump_json(),
        list(event.speakers),
        json.dumps([item.model_dump(mode="json") for item in event.programme]),
        event.capacity,
        fact.version,
        fact.at,
    )


async def _say(connection: Connection, fact: Recorded[Any]) -> None:
    said = _said(fact.event) | {"sequence": fact.version, "said_at": fact.at}
    columns = ", ".join(f"{name} = ${nth}" for nth, name in enumerate(said, 2))
    await connection.execute(
        f"update network_events set {columns} where event = $1", fact.event.event_id, *said.values()
    )


def _said(event: told.NetworkEventMoved | told.NetworkEventCancelled | told.NetworkEventHeld) -> dict[str, Any]:
    match event:
        case told.NetworkEventMoved():
            day = event.day.model_dump_json()
            return {"city": event.city, "place": event.place, "first_on": event.day.on, "day": day}
        case told.NetworkEventCancelled():
            return {"status": "cancelled"}
        case told.NetworkEventHeld():
            return {"status": "held", "by_sector": json.dumps(event.by_sector)}


def stream(event_id: str) -> str:
    """The stream of one network event, and its key on the topic."""
    return f"event-{event_id}"


async def city_of(connection: Connection, event_id: str) -> str | None:
    """Where it takes place; None for one nobody planned."""
    city: str | None = await connection.fetchval("select city from network_events where event = $1", event_id)
    return city


_EVENT = (
    "select event, title, city, place, day, speakers, programme, capacity, status, by_sector, sequence, said_at,"
    " guests, capacity - guests as places_left from network_events e"
    " cross join lateral (select count(*) as guests from guests g where g.event = e.event) g"
)


def _event(row: Any) -> NetworkEvent:  # noqa: ANN401 - a row
    by_sector = json.loads(row["by_sector"]) if row["by_sector"] else None
    told = {"day": json.loads(row["day"]), "programme": json.loads(row["programme"]), "by_sector": by_sector}
    return NetworkEvent(**{**row, **told})


async def rows(
    connection: Connection, since: date, until: date, after: DayKey = BEFORE_ALL, limit: int | None = None
) -> list[Any]:
    """Every network event of the period, cancelled ones too, as rows: up to `limit` after the one named."""
    return await connection.fetch(
        f"{_EVENT} where first_on between $1 and $2 and (first_on, event) > ($3, $4) order by first_on, event limit $5",
        since,
        until,
        *after,
        limit,
    )


def of_rows(found: Iterable[Any]) -> list[NetworkEvent]:
    """The network events that those rows tell of."""
    return [_event(row) for row in found]


async def upcoming(connection: Connection, today: date, after: DayKey, limit: int) -> list[NetworkEvent]:
    """Those one can still say to come to: up to `limit` after the one named."""
    found = await connection.fetch(
        f"{_EVENT} where status = 'planned' and first_on >= $1 and (first_on, event) > ($2, $3)"
        " order by first_on, event limit $4",
        today,
        *after,
        limit,
    )
    return of_rows(found)


async def guests(connection: Connection, event_id: str, after: str, limit: int) -> list[str]:
    """The ids of those who said that they come: up to `limit` after the one named."""
    found = await connection.fetch(
        "select participant from guests where event = $1 and participant > $2 order by participant limit $3",
        event_id,
        after,
        limit,
    )
    return [row["participant"] for row in found]


async def speakers(connection: Connection, event_id: str, after: str, limit: int) -> list[str]:
    """The ids of those who speak: up to `limit` after the one named."""
    found = await connection.fetch(
        "select speaker from network_events, unnest(speakers) speaker where event = $1 and speaker > $2"
        " order by speaker limit $3",
        event_id,
        after,
        limit,
    )
    return [row["speaker"] for row in found]


async def of_person(connection: Connection, person: str, sight: Sight) -> list[str]:
    """The network events somebody speaks at or said to come to, of those a caller may see."""
    found = await connection.fetch(
        "select event from network_events e where ($2 or $3::text is null and city = any($4)) and ($1 = any(speakers)"
        " or exists (select from guests g where g.event = e.event and g.participant = $1)) order by first_on, event",
        person,
        sight.everything,
        sight.organiser,
        list(sight.cities),
    )
    return [row["event"] for row in found]
