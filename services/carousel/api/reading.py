"""The views over HTTP: waiting list, boards, sheets, barriers; only facilitators, each only his own."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.carousel.access import WORKS, Pool, must_see, must_see_cycle, one_moment
from services.carousel.api.periods import FromOn, Since, Until
from services.carousel.consequences import of_participation
from services.carousel.views import barriers, board, continuity, participations, sessions, waiting_list
from services.carousel.views.participations import Participation
from services.carousel.views.waiting_list import Waiting
from shared.domain.clock import today
from shared.eventstore.event_store import EventStore
from shared.http.auth import Caller
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible
from shared.http.steps import Step, timeline_of
from shared.i18n.code_lists import Category, City, Id, PartOfDay, ReasonCode, Weekday

_PROPOSED = 20
OneCity = Annotated[City, Query(description="one of the caller's cities")]


def add_routes(router: APIRouter, store: EventStore) -> None:
    """What is read."""
    _waiting(router, store.pool)
    _groups(router, store.pool)
    _continuity(router, store.pool)
    _people(router, store)
    _forecast(router, store.pool)
    _why(router, store.pool)


def _waiting(router: APIRouter, pool: Pool) -> None:
    @router.get("/waiting-list", tags=["views"])
    async def read_waiting_list(after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = WORKS) -> Page[Waiting]:
        """Who waits in the caller's cities: days waited, availability, language and the next place that fits."""
        async with one_moment(pool) as connection:
            rows = await waiting_list.find(connection, caller, today(), limit + 1, key_of(after, date, str))
        return page_of(rows, limit, _since)

    @router.get("/cycles/{cycle_id}/proposals", tags=["views"])
    async def propose(
        cycle_id: Id, after: After = None, limit: Limit = _PROPOSED, caller: Caller = WORKS
    ) -> Page[Waiting]:
        """Who could take a free seat, waiting longest first; nobody is placed by it."""
        key = key_of(after, date, str)
        async with one_moment(pool) as connection:
            await must_see_cycle(connection, caller, cycle_id)
            rows = await waiting_list.proposals(connection, caller, cycle_id, today(), limit + 1, key)
        return page_of(rows, limit, _since)


def _since(each: Waiting) -> tuple[date, str]:
    return each.participation.waiting_since, each.participation.referral


def _groups(router: APIRouter, pool: Pool) -> None:
    @router.get("/cycles/{cycle_id}/board", tags=["views"])
    async def group_board(
        cycle_id: Id, after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = WORKS
    ) -> Page[board.Member]:
        """Who has which modules, and who can finish when."""
        key = key_of(after, str)
        async with one_moment(pool) as connection:
            await must_see_cycle(connection, caller, cycle_id)
            rows = await board.find(connection, caller, cycle_id, today(), limit + 1, key)
        return page_of(rows, limit, lambda each: [each.participation.referral])

    @router.get("/cycles/{cycle_id}/sessions/{session_id}", tags=["views"])
    async def session_sheet(cycle_id: Id, session_id: Id, caller: Caller = WORKS) -> sessions.SessionSheet:
        """Everyone expected at a session, with his mark once it was held."""
        async with one_moment(pool) as connection:
            await must_see_cycle(connection, caller, cycle_id)
            found = await sessions.sheet(connection, cycle_id, session_id)
        if found is None:
            raise NotVisible
        return found


def _continuity(router: APIRouter, pool: Pool) -> None:
    @router.get("/continuity", tags=["views"])
    async def facilitator_continuity(
        since: Since, until: Until, after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = WORKS
    ) -> Page[continuity.Continuity]:
        """How steady the pair of each cycle is, and who stood in for whom."""
        key = key_of(after, date, str)
        async with one_moment(pool) as connection:
            rows = await continuity.find(connection, caller, (since, until), limit + 1, key)
        return page_of(rows, limit, lambda each: [each.first_on, each.cycle])


def _people(router: APIRouter, store: EventStore) -> None:
    @router.get("/participations/{referral_id}", tags=["views"])
    async def read_participation(referral_id: Id, caller: Caller = WORKS) -> Participation:
        """One participation; of those he is kept apart from, whom the caller may see."""
        async with one_moment(store.pool) as connection:
            await must_see(connection, caller, referral_id)
            found = await participations.find(connection, referral_id)
            if found is None:
                raise NotVisible
            return (await participations.as_seen(connection, caller, [found]))[0]

    @router.get("/participations/{referral_id}/timeline", tags=["views"])
    async def timeline(
        referral_id: Id, after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = WORKS
    ) -> Page[Step]:
        """Every fact of the participation, corrections with what they correct, oldest first."""
        [last] = key_of(after, int) or [0]
        async with one_moment(store.pool) as connection:
            await must_see(connection, caller, referral_id)
            facts = await store.read(connection, of_participation(referral_id))
        ahead = [fact for fact in facts if fact.version > last]
        return page_of(timeline_of(ahead[: limit + 1]), limit, lambda each: [each.version])


def _forecast(router: APIRouter, pool: Pool) -> None:
    @router.get("/participations/{referral_id}/forecast", tags=["views"])
    async def foresee(referral_id: Id, from_on: FromOn = None, caller: Caller = WORKS) -> board.Foreseen:
        """If he joins on that day: which modules when, what to catch up, and the day he can finish."""
        async with one_moment(pool) as connection:
            await must_see(connection, caller, referral_id)
            found = await board.foresee_one(connection, referral_id, from_on or today())
        if found is None:
            raise NotVisible
        return found


def _why(router: APIRouter, pool: Pool) -> None:
    @router.get("/barriers", tags=["views"])
    async def read_barriers(
        city: OneCity, since: Since, until: Until, after: After = None, limit: Limit = PAGE_ROWS,
        caller: Caller = WORKS,
    ) -> Page[barriers.Barrier]:  # fmt: skip
        """Why people did not start, by slot and place; what kept most people away first."""
        key = key_of(after, int, str, str, str, str, str)
        async with one_moment(pool) as connection:
            rows = await barriers.find(connection, caller, barriers.Asked(city, since, until), limit + 1, key)
        return page_of(rows, limit, barriers.key_of_line)

    @router.get("/barriers/what-if", tags=["views"])
    async def what_if(
        city: OneCity, since: Since, until: Until, weekday: Weekday, part_of_day: PartOfDay,
        category: Category, code: ReasonCode, caller: Caller = WORKS,
    ) -> barriers.WhatIf:  # fmt: skip
        """How many of those who did not start for that reason could have come to another slot in the city."""
        async with one_moment(pool) as connection:
            asked = barriers.Asked(city, since, until)
            return await barriers.what_if(connection, caller, asked, (weekday, part_of_day), (category, code))
