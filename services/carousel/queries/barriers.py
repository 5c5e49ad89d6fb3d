"""Why did people not start, by slot and place; and whom would another slot have fitted?"""

from __future__ import annotations

from dataclasses import dataclass

from services.carousel.queries.parameters import OneCity, Since, Until
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.pagination import Page, PageRequest
from shared.i18n.code_lists import Category, PartOfDay, ReasonCode, Weekday


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
class CityPeriod:
    """A city over a period."""

    city: OneCity
    since: Since
    until: Until


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


async def find(connection: Connection, caller: Caller, asked: CityPeriod, page: PageRequest) -> Page[Barrier]:
    """The table of one of the caller's cities; none of another city. Each person counts once in a line.

    What kept most people away comes first.
    """
    if asked.city not in caller.cities:
        return Page(items=[])
    rows = await connection.fetch(
        f"{_WHY}, line as (select city, weekday, part_of_day, place, category, code, count(distinct referral) as people"
        " from unstarted group by city, weekday, part_of_day, place, category, code)"
        f" select * from line where ({_ORDER}) > ($5, $6, $7, $8, $9, $10) order by {_ORDER} limit $4",
        asked.city,
        asked.since,
        asked.until,
        page.rows,
        *page.key(-(2**63), "", "", "", "", ""),
    )
    return page.page([Barrier(**row) for row in rows], _key_of)


def _key_of(line: Barrier) -> tuple[int, str, str, str, str, str]:
    return (-line.people, line.category, line.code, line.weekday or "", line.part_of_day or "", line.place or "")


async def what_if(
    connection: Connection,
    caller: Caller,
    asked: CityPeriod,
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
