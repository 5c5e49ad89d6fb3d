"""What is read of cycles and their sessions, each only of the caller's own organisation or cities."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from services.carousel.access import CalendarReader, Facilitator, Snapshot, require_cycle
from services.carousel.queries import board, continuity, cycles, sessions, waiting_list
from services.carousel.queries.parameters import Since, Until
from services.carousel.queries.waiting_list import Waiting, key_of_waiting
from shared.domain.clock import today
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter()
_PROPOSED = 20


@router.get("/cycles", tags=["cycles"])
async def known_cycles(
    since: Since,
    until: Until,
    caller: CalendarReader,
    connection: Snapshot,
    after: After = None,
    limit: Limit = PAGE_ROWS,
) -> Page[cycles.Cycle]:
    """The cycles that begin in a period, with their sessions; nobody in them."""
    rows = await cycles.find(connection, caller, (since, until), limit + 1, key_of(after, date, str))
    return page_of(rows, limit, lambda each: [each.first_on, each.cycle])


@router.get("/cycles/{cycle_id}/proposals", tags=["views"])
async def propose(
    cycle_id: Id, caller: Facilitator, connection: Snapshot, after: After = None, limit: Limit = _PROPOSED
) -> Page[Waiting]:
    """Who could take a free seat, waiting longest first; nobody is placed by it."""
    key = key_of(after, date, str)
    await require_cycle(connection, caller, cycle_id)
    rows = await waiting_list.proposals(connection, caller, cycle_id, today(), limit + 1, key)
    return page_of(rows, limit, key_of_waiting)


@router.get("/cycles/{cycle_id}/board", tags=["views"])
async def group_board(
    cycle_id: Id, caller: Facilitator, connection: Snapshot, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[board.Member]:
    """Who has which modules, and who can finish when."""
    key = key_of(after, str)
    await require_cycle(connection, caller, cycle_id)
    rows = await board.find(connection, caller, cycle_id, today(), limit + 1, key)
    return page_of(rows, limit, lambda each: [each.participation.referral])


@router.get("/cycles/{cycle_id}/sessions/{session_id}", tags=["views"])
async def session_sheet(
    cycle_id: Id, session_id: Id, caller: Facilitator, connection: Snapshot
) -> sessions.SessionSheet:
    """Everyone expected at a session, with his mark once it was held."""
    await require_cycle(connection, caller, cycle_id)
    found = await sessions.sheet(connection, cycle_id, session_id)
    if found is None:
        raise NotVisible
    return found


@router.get("/continuity", tags=["views"])
async def facilitator_continuity(
    since: Since, until: Until, caller: Facilitator, connection: Snapshot, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[continuity.Continuity]:
    """How steady the pair of each cycle is, and who stood in for whom."""
    key = key_of(after, date, str)
    rows = await continuity.find(connection, caller, (since, until), limit + 1, key)
    return page_of(rows, limit, lambda each: [each.first_on, each.cycle])


@router.get("/worklists/unrecorded-sessions", tags=["worklists"])
async def unrecorded_sessions(
    caller: Facilitator, connection: Snapshot, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[sessions.Unrecorded]:
    """Sessions that should have been held and were not recorded, oldest first."""
    key = key_of(after, date, str, str)
    rows = await sessions.unrecorded(connection, caller, today(), limit + 1, key)
    return page_of(rows, limit, lambda each: [each.held_on, each.cycle, each.session])
