"""The calendar of trainings, and how full each is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import asyncpg

from services.training.personal_data.names import NameAccess
from services.training.queries.organisations import NAMED
from services.training.values import Kind, TimeSlot
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.pagination import Key

_TRAINING = """
select training, kind, title, city, place, online, days, organiser, co_presenter, trainers, capacity, status,
    participants, pitched, sequence, said_at, days_required, registered, waiting,
    case when status = 'open' then greatest(capacity - registered, 0) else 0 end as places_left
from trainings cross join lateral (
    select count(*) filter (where r.status = 'registered') as registered,
        count(*) filter (where r.status = 'waiting') as waiting
    from registrations r where r.training = trainings.training) counted
"""
_CALENDAR = f"""
{_TRAINING} where first_on between $1 and $2 and (first_on, training) > ($3, $4) order by first_on, training limit $5
"""
_UPCOMING = f"""
select t.training, kind, title, t.city, place, online, days, coalesce(o.name, organiser) as organiser, places_left,
    waiting
from ({_TRAINING} where status = 'open' and first_on >= $1 and (first_on, training) > ($2, $3)
    order by first_on, training limit $4) t
left join ({NAMED}) o on o.organisation = organiser order by days->0->>'on', t.training
"""
_TRAINED_BY = """
select training from trainings where $1 = any(trainers) and ($2 or organiser = any($3::text[]) and city = any($4))
order by first_on, training
"""


class Upcoming(Message):
    """A training one can register for, and how many places are left; `organiser` by its name."""

    training: str
    kind: Kind
    title: str
    city: str
    place: str | None
    online: bool
    days: tuple[TimeSlot, ...]
    organiser: str
    places_left: int
    waiting: int

    def key(self) -> Sequence[date | str]:
        """What a list of trainings is ordered by."""
        return self.days[0].on, self.training


class Training(Upcoming):
    """One training in the calendar; `organiser` by its id."""

    co_presenter: str | None
    trainers: tuple[str, ...]
    capacity: int
    status: str
    registered: int
    participants: int | None
    pitched: bool | None
    days_required: int | None
    sequence: int
    said_at: datetime


async def calendar_rows(
    connection: Connection, since: date, until: date, after: Key = (date.min, ""), limit: int | None = None
) -> list[Any]:
    """Rows of the trainings that begin in the period, cancelled ones too: up to `limit` after the key."""
    return await connection.fetch(_CALENDAR, since, until, *after, limit)


def of_rows(rows: Iterable[asyncpg.Record]) -> list[Training]:
    """The trainings that rows of the calendar hold."""
    return [Training(**{**row, "days": json.loads(row["days"])}) for row in rows]


async def one(connection: Connection, training_id: str) -> Training | None:
    """One training."""
    return next(iter(of_rows(await connection.fetch(f"{_TRAINING} where training = $1", training_id))), None)


async def trained_by(connection: Connection, trainer: str, access: NameAccess) -> list[str]:
    """The trainings that somebody gives or gave, of those a caller may see."""
    rows = await connection.fetch(_TRAINED_BY, trainer, *access.parameters)
    return [row["training"] for row in rows]


async def upcoming(connection: Connection, today: date, after: Key, limit: int) -> list[Upcoming]:
    """What one can still register for: up to `limit` after the key."""
    rows = await connection.fetch(_UPCOMING, today, *after, limit)
    return [Upcoming(**{**row, "days": json.loads(row["days"])}) for row in rows]
