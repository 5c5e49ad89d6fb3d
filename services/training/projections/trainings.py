"""Which trainings are there? When and where, and how it went."""

from __future__ import annotations

import json

from services.training.trainings.aggregate import TRAINING
from services.training.trainings.events import (
    CapacitySet,
    DaysRequiredSet,
    RegistrationClosed,
    RegistrationOpened,
    TrainingCancelled,
    TrainingDescribed,
    TrainingHeld,
    TrainingMoved,
    TrainingPlanned,
    TrainingReinstated,
    TrainingRevoked,
)
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

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
    trainers          text[]  not null,
    days_required     integer                    -- for a certificate; all of them when there is none
);
create index if not exists trainings_days on trainings (first_on, training);
"""
_SHOWN = (
    TrainingPlanned | TrainingMoved | TrainingDescribed | DaysRequiredSet | CapacitySet | RegistrationOpened
    | RegistrationClosed | TrainingCancelled | TrainingReinstated | TrainingHeld | TrainingRevoked
)  # fmt: skip
_PUT = """
insert into trainings values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
    $19)
on conflict (training) do update set
    kind = excluded.kind, title = excluded.title, co_presenter = excluded.co_presenter, trainers = excluded.trainers,
    days_required = excluded.days_required, city = excluded.city, place = excluded.place, online = excluded.online,
    days = excluded.days,
    first_on = excluded.first_on, last_on = excluded.last_on, capacity = excluded.capacity, status = excluded.status,
    sequence = excluded.sequence, said_at = excluded.said_at, participants = excluded.participants,
    pitched = excluded.pitched
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """The row of a training, after each event that the calendar shows; registrations change nothing here."""
    found = change.of(TRAINING)
    shown = [each for each in found.recorded if isinstance(each.event, _SHOWN)] if found else []
    if not found or not shown:
        return
    state, planned, held = found.state, found.state.planned, found.state.held
    assert planned  # noqa: S101 - planning is the first event of every training
    days = json.dumps([day.model_dump(mode="json") for day in state.days])
    where_and_when = (state.city, state.place, state.online, days, state.first_day, state.last_day)
    given_by = (planned.organiser, state.co_presenter)
    attended = (sum(held.by_sector.values()), held.pitched) if held else (None, None)
    shown_last = (shown[-1].version, shown[-1].at)
    row = (found.id, state.kind, state.title, *where_and_when, *given_by, state.roll.capacity, state.status)
    await connection.execute(_PUT, *row, *shown_last, *attended, list(state.trainers), state.days_required)


PROJECTION = Projection("trainings", 3, SCHEMA, apply)
