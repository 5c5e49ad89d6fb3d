"""What is read of cycles and their sessions, each only of the caller's own organisation or cities."""

from __future__ import annotations

from fastapi import APIRouter

from services.carousel.access import CalendarReader, Facilitator, Snapshot, require_cycle
from services.carousel.queries import board, continuity, cycles, sessions, waiting_list
from services.carousel.queries.parameters import ShortPaging, Since, Until
from shared.domain.clock import today
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter()


@router.get("/cycles", tags=["cycles"])
async def known_cycles(
    since: Since, until: Until, caller: CalendarReader, connection: Snapshot, page: Paging
) -> Page[cycles.Cycle]:
    """The cycles that begin in a period, with their sessions; nobody in them."""
    return await cycles.find(connection, caller, (since, until), page)


@router.get("/cycles/{cycle_id}/proposals", tags=["views"])
async def propose(
    cycle_id: Id, caller: Facilitator, connection: Snapshot, page: ShortPaging
) -> Page[waiting_list.Waiting]:
    """Who could take a free seat, waiting longest first; nobody is placed by it."""
    await require_cycle(connection, caller, cycle_id)
    return await waiting_list.proposals(connection, caller, cycle_id, today(), page)


@router.get("/cycles/{cycle_id}/board", tags=["views"])
async def group_board(cycle_id: Id, caller: Facilitator, connection: Snapshot, page: Paging) -> Page[board.Member]:
    """Who has which modules, and who can finish when."""
    await require_cycle(connection, caller, cycle_id)
    return await board.find(connection, caller, cycle_id, today(), page)


@router.get("/cycles/{cycle_id}/sessions/{session_id}", tags=["views"])
async def session_sheet(
    cycle_id: Id, session_id: Id, caller: Facilitator, connection: Snapshot
) -> sessions.SessionSheet:
    """Everyone expected at a session, with his mark once it was held."""
    await require_cycle(connection, caller, cycle_id)
    if found := await sessions.sheet(connection, cycle_id, session_id):
        return found
    raise NotVisible


@router.get("/continuity", tags=["views"])
async def facilitator_continuity(
    since: Since, until: Until, caller: Facilitator, connection: Snapshot, page: Paging
) -> Page[continuity.Continuity]:
    """How steady the pair of each cycle is, and who stood in for whom."""
    return await continuity.find(connection, caller, (since, until), page)


@router.get("/worklists/unrecorded-sessions", tags=["worklists"])
async def unrecorded_sessions(caller: Facilitator, connection: Snapshot, page: Paging) -> Page[sessions.Unrecorded]:
    """Sessions that should have been held and were not recorded, oldest first."""
    return await sessions.unrecorded(connection, caller, today(), page)
