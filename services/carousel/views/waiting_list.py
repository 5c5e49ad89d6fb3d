"""Who waits, how long, and where is the next place that fits? Who fits a seat that is free: proposed, never placed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.carousel.domain.forecast import Forecast, forecast
from services.carousel.views import participations
from services.carousel.views.joinable import Joinable, joinable
from services.carousel.views.participations import Participation
from shared.callers import Caller
from shared.event_store import Connection
from shared.messages import Message
from shared.terms import PartOfDay, Weekday

_PAGE = 500
_PROPOSED = 20


class FittingPlace(Message):
    """The first place that fits, and when he could finish if he takes it and attends everything."""

    cycle: str
    city: str
    place: str
    weekday: Weekday
    part_of_day: PartOfDay
    first_on: date
    finishes_on: date | None


class Waiting(Message):
    """Somebody who waits; `next_place` is None when no group fits him."""

    participation: Participation
    days_waited: int
    next_place: FittingPlace | None


async def find(connection: Connection, caller: Caller, today: date) -> list[Waiting]:
    """Everyone who waits in the caller's cities, waiting longest first."""
    cycles = await joinable(connection, sorted(caller.cities), today)
    rows = await connection.fetch(
        "select * from participations where status = 'waiting' and city = any($1)"
        f" order by waiting_since, referral limit {_PAGE}",
        list(caller.cities),
    )
    return [_waiting(participations.told(dict(row)), cycles, today) for row in rows]


async def proposals(connection: Connection, cycle_id: str, today: date) -> list[Waiting]:
    """Who could take a seat in this cycle: by availability, city, language and time waited; nobody is placed by it."""
    city = await connection.fetchval("select city from cycles where cycle = $1", cycle_id)
    cycles = [each for each in await joinable(connection, [city], today) if each.cycle == cycle_id]
    found: list[Waiting] = []
    for cycle in cycles:
        rows = await connection.fetch(
            "select * from participations where status = 'waiting' and city = $1 and language = $2"
            " and (availability = '{}' or $3 = any(availability)) and not kept_apart && $4"
            f" order by waiting_since, referral limit {_PAGE}",
            cycle.city,
            cycle.language,
            cycle.slot,
            list(cycle.people()),
        )
        found += [_waiting(participations.told(dict(row)), [cycle], today) for row in rows]
    return [each for each in found if each.next_place][:_PROPOSED]


def fits(person: Participation, cycle: Joinable) -> bool:
    """Whether city, language and slot suit (any, when none was told), and nobody he must not meet is there."""
    slots = {f"{weekday}/{part}" for weekday, part in person.availability}
    return (
        (cycle.city, cycle.language) == (person.city, person.language)
        and (not slots or cycle.slot in slots)
        and cycle.people().isdisjoint(person.kept_apart)
    )


def foresee(person: Participation, cycles: Sequence[Joinable], from_on: date) -> Forecast:
    """The forecast of this person over cycles in the order in which he may join them."""
    modules = person.modules or (cycles[0].modules if cycles else ())
    return forecast([each.running_for(person.referral) for each in cycles], modules, person.attended, from_on)


def _waiting(person: Participation, cycles: Sequence[Joinable], today: date) -> Waiting:
    fitting = [each for each in cycles if fits(person, each)]
    seen = foresee(person, fitting, today)
    place = None
    if seen.visits:
        first = next(each for each in fitting if each.cycle == seen.visits[0].cycle_id)
        place = FittingPlace(
            cycle=first.cycle,
            city=first.city,
            place=first.place,
            weekday=first.weekday,
            part_of_day=first.part_of_day,
            first_on=seen.visits[0].on,
            finishes_on=seen.finishes_on,
        )
    return Waiting(participation=person, days_waited=(today - person.waiting_since).days, next_place=place)
