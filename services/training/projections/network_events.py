"""Which network events are there? Where and when, how many came, and who said that he comes."""

from __future__ import annotations

import json

from services.training.network_events.aggregate import NETWORK_EVENT
from services.training.network_events.events import GuestCancelled, GuestRegistered
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

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
    function     text not null,
    language     text not null,
    told_on      date not null,
    primary key (event, participant)
);
"""
_PUT = """
insert into network_events values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (event) do update set
    city = excluded.city, place = excluded.place, first_on = excluded.first_on, day = excluded.day,
    status = excluded.status, by_sector = excluded.by_sector, sequence = excluded.sequence, said_at = excluded.said_at
"""
_COMES = "insert into guests values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing"


async def apply(connection: Connection, change: AnyChange) -> None:
    """The row of a network event after each event that the calendar shows, and its guests as they come and go."""
    found = change.of(NETWORK_EVENT)
    shown = None
    for each in found.recorded if found else ():
        match each.event:
            case GuestRegistered(event_id=event_id, guest=guest):
                comes = (event_id, guest.participant_id, guest.organisation_id, guest.sector)
                more = (guest.function, guest.language, each.event.on)
                await connection.execute(_COMES, *comes, *more)
            case GuestCancelled(event_id=event_id, participant_id=participant):
                delete = "delete from guests where event = $1 and participant = $2"
                await connection.execute(delete, event_id, participant)
            case _:
                shown = each
    if not found or not shown:
        return
    state, planned = found.state, found.state.planned
    assert planned  # noqa: S101 - planning is the first event of every network event
    assert state.day  # noqa: S101 - as above
    where_and_when = (state.city, state.place, state.on, state.day.model_dump_json())
    programme = json.dumps([item.model_dump(mode="json") for item in planned.programme])
    by_sector = json.dumps(state.held.by_sector) if state.held else None
    row = (found.id, planned.title, *where_and_when, list(planned.speakers), programme, planned.capacity)
    await connection.execute(_PUT, *row, state.status, by_sector, shown.version, shown.at)


PROJECTION = Projection("network_events", 2, SCHEMA, apply)
