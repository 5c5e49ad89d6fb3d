"""Why did people not start, by slot and place; and whom would another slot have fitted?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.carousel.events.participation import JoinedWaitingList, LeftWaitingList, PlaceRefused
from services.carousel.views.keyset import Key, beyond
from services.carousel.views.streams import PARTICIPATION, touched
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.i18n.code_lists import Availability, Category, PartOfDay, ReasonCode, Weekday

VERSION = 3
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
create index if not exists refusals_city on refusals (city, refused_on);
create table if not exists taken_back (
    referral text primary key                      -- retracted: it met no barrier
);
"""


class Barrier(Message):
    """How many people who have not started could not, for one reason; slot and place where they refused one."""

    city: str
    weekday: Weekday | None
    part_of_day: PartOfDay | None
    place: str | None
    category: Category
    code: ReasonCode
    people: int


class WhatIf(Message):
    """Of those who did not start for that reason, how many could have come to the slot; of some nobody knows when."""

    did_not_start: int
    would_have_fitted: int
    availability_unknown: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A city over a period."""

    city: str
    since: date
    until: date


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """Every refusal once, with the slot and place refused and when the person could have come then.

    Whose referral was retracted is known from the facts too, as it was before `referrals` kept it.
    """
    async for stream in touched(connection, facts, PARTICIPATION):
        slots: tuple[Availability, ...] = ()
        for fact in stream:
            if isinstance(fact.event, JoinedWaitingList):
                slots = fact.event.availability
            elif isinstance(fact.event, PlaceRefused):
                await _put(connection, fact.version, fact.event, slots)
            elif isinstance(fact.event, LeftWaitingList) and fact.event.cause == "retracted":
                query = "insert into taken_back values ($1) on conflict do nothing"
                await connection.execute(query, fact.event.referral_id)


async def _put(connection: Connection, version: int, refused: PlaceRefused, slots: Sequence[Availability]) -> None:
    await connection.execute(
        "insert into refusals select $1, $2, c.city, c.place, c.weekday, c.part_of_day, $4, $5, $6, $7"
        " from cycles c where c.cycle = $3 on conflict do nothing",
        refused.referral_id,
        version,
        refused.cycle_id,
        ["/".join(slot) for slot in slots],
        refused.on,
        refused.category,
        refused.code,
    )


_ORDER = "-people, category, code, coalesce(weekday, ''), coalesce(part_of_day, ''), coalesce(place, '')"
_WHY = """
    with why as (
        select referral, city, weekday, part_of_day, place, category, code, availability
        from refusals where city = $1 and refused_on between $2 and $3
        union all
        select referral, city, null, null, null, category, code, availability
        from referrals where city = $1 and withdrawn_on between $2 and $3
    ), unstarted as (
        select * from why w where not exists (
            select from participations p where p.referral = w.referral and p.started_on is not null)
        and not exists (select from referrals r where r.referral = w.referral and r.retracted)
        and not exists (select from taken_back t where t.referral = w.referral)
    )
"""


async def find(connection: Connection, caller: Caller, asked: Asked, limit: int, after: Key) -> list[Barrier]:
    """The table of one of the caller's cities; none of another city. Each person counts once in a line.

    What kept most people away first: `key_of_line` is the key of a line.
    """
    if asked.city not in caller.cities:
        return []
    rows = await connection.fetch(
        f"{_WHY}, line as (select city, weekday, part_of_day, place, category, code, count(distinct referral) as people"
        " from unstarted group by city, weekday, part_of_day, place, category, code)"
        f" select * from line where true{beyond(_ORDER, after, 5)} order by {_ORDER} limit $4",
        asked.city,
        asked.since,
        asked.until,
        limit,
        *(after or ()),
    )
    return [Barrier(**row) for row in rows]


def key_of_line(line: Barrier) -> tuple[int, str, str, str, str, str]:
    """What the lines are ordered by."""
    return (-line.people, line.category, line.code, line.weekday or "", line.part_of_day or "", line.place or "")


async def what_if(
    connection: Connection,
    caller: Caller,
    asked: Asked,
    slot: tuple[Weekday, PartOfDay],
    reason: tuple[Category, ReasonCode],
) -> WhatIf:
    """What another slot in that city would have changed for those who did not start for that reason."""
    if asked.city not in caller.cities:
        return WhatIf(did_not_start=0, would_have_fitted=0, availability_unknown=0)
    row = await connection.fetchrow(
        f"{_WHY}, person as ("
        " select bool_or($6 = any(availability)) as fits, bool_and(availability = '{{}}') as unknown"
        " from unstarted where category = $4 and code = $5 group by referral)"
        " select count(*) as did_not_start, count(*) filter (where fits) as would_have_fitted,"
        " count(*) filter (where unknown) as availability_unknown from person",
        asked.city,
        asked.since,
        asked.until,
        *reason,
        "/".join(slot),
    )
    return WhatIf.model_validate(dict(row or {}))
