"""Who waits, how long, and where is the next place that fits? Who fits a seat that is free: proposed, never placed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import asyncpg

from services.carousel.access import VISIBLE
from services.carousel.cycles.forecast import Forecast, forecast
from services.carousel.queries import participations
from services.carousel.queries.joinable import Joinable, joinable
from services.carousel.queries.participations import Participation
from services.carousel.values import attended_of
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.pagination import Page, PageRequest
from shared.i18n.code_lists import PartOfDay, Weekday

_AT_A_TIME = 100


class FittingPlace(Message):
    """The first place that fits, which modules he would attend there, and when he could finish if he attends all."""

    cycle: str
    city: str
    place: str
    weekday: Weekday
    part_of_day: PartOfDay
    modules: tuple[int, ...]
    first_on: date
    finishes_on: date | None


class Waiting(Message):
    """Somebody who waits; `next_place` is None when no group fits him."""

    participation: Participation
    days_waited: int
    next_place: FittingPlace | None


async def find(connection: Connection, caller: Caller, today: date, page: PageRequest) -> Page[Waiting]:
    """Who waits in the caller's cities, waiting longest first."""
    after = page.key(date.min, "")
    cycles = await joinable(connection, sorted(caller.cities), today)
    rows = await connection.fetch(
        "select * from participations where status = 'waiting' and city = any($1)"
        " and (waiting_since, referral) > ($3, $4) order by waiting_since, referral limit $2",
        list(caller.cities),
        page.rows,
        *after,
    )
    people = [participations.participation_of(dict(row)) for row in rows]
    return await _page(connection, caller, page, [_waiting(each, cycles, today) for each in people])


async def proposals(
    connection: Connection, caller: Caller, cycle_id: str, today: date, page: PageRequest
) -> Page[Waiting]:
    """Who could take a seat in this cycle: by availability, city, language and time waited; nobody is placed by it."""
    after = page.key(date.min, "")
    city = await connection.fetchval("select city from cycles where cycle = $1", cycle_id)
    cycle = next((each for each in await joinable(connection, [city], today) if each.cycle == cycle_id), None)
    found: list[Waiting] = []
    while cycle and len(found) < page.rows:
        rows = await _suited(connection, caller, cycle, after)
        people = (_waiting(participations.participation_of(dict(row)), [cycle], today) for row in rows)
        found += [each for each in people if each.next_place]
        if len(rows) < _AT_A_TIME:
            break
        after = (rows[-1]["waiting_since"], rows[-1]["referral"])
    return await _page(connection, caller, page, found[: page.rows])


async def _suited(
    connection: Connection, caller: Caller, cycle: Joinable, after: Sequence[object]
) -> list[asyncpg.Record]:
    """The next of those whom this caller sees wait for such a group; nobody who has a place at the time, nor twice."""
    return await connection.fetch(
        f"with suited as (select * from participations where status = 'waiting' and {VISIBLE}"
        " and city = $3 and language = $4 and (availability = '{}' or $5 = any(availability)) and not kept_apart && $6)"
        " select * from suited s where (waiting_since, referral) > ($8, $9)"
        " and not exists (select from suited e where e.referral = any(s.same_person)"
        "  and (e.waiting_since, e.referral) < (s.waiting_since, s.referral))"
        " and not exists (select from participations p join cycles c using (cycle)"
        "  where p.referral = any(s.same_person) and c.first_on <= $11 and c.last_on >= $10)"
        " order by waiting_since, referral limit $7",
        caller.organisation,
        list(caller.cities),
        cycle.city,
        cycle.language,
        cycle.slot,
        list(cycle.people()),
        _AT_A_TIME,
        *after,
        *cycle.days,
    )


async def _page(connection: Connection, caller: Caller, page: PageRequest, waiting: Sequence[Waiting]) -> Page[Waiting]:
    people = await participations.as_visible(connection, caller, [each.participation for each in waiting])
    rows = [each.model_copy(update={"participation": shown}) for each, shown in zip(waiting, people, strict=True)]
    return page.page(rows, lambda each: [each.participation.waiting_since, each.participation.referral])


def fits(person: Participation, cycle: Joinable) -> bool:
    """Whether city, language and slot suit (any, when none was told), and nobody he must not meet is there."""
    slots = {f"{weekday}/{part}" for weekday, part in person.availability}
    return (
        (cycle.city, cycle.language) == (person.city, person.language)
        and (not slots or cycle.slot in slots)
        and cycle.people().isdisjoint(person.kept_apart)
    )


def foresee(person: Participation, cycles: Sequence[Joinable], from_on: date) -> Forecast:
    """The forecast of this person over cycles in the order in which he may join them.

    From the first that he can join, he follows its version of its offer: what he has counts by what it is there.
    """
    for nth, first in enumerate(cycles):
        had = attended_of(first.needs, frozenset(person.have))
        running = [each.running_for(person.referral) for each in cycles[nth:] if each.needs == first.needs]
        seen = forecast(running, first.modules, had, from_on)
        if seen.visits and seen.visits[0].cycle == first.cycle:
            return seen
    return forecast([], person.modules or (cycles[0].modules if cycles else ()), person.attended, from_on)


def _waiting(person: Participation, cycles: Sequence[Joinable], today: date) -> Waiting:
    fitting = [each for each in cycles if fits(person, each)]
    seen = foresee(person, fitting, today)
    place = None
    if seen.visits:
        first = next(each for each in fitting if each.cycle == seen.visits[0].cycle)
        place = FittingPlace(
            cycle=first.cycle,
            city=first.city,
            place=first.place,
            weekday=first.weekday,
            part_of_day=first.part_of_day,
            modules=tuple(sorted(each.module for each in seen.visits if each.cycle == first.cycle)),
            first_on=seen.visits[0].on,
            finishes_on=seen.finishes_on,
        )
    return Waiting(participation=person, days_waited=(today - person.waiting_since).days, next_place=place)
