"""The views over HTTP: waiting list, boards, sheets, worklists, barriers; only facilitators, each only his own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

import asyncpg
from fastapi import APIRouter, Query

from services.carousel.api.seen import WORKS, Since, Until, must_see, must_see_cycle
from services.carousel.consequences import of_participation
from services.carousel.views import barriers, board, continuity, participations, sessions, waiting_list
from services.carousel.views.participations import Participation
from services.carousel.views.streams import TYPES
from shared.callers import Caller
from shared.days import today
from shared.event_store import EventStore
from shared.steps import Step, timeline_of
from shared.terms import Category, City, Id, PartOfDay, ReasonCode, Weekday
from shared.web import NotVisible

FromOn = Annotated[date | None, Query(description="the day he would join; today when not told")]
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


def add_routes(router: APIRouter, pool: Pool) -> None:
    """What is read."""
    _waiting(router, pool)
    _groups(router, pool)
    _people(router, pool)
    _worklists(router, pool)
    _why(router, pool)


def _waiting(router: APIRouter, pool: Pool) -> None:
    @router.get("/waiting-list", tags=["views"])
    async def read_waiting_list(caller: Caller = WORKS) -> list[waiting_list.Waiting]:
        """Who waits in the caller's cities: days waited, availability, language and the next place that fits."""
        async with pool.acquire() as connection:
            return await waiting_list.find(connection, caller, today())

    @router.get("/cycles/{cycle_id}/proposals", tags=["views"])
    async def propose(cycle_id: Id, caller: Caller = WORKS) -> list[waiting_list.Waiting]:
        """Who could take a free seat, waiting longest first; nobody is placed by it."""
        async with pool.acquire() as connection:
            await must_see_cycle(connection, caller, cycle_id)
            return await waiting_list.proposals(connection, cycle_id, today())


def _groups(router: APIRouter, pool: Pool) -> None:
    @router.get("/cycles/{cycle_id}/board", tags=["views"])
    async def group_board(cycle_id: Id, caller: Caller = WORKS) -> list[board.Member]:
        """Who has which modules, and who can finish when."""
        async with pool.acquire() as connection:
            await must_see_cycle(connection, caller, cycle_id)
            return await board.find(connection, cycle_id, today())

    @router.get("/cycles/{cycle_id}/sessions/{session_id}", tags=["views"])
    async def session_sheet(cycle_id: Id, session_id: Id, caller: Caller = WORKS) -> sessions.SessionSheet:
        """Everyone expected at a session, with his mark once it was held."""
        async with pool.acquire() as connection:
            await must_see_cycle(connection, caller, cycle_id)
            found = await sessions.sheet(connection, cycle_id, session_id)
        if found is None:
            raise NotVisible
        return found

    @router.get("/continuity", tags=["views"])
    async def facilitator_continuity(since: Since, until: Until, caller: Caller = WORKS) -> list[continuity.Continuity]:
        """How steady the pair of each cycle is, and who stood in for whom."""
        async with pool.acquire() as connection:
            return await continuity.find(connection, caller, since, until)


def _people(router: APIRouter, pool: Pool) -> None:
    @router.get("/participations/{referral_id}", tags=["views"])
    async def read_participation(referral_id: Id, caller: Caller = WORKS) -> Participation:
        async with pool.acquire() as connection:
            await must_see(connection, caller, referral_id)
            found = await participations.find(connection, referral_id)
        if found is None:
            raise NotVisible
        return found

    @router.get("/participations/{referral_id}/timeline", tags=["views"])
    async def timeline(referral_id: Id, caller: Caller = WORKS) -> list[Step]:
        """Every fact of the participation, corrections with what they correct."""
        async with pool.acquire() as connection:
            await must_see(connection, caller, referral_id)
            return timeline_of(await EventStore(pool, TYPES).read(connection, of_participation(referral_id)))

    @router.get("/participations/{referral_id}/forecast", tags=["views"])
    async def foresee(referral_id: Id, from_on: FromOn = None, caller: Caller = WORKS) -> board.Foreseen:
        """If he joins on that day: which modules when, what to catch up, and the day he can finish."""
        async with pool.acquire() as connection:
            await must_see(connection, caller, referral_id)
            found = await board.foresee_one(connection, referral_id, from_on or today())
        if found is None:
            raise NotVisible
        return found


def _worklists(router: APIRouter, pool: Pool) -> None:
    @router.get("/worklists/unrecorded-sessions", tags=["worklists"])
    async def unrecorded_sessions(caller: Caller = WORKS) -> list[sessions.Unrecorded]:
        async with pool.acquire() as connection:
            return await sessions.unrecorded(connection, caller, today())

    @router.get("/worklists/absent-twice", tags=["worklists"])
    async def absent_twice(caller: Caller = WORKS) -> list[Participation]:
        async with pool.acquire() as connection:
            return await participations.absent_twice(connection, caller)

    @router.get("/worklists/paused-past-review", tags=["worklists"])
    async def paused_past_review(caller: Caller = WORKS) -> list[Participation]:
        async with pool.acquire() as connection:
            return await participations.paused_past_review(connection, caller, today())


def _why(router: APIRouter, pool: Pool) -> None:
    @router.get("/barriers", tags=["views"])
    async def read_barriers(city: City, since: Since, until: Until, caller: Caller = WORKS) -> list[barriers.Barrier]:
        """Why people did not start, by slot and place."""
        async with pool.acquire() as connection:
            return await barriers.find(connection, caller, barriers.Asked(city, since, until))

    @router.get("/barriers/what-if", tags=["views"])
    async def what_if(
        city: City, since: Since, until: Until, weekday: Weekday, part_of_day: PartOfDay,
        category: Category, code: ReasonCode, caller: Caller = WORKS,
    ) -> barriers.WhatIf:  # fmt: skip
        """How many of those who did not start for that reason could have come to another slot in the city."""
        async with pool.acquire() as connection:
            asked = barriers.Asked(city, since, until)
            return await barriers.what_if(connection, caller, asked, (weekday, part_of_day), (category, code))
