"""What was recorded of a cycle in error is taken back over HTTP, and what may change of it is changed."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.carousel.access import Access, Facilitator
from services.carousel.cycles.aggregate import CYCLE
from services.carousel.cycles.commands import (
    CancelCycle,
    ChangeCapacity,
    ChangeFacilitators,
    CorrectSessionDay,
    CycleCommand,
    ReinstateSession,
    ReopenSession,
)
from services.carousel.cycles.schemas import Cancellation, DayCorrection, NewCapacity, NewFacilitators
from shared.domain.clock import now
from shared.domain.messages import Dated
from shared.http.auth import Caller
from shared.http.commands import Commanding, Commands, Done
from shared.i18n.code_lists import Id

router = APIRouter(tags=["cycles"])


@router.post("/cycles/{cycle_id}/sessions/{session_id}/reopen", response_model=Done)
async def reopen_session(
    cycle_id: Id, session_id: Id, body: Dated, caller: Facilitator, commands: Commanding
) -> Response:
    """Take back that a session was held: its marks do not count, and it may still take place."""
    command = ReopenSession(at=now(), by=caller.subject, cycle_id=cycle_id, session_id=session_id, on=body.on)
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/sessions/{session_id}/reinstate", response_model=Done)
async def reinstate_session(
    cycle_id: Id, session_id: Id, body: Dated, caller: Facilitator, commands: Commanding
) -> Response:
    """Take back that a session was cancelled: it will take place."""
    command = ReinstateSession(at=now(), by=caller.subject, cycle_id=cycle_id, session_id=session_id, on=body.on)
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/sessions/{session_id}/correct-day", response_model=Done)
async def correct_session_day(
    cycle_id: Id, session_id: Id, body: DayCorrection, caller: Facilitator, commands: Commanding
) -> Response:
    """Say on which day and hour a session that was held took place."""
    command = CorrectSessionDay(
        at=now(),
        by=caller.subject,
        cycle_id=cycle_id,
        session_id=session_id,
        held_on=body.held_on,
        starts=body.starts,
        on=body.on,
    )
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/sessions/{session_id}/capacity", response_model=Done)
async def change_session_capacity(
    cycle_id: Id, session_id: Id, body: NewCapacity, caller: Facilitator, commands: Commanding
) -> Response:
    """Have another number of seats at one session."""
    command = ChangeCapacity(
        at=now(), by=caller.subject, cycle_id=cycle_id, session_id=session_id, capacity=body.capacity, on=body.on
    )
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/capacity", response_model=Done)
async def change_capacity(cycle_id: Id, body: NewCapacity, caller: Facilitator, commands: Commanding) -> Response:
    """Have another number of seats at every session that has none of its own."""
    command = ChangeCapacity(at=now(), by=caller.subject, cycle_id=cycle_id, capacity=body.capacity, on=body.on)
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/facilitators", response_model=Done)
async def change_facilitators(
    cycle_id: Id, body: NewFacilitators, caller: Facilitator, commands: Commanding
) -> Response:
    """Have another pair run the cycle from that day on."""
    command = ChangeFacilitators(
        at=now(), by=caller.subject, cycle_id=cycle_id, facilitators=body.facilitators, on=body.on
    )
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/cancel", response_model=Done)
async def cancel_cycle(cycle_id: Id, body: Cancellation, caller: Facilitator, commands: Commanding) -> Response:
    """Cancel every session that did not take place, and close the cycle."""
    command = CancelCycle(at=now(), by=caller.subject, cycle_id=cycle_id, reason=body.reason, on=body.on)
    return await _run(commands, caller, command)


async def _run(commands: Commands, caller: Caller, command: CycleCommand) -> Response:
    access = Access(caller)
    return await commands.run(CYCLE, command.cycle_id, command, check_access=access.cycle, check_issued=access.issued)
