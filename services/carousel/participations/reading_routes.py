"""What is read of people: who waits, how each goes on, why people did not start; only what the caller may see."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from services.carousel.access import Facilitator, Snapshot, require_participation
from services.carousel.cycles.forecast import Forecast
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.events import ParticipationEvent
from services.carousel.queries import barriers, board, participations, waiting_list
from services.carousel.queries.parameters import FromOn, OneCity, Since, Until
from services.carousel.queries.participations import Participation
from services.carousel.queries.waiting_list import Waiting, key_of_waiting
from shared.domain.clock import today
from shared.http.commands import Store
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible
from shared.http.timeline import TimelineEntry, timeline_of
from shared.i18n.code_lists import Category, Id, PartOfDay, ReasonCode, Weekday

router = APIRouter()


@router.get("/waiting-list", tags=["views"])
async def read_waiting_list(
    caller: Facilitator, connection: Snapshot, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Waiting]:
    """Who waits in the caller's cities: days waited, availability, language and the next place that fits."""
    key = key_of(after, date, str)
    rows = await waiting_list.find(connection, caller, today(), limit + 1, key)
    return page_of(rows, limit, key_of_waiting)


@router.get("/participations/{referral_id}", tags=["views"])
async def read_participation(referral_id: Id, caller: Facilitator, connection: Snapshot) -> Participation:
    """One participation; of those he is kept apart from, whom the caller may see."""
    await require_participation(connection, caller, referral_id)
    found = await participations.find(connection, referral_id)
    if found is None:
        raise NotVisible
    return (await participations.as_visible(connection, caller, [found]))[0]


@router.get("/participations/{referral_id}/timeline", tags=["views"])
async def timeline(
    referral_id: Id,
    caller: Facilitator,
    store: Store,
    connection: Snapshot,
    after: After = None,
    limit: Limit = PAGE_ROWS,
) -> Page[TimelineEntry]:
    """Every event of the participation, corrections with what they correct, oldest first."""
    [last] = key_of(after, int) or [0]
    await require_participation(connection, caller, referral_id)
    events = await store.read(connection, PARTICIPATION.stream(referral_id))
    ahead = [each for each in events if each.version > last]
    return page_of(timeline_of(ahead[: limit + 1], _day_of), limit, lambda each: [each.version])


def _day_of(event: ParticipationEvent) -> date:
    return event.on


@router.get("/participations/{referral_id}/forecast", tags=["views"])
async def foresee(referral_id: Id, caller: Facilitator, connection: Snapshot, from_on: FromOn = None) -> Forecast:
    """If he joins on that day: which modules when, what to catch up, and the day he can finish."""
    await require_participation(connection, caller, referral_id)
    found = await board.foresee_one(connection, referral_id, from_on or today())
    if found is None:
        raise NotVisible
    return found


@router.get("/barriers", tags=["views"])
async def read_barriers(
    city: OneCity,
    since: Since,
    until: Until,
    caller: Facilitator,
    connection: Snapshot,
    after: After = None,
    limit: Limit = PAGE_ROWS,
) -> Page[barriers.Barrier]:
    """Why people did not start, by slot and place; what kept most people away first."""
    key = key_of(after, int, str, str, str, str, str)
    asked = barriers.CityPeriod(city, since, until)
    rows = await barriers.find(connection, caller, asked, limit + 1, key)
    return page_of(rows, limit, barriers.key_of_line)


@router.get("/barriers/what-if", tags=["views"])
async def what_if(
    city: OneCity,
    since: Since,
    until: Until,
    weekday: Weekday,
    part_of_day: PartOfDay,
    category: Category,
    code: ReasonCode,
    caller: Facilitator,
    connection: Snapshot,
) -> barriers.WhatIf:
    """How many of those who did not start for that reason could have come to another slot in the city."""
    asked = barriers.CityPeriod(city, since, until)
    return await barriers.what_if(connection, caller, asked, (weekday, part_of_day), (category, code))


@router.get("/worklists/absent-twice", tags=["worklists"])
async def absent_twice(
    caller: Facilitator, connection: Snapshot, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Participation]:
    """Those absent at their last two sessions or more, the most often absent first."""
    key = key_of(after, int, str)
    rows = await participations.absent_twice(connection, caller, limit + 1, key)
    return page_of(rows, limit, lambda each: [-each.absences_in_a_row, each.referral])


@router.get("/worklists/paused-past-review", tags=["worklists"])
async def paused_past_review(
    caller: Facilitator, connection: Snapshot, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Participation]:
    """Those whose pause should have been looked at again, the longest ago first."""
    key = key_of(after, date, str)
    rows = await participations.paused_past_review(connection, caller, today(), limit + 1, key)
    return page_of(rows, limit, lambda each: [each.review_on or today(), each.referral])
