"""The worklists over HTTP: what somebody should look at, of the caller's own organisation and cities."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from services.carousel.access import WORKS, Pool, one_moment
from services.carousel.views import participations, sessions
from services.carousel.views.participations import Participation
from shared.domain.clock import today
from shared.http.auth import Caller
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of


def add_routes(router: APIRouter, pool: Pool) -> None:
    """Sessions nobody recorded, two absences in a row, pauses past their review."""
    _sessions(router, pool)
    _people(router, pool)


def _sessions(router: APIRouter, pool: Pool) -> None:
    @router.get("/worklists/unrecorded-sessions", tags=["worklists"])
    async def unrecorded_sessions(
        after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = WORKS
    ) -> Page[sessions.Unrecorded]:
        """Sessions that should have been held and were not recorded, oldest first."""
        async with one_moment(pool) as connection:
            rows = await sessions.unrecorded(connection, caller, today(), limit + 1, key_of(after, date, str, str))
        return page_of(rows, limit, lambda each: [each.held_on, each.cycle, each.session])


def _people(router: APIRouter, pool: Pool) -> None:
    @router.get("/worklists/absent-twice", tags=["worklists"])
    async def absent_twice(
        after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = WORKS
    ) -> Page[Participation]:
        """Those absent at their last two sessions or more, the most often absent first."""
        async with one_moment(pool) as connection:
            rows = await participations.absent_twice(connection, caller, limit + 1, key_of(after, int, str))
        return page_of(rows, limit, lambda each: [-each.absences_in_a_row, each.referral])

    @router.get("/worklists/paused-past-review", tags=["worklists"])
    async def paused_past_review(
        after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = WORKS
    ) -> Page[Participation]:
        """Those whose pause should have been looked at again, the longest ago first."""
        async with one_moment(pool) as connection:
            key = key_of(after, date, str)
            rows = await participations.paused_past_review(connection, caller, today(), limit + 1, key)
        return page_of(rows, limit, lambda each: [each.review_on or today(), each.referral])
