"""What is read of referrals: worklists, the timeline of one, and what an organisation may know of its own."""

from __future__ import annotations

from functools import reduce

from fastapi import APIRouter

from services.referral.api.access import READS_OWN, WORKS, works_on
from services.referral.deciders import REFERRALS
from services.referral.views import cases
from shared.domain.clock import today
from shared.http.auth import Caller
from shared.http.commands import Commands
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.steps import Step, timeline_of
from shared.i18n.code_lists import Id


def add_routes(router: APIRouter, commands: Commands) -> None:
    """The views."""
    pool = commands.store.pool

    @router.get("/referrals/waiting", tags=["views"])
    async def waiting_for_intake(
        caller: Caller = WORKS, after: After = None, limit: Limit = PAGE_ROWS
    ) -> Page[cases.Case]:
        async with pool.acquire() as connection:
            return await cases.waiting_for_intake(connection, caller, today(), after, limit)

    @router.get("/referrals/on-hold-past-review", tags=["views"])
    async def on_hold_past_review(
        caller: Caller = WORKS, after: After = None, limit: Limit = PAGE_ROWS
    ) -> Page[cases.Case]:
        async with pool.acquire() as connection:
            return await cases.on_hold_past_review(connection, caller, today(), after, limit)

    @router.get("/referrals/own", tags=["views"])
    async def own_referrals(
        caller: Caller = READS_OWN, after: After = None, limit: Limit = PAGE_ROWS
    ) -> Page[cases.OwnReferral]:
        async with pool.acquire() as connection:
            return await cases.of_organisation(connection, caller, after, limit)

    @router.get("/referrals/{referral_id}/timeline", tags=["views"])
    async def timeline(
        referral_id: Id, caller: Caller = WORKS, after: After = None, limit: Limit = PAGE_ROWS
    ) -> Page[Step]:
        async with pool.acquire() as connection:
            facts = await commands.store.read(connection, cases.stream(referral_id))
        works_on(caller)(reduce(REFERRALS.evolve, (fact.event for fact in facts), REFERRALS.initial))
        [seen] = key_of(after, int) or [0]
        later = [step for step in timeline_of(facts) if step.version > seen]
        return page_of(later, limit, lambda step: [step.version])
