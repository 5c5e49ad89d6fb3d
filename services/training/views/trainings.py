"""Which trainings are there? When and where, and how full is each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, get_args

from services.training.events import network, steering, training
from services.training.events.values import Kind, TimeSlot
from services.training.views.keys import BEFORE_ALL, DayKey
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection, event_types
from shared.http.auth import Caller, Role

TYPES = event_types(
    *get_args(training.TrainingEvent),
    *get_args(network.NetworkEventEvent),
    *get_args(steering.MeetingEvent),
    *get_args(steering.PartnerEvent),
)
VERSION = 2
SCHEMA = """
create table if not exists trainings (
    training          text    primary key,
    kind              text    not null,
    title             text    not null,
    city              text    not null,
    place             text,
    online            boolean not null,
    days              jsonb   not null,
    first_on          date    not null,
    last_on           date    not null,
    organiser         text    not null,
    co_presenter      text,
    capacity          integer not null,
    status            text    not null,
    sequence          integer not null,          -- how often it was said again: for calendars
    said_at           timestamptz not null,
    participants      integer,
    pitched           boolean,
    trainers          text[]  not null
);
create index if not exists trainings_days on trainings (first_on, training);
"""


class Training(Message):
    """One training in the calendar."""

    training: str
    kind: Kind
    title: str
    city: str
    place: str | None
    online: bool
    days: tuple[TimeSlot, ...]
    organiser: str
    co_presenter: str | None
    trainers: tuple[str, ...]
    capacity: int
    status: str
    registered: int
    waiting: int
    places_left: int
    participants: int | None
    pitched: bool | None
    sequence: int
    said_at: datetime


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """Say each fact in its row: applying the facts twice is applying them once."""
    for fact in facts:
        if isinstance(fact.event, training.TrainingPlanned):
            await _plan(connection, fact.event, fact)
        elif said := _said(fact.event):
            columns = ", ".join(f"{name} = ${nth}" for nth, name in enumerate(said, 2))
            await connection.execute(
                f"update trainings set {columns}, sequence = {fact.version}, said_at = ${len(said) + 2}"
                " where training = $1",
                fact.event.training_id,
                *said.values(),
                fact.at,
            )


async def _plan(connection: Connection, event: training.TrainingPlanned, fact: Recorded[Any]) -> None:
    await connection.execute(
        "insert into trainings (training, kind, title, city, place, online, days, first_on, last_on, organiser,"
        " co_presenter, capacity, status, sequence, said_at, trainers)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'planned', $13, $14, $15)"
        " on conflict (training) do nothing",
        event.training_id,
        event.kind,
        event.title,
        event.city,
        event.place,
        event.online,
        _days(event.days),
        event.days[0].on,
        event.days[-1].on,
        event.organiser,
        event.co_presenter,
        event.capacity,
        fact.version,
        fact.at,
        list(event.trainers),
    )


def _said(event: object) -> dict[str, Any]:
    """The columns that a fact sets."""
    match event:
        case training.TrainingMoved():
            where = {"city": event.city, "place": event.place, "online": event.online}
            return where | {"days": _days(event.days), "first_on": event.days[0].on, "last_on": event.days[-1].on}
        case training.CapacitySet():
            return {"capacity": event.capacity}
        case training.RegistrationOpened():
            return {"status": "open"}
        case training.RegistrationClosed():
            return {"status": "closed"}
        case training.TrainingCancelled():
            return {"status": "cancelled"}
        case training.TrainingHeld():
            return {"status": "held", "participants": sum(event.by_sector.values()), "pitched": event.pitched}
        case _:
            return {}


def stream(training_id: str) -> str:
    """The stream of one training, and its key on the topics."""
    return f"training-{training_id}"


def _days(days: Sequence[TimeSlot]) -> str:
    return json.dumps([day.model_dump(mode="json") for day in days])


_TRAINING = (
    "select training, kind, title, city, place, online, days, organiser, co_presenter, trainers, capacity, status,"
    " participants, pitched, sequence, said_at, registered, waiting,"
    " case when status = 'open' then greatest(capacity - registered, 0) else 0 end as places_left"
    " from trainings cross join lateral (select count(*) filter (where r.status = 'registered') as registered,"
    " count(*) filter (where r.status = 'waiting') as waiting from registrations r"
    " where r.training = trainings.training) counted"
)


def _training(row: Any) -> Training:  # noqa: ANN401 - a row
    return Training(**{**row, "days": json.loads(row["days"])})


async def visible(connection: Connection, caller: Caller, training_id: str) -> bool:
    """Whether the caller may work on it: a trainer of the organisation that gives it, for the city it is in."""
    given: bool = await connection.fetchval(
        "select exists (select from trainings where training = $1 and organiser = $2 and city = any($3))",
        training_id,
        caller.organisation,
        list(caller.cities),
    )
    return caller.role is Role.TRAINER and given


async def calendar(
    connection: Connection, since: date, until: date, after: DayKey = BEFORE_ALL, limit: int | None = None
) -> list[Training]:
    """Every training that begins in the period, cancelled ones too: up to `limit` after the one named."""
    return of_rows(await calendar_rows(connection, since, until, after, limit))


async def calendar_rows(
    connection: Connection, since: date, until: date, after: DayKey = BEFORE_ALL, limit: int | None = None
) -> list[Any]:
    """The same as rows, for who makes trainings of them elsewhere."""
    return await connection.fetch(
        f"{_TRAINING} where first_on between $1 and $2 and (first_on, training) > ($3, $4)"
        " order by first_on, training limit $5",
        since,
        until,
        *after,
        limit,
    )


def of_rows(rows: Iterable[Any]) -> list[Training]:
    """The trainings that rows of the calendar tell of."""
    return [_training(row) for row in rows]


async def one(connection: Connection, training_id: str) -> Training | None:
    """One training."""
    row = await connection.fetchrow(f"{_TRAINING} where training = $1", training_id)
    return _training(row) if row else None


async def upcoming(connection: Connection, today: date, after: DayKey, limit: int) -> list[Training]:
    """What one can still register for: up to `limit` after the one named."""
    rows = await connection.fetch(
        f"{_TRAINING} where status = 'open' and first_on >= $1 and (first_on, training) > ($2, $3)"
        " order by first_on, training limit $4",
        today,
        *after,
        limit,
    )
    return of_rows(rows)
