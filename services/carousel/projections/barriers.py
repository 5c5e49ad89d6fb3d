"""Which places were refused, by slot and place, and when could the person have come?"""

from __future__ import annotations

from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.events import LeavingRevoked, LeftWaitingList, PlaceRefused
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists refusals (
    referral     text    not null,
    version      integer not null,                -- of the stream, so that a refusal counts once
    city         text    not null,
    place        text    not null,
    weekday      text    not null,
    part_of_day  text    not null,
    availability text[]  not null,
    refused_on   date    not null,
    category     text    not null,
    code         text    not null,
    primary key (referral, version)
);
create table if not exists taken_back (
    referral text primary key                      -- retracted: it met no barrier
);
create index if not exists refusals_city on refusals (city, refused_on);
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """Every refusal once, with the slot and place refused and when the person could have come then.

    Whose referral was retracted is known from the events too, as it was before `referrals` kept it.
    """
    found = change.of(PARTICIPATION)
    if found is None:
        return
    if any(isinstance(each.event, LeftWaitingList) and each.event.cause == "retracted" for each in found.recorded):
        await connection.execute("insert into taken_back values ($1) on conflict do nothing", found.id)
    if any(isinstance(each.event, LeavingRevoked) for each in found.recorded):
        await connection.execute("delete from taken_back where referral = $1", found.id)
    if refused := [each.version for each in found.recorded if isinstance(each.event, PlaceRefused)]:
        last = found.state.refusals[-len(refused) :]
        await connection.executemany(
            "insert into refusals select $1, $2, c.city, c.place, c.weekday, c.part_of_day, $4, $5, $6, $7"
            " from cycles c where c.cycle = $3 on conflict do nothing",
            [
                (
                    found.id,
                    version,
                    place.event.cycle_id,
                    ["/".join(slot) for slot in place.availability],
                    place.event.on,
                    place.event.category,
                    place.event.code,
                )
                for version, place in zip(refused, last, strict=True)
            ],
        )


PROJECTION = Projection("barriers", 4, SCHEMA, apply)
