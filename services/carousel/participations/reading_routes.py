"""What is read of people: who waits, how each goes on, why people did not start; only what the caller may see."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends

from services.carousel.access import Facilitator, Snapshot, require_participation, visible_participations
from services.carousel.cycles.forecast import Forecast
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.events import OtherKnown, ParticipationEvent, RoadNoted
from services.carousel.queries import barriers, board, participations, waiting_list
from services.carousel.queries.barriers import CityPeriod
from services.carousel.queries.in_full import InFull, in_full
from services.carousel.queries.parameters import FromOn
from services.carousel.queries.participations import Left, Participation
from shared.domain.clock import today
from shared.eventstore.loading import load
from shared.http.commands import Store
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible
from shared.http.timeline import TimelineEntry, timeline_of
from shared.i18n.code_lists import Category, Id, PartOfDay, ReasonCode, Weekday

router = APIRouter()
Asked = Annotated[CityPeriod, Depends()]


@router.get("/waiting-list", tags=["views"])
async def read_waiting_list(caller: Facilitator, connection: Snapshot, page: Paging) -> Page[waiting_list.Waiting]:
    """Who waits in the caller's cities: days waited, availability, language and the next place that fits."""
    return await waiting_list.find(connection, caller, today(), page)


@router.get("/participations/{referral_id}", tags=["views"])
async def read_participation(referral_id: Id, caller: Facilitator, connection: Snapshot, store: Store) -> InFull | Left:
    """One participation with all that is held of it; of who was transferred to another city, only that he left.

    Of others, those whom the caller may see.
    """
    if not await visible_participations(connection, caller, [referral_id]):
        if left := await participations.find_left(connection, caller, referral_id):
            return left
        raise NotVisible
    if found := await participations.find(connection, referral_id):
        [shown] = await participations.as_visible(connection, caller, [found])
        return in_full(shown, (await load(connection, store, PARTICIPATION, referral_id))[1])
    raise NotVisible


@router.get("/participations/{referral_id}/timeline", tags=["views"])
async def timeline(
    referral_id: Id, caller: Facilitator, connection: Snapshot, store: Store, page: Paging
) -> Page[TimelineEntry]:
    """Every event of the participation, corrections with what they correct, oldest first.

    What happened to others, of which it only takes note, is not told.
    """
    [last] = page.key(0)
    await require_participation(connection, caller, referral_id)
    events = await store.read(connection, PARTICIPATION.stream(referral_id))
    ahead = [each for each in events if each.version > last and not isinstance(each.event, RoadNoted | OtherKnown)]
    return page.page(timeline_of(ahead[: page.rows], _day_of), lambda each: [each.version])


def _day_of(event: ParticipationEvent) -> date:
    return event.on


@router.get("/participations/{referral_id}/forecast", tags=["views"])
async def foresee(referral_id: Id, caller: Facilitator, connection: Snapshot, from_on: FromOn = None) -> Forecast:
    """If he joins on that day: which modules when, what to catch up, and the day he can finish."""
    await require_participation(connection, caller, referral_id)
    if found := await board.foresee_one(connection, referral_id, from_on or today()):
        return found
    raise NotVisible


@router.get("/barriers", tags=["views"])
async def read_barriers(
    asked: Asked, caller: Facilitator, connection: Snapshot, page: Paging
) -> Page[barriers.Barrier]:
    """Why people did not start, by slot and place; what kept most people away first."""
    return await barriers.find(connection, caller, asked, page)


@router.get("/barriers/what-if", tags=["views"])
async def what_if(
    asked: Asked,
    weekday: Weekday,
    part_of_day: PartOfDay,
    category: Category,
    code: ReasonCode,
    caller: Facilitator,
    connection: Snapshot,
) -> barriers.WhatIf:
    """How many of those who did not start for that reason could have come to another slot in the city."""
    return await barriers.what_if(connection, caller, asked, (weekday, part_of_day), (category, code))


@router.get("/worklists/absent-twice", tags=["worklists"])
async def absent_twice(caller: Facilitator, connection: Snapshot, page: Paging) -> Page[Participation]:
    """Those absent at their last two sessions or more, the most often absent first."""
    return await participations.absent_twice(connection, caller, page)


@router.get("/worklists/paused-past-review", tags=["worklists"])
async def paused_past_review(caller: Facilitator, connection: Snapshot, page: Paging) -> Page[Participation]:
    """Those whose pause should have been looked at again, the longest ago first."""
    return await participations.paused_past_review(connection, caller, today(), page)
