"""What is read of referrals: worklists, the timeline of one, and what an organisation may know of its own."""

from __future__ import annotations

from fastapi import APIRouter

from services.referral.access import Facilitator, Referrer, works_on
from services.referral.queries import referrals
from services.referral.queries.referrals import Case, LeftReferral, OwnReferral
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.events import CorrectionAsked, Entry, RetractionAsked, day_of
from services.referral.referrals.schemas import EntryBody, HowItCameIn
from shared.domain.clock import today
from shared.eventstore.loading import load
from shared.http.commands import Store
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible
from shared.http.timeline import TimelineEntry, timeline_of
from shared.i18n.code_lists import Id

router = APIRouter(tags=["views"])


@router.get("/referrals/waiting")
async def waiting_for_intake(
    caller: Facilitator, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Case]:
    """Those without an intake in the caller's cities, waiting longest first."""
    async with store.pool.acquire() as connection:
        return await referrals.waiting_for_intake(connection, caller, today(), after, limit)


@router.get("/referrals/on-hold-past-review")
async def on_hold_past_review(
    caller: Facilitator, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Case]:
    """Those on hold whose review date has passed, in the caller's cities."""
    async with store.pool.acquire() as connection:
        return await referrals.on_hold_past_review(connection, caller, today(), after, limit)


@router.get("/referrals/asked-by-referrers")
async def asked_by_referrers(
    caller: Facilitator, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Case]:
    """Those of which who refers asks for a correction or a retraction, in the caller's cities."""
    async with store.pool.acquire() as connection:
        return await referrals.asked_by_referrers(connection, caller, today(), after, limit)


@router.get("/referrals/left")
async def left_city(
    caller: Facilitator, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[LeftReferral]:
    """Those that left one of the caller's cities for another, and when."""
    async with store.pool.acquire() as connection:
        return await referrals.left_city(connection, caller, after, limit)


@router.get("/referrals/own")
async def own_referrals(
    caller: Referrer, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[OwnReferral]:
    """Those of the caller's organisation, the oldest first."""
    async with store.pool.acquire() as connection:
        return await referrals.of_organisation(connection, caller, after, limit)


@router.get("/referrals/{referral_id}/entry")
async def how_it_came_in(referral_id: Id, caller: Facilitator, store: Store) -> HowItCameIn:
    """How a referral came in, whole, as a correction tells it; and what who refers asks."""
    async with store.pool.acquire() as connection:
        _, state = await load(connection, store, REFERRAL, referral_id)
    works_on(caller)(state)
    if state.received is None:
        raise NotVisible
    return HowItCameIn(
        entry=_entry(state.received),
        correction_asked=_entry(state.asked) if isinstance(state.asked, CorrectionAsked) else None,
        retraction_asked=isinstance(state.asked, RetractionAsked),
    )


def _entry(event: Entry) -> EntryBody:
    return EntryBody.model_validate(event.model_dump(include=set(EntryBody.model_fields)))


@router.get("/referrals/{referral_id}/timeline")
async def timeline(
    referral_id: Id, caller: Facilitator, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[TimelineEntry]:
    """What happened to a referral, the oldest first."""
    async with store.pool.acquire() as connection:
        recorded = await store.read(connection, REFERRAL.stream(referral_id))
    works_on(caller)(REFERRAL.fold(each.event for each in recorded))
    [last] = key_of(after, int) or [0]
    later = [entry for entry in timeline_of(recorded, day_of) if entry.version > last]
    return page_of(later, limit, lambda entry: [entry.version])


@router.get("/referrals/{referral_id}")
async def referral(referral_id: Id, caller: Facilitator, store: Store) -> Case:
    """How one referral stands, and which others are or may be of the same person."""
    async with store.pool.acquire() as connection:
        found = await referrals.case(connection, caller, today(), referral_id)
    if found is None:
        raise NotVisible
    return found
