"""What is read of referrals: worklists, the timeline of one, and what an organisation may know of its own."""

from __future__ import annotations

from fastapi import APIRouter

from services.referral.api.seen import READS_OWN, WORKS, must_see
from services.referral.views import cases
from shared.callers import Caller
from shared.days import today
from shared.steps import Step, timeline_of
from shared.terms import Id
from shared.web import Commands


def add_routes(router: APIRouter, commands: Commands) -> None:
    """The views."""
    pool = commands.store.pool

    @router.get("/referrals/waiting", tags=["views"])
    async def waiting_for_intake(caller: Caller = WORKS) -> list[cases.Case]:
        async with pool.acquire() as connection:
            return await cases.waiting_for_intake(connection, caller, today())

    @router.get("/referrals/on-hold-past-review", tags=["views"])
    async def on_hold_past_review(caller: Caller = WORKS) -> list[cases.Case]:
        async with pool.acquire() as connection:
            return await cases.on_hold_past_review(connection, caller, today())

    @router.get("/referrals/own", tags=["views"])
    async def own_referrals(caller: Caller = READS_OWN) -> list[cases.OwnReferral]:
        async with pool.acquire() as connection:
            return await cases.of_organisation(connection, caller)

    @router.get("/referrals/{referral_id}/timeline", tags=["views"])
    async def timeline(referral_id: Id, caller: Caller = WORKS) -> list[Step]:
        async with pool.acquire() as connection:
            await must_see(connection, caller, referral_id)
            facts = await commands.store.read(connection, cases.stream(referral_id))
        return timeline_of(facts)
