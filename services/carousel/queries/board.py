"""Who in a group has which modules, and who can finish when?"""

from __future__ import annotations

from datetime import date

from services.carousel.cycles.forecast import Forecast
from services.carousel.queries import participations
from services.carousel.queries.joinable import Joinable, joinable
from services.carousel.queries.participations import Participation
from services.carousel.queries.waiting_list import fits, foresee
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.pagination import Page, PageRequest


class Member(Message):
    """Somebody with a place in the group, and what is foreseen for him."""

    participation: Participation
    missing: tuple[int, ...]
    foreseen: Forecast


async def find(connection: Connection, caller: Caller, cycle_id: str, today: date, page: PageRequest) -> Page[Member]:
    """Everyone with a place in the cycle; whether it may be seen, `access` says."""
    city = await connection.fetchval("select city from cycles where cycle = $1", cycle_id)
    cycles = await joinable(connection, [city], today)
    people = await participations.in_cycle(connection, cycle_id, page)
    found = [
        Member(participation=shown, missing=each.missing, foreseen=_foreseen(each, cycles, today))
        for each, shown in zip(people, await participations.as_visible(connection, caller, people), strict=True)
    ]
    return page.page(found, lambda each: [each.participation.referral])


async def foresee_one(connection: Connection, referral_id: str, from_on: date) -> Forecast | None:
    """If he joins on that day; None when nobody knows him. Whether it may be seen, `access` says."""
    person = await participations.find(connection, referral_id)
    if person is None:
        return None
    return _foreseen(person, await joinable(connection, [person.city], from_on), from_on)


def _foreseen(person: Participation, cycles: list[Joinable], from_on: date) -> Forecast:
    """First the cycle he has a place in, then those that fit him."""
    own = [each for each in cycles if each.cycle == person.cycle]
    later = [each for each in cycles if each.cycle != person.cycle and fits(person, each)]
    return foresee(person, [*own, *later], from_on)
