"""Cycles over HTTP: facilitators run those of their organisation."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.carousel.access import Access, Facilitator
from services.carousel.cycles import planning
from services.carousel.cycles.aggregate import CYCLE
from services.carousel.cycles.commands import (
    AddCatchUp,
    ArrangeCover,
    CancelSession,
    CloseCycle,
    CorrectAttendance,
    CycleCommand,
    HoldSession,
    MoveSession,
    PlanCycle,
)
from services.carousel.cycles.events import CatchUpAdded, CyclePlanned
from services.carousel.cycles.schemas import Cancellation, CatchUp, Correction, CoverPlan, Move, NewCycle, SessionRecord
from services.carousel.offers.aggregate import OFFER
from services.carousel.offers.state import Offer
from services.carousel.queries import sessions
from shared.domain.clock import now
from shared.domain.messages import Dated, id_not_available
from shared.eventstore.command_handler import Outcome, TransactionHook
from shared.eventstore.event_store import Connection, EventStore
from shared.eventstore.loading import load
from shared.http.auth import Caller
from shared.http.commands import Commanding, Commands, Done
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["cycles"])


@router.post("/cycles", status_code=201, response_model=Done)
async def plan_cycle(body: NewCycle, caller: Facilitator, commands: Commanding) -> Response:
    """A cycle of the caller's own organisation, in one of his cities."""
    if caller.organisation is None or body.city not in caller.cities:
        raise NotVisible
    command = plan_of(body, await _offer_of(commands.store, body), caller, caller.organisation)
    access, hooks = Access(caller), [_new_sessions(commands.store, body.cycle_id)]
    return await commands.run(CYCLE, body.cycle_id, command, check_access=access.new_cycle, hooks=hooks, created=True)


async def _offer_of(store: EventStore, body: NewCycle) -> Offer:
    """The offer in the version that holds; of a cycle that is planned already, in the one it was planned with."""
    async with store.pool.acquire() as connection:
        _, cycle = await load(connection, store, CYCLE, body.cycle_id)
        past = [each.event for each in await store.read(connection, OFFER.stream(body.offer_id))]
    if cycle.planned and cycle.planned.offer_id == body.offer_id:
        past = [each for each in past if each.version <= cycle.planned.offer_version]
    if not past:
        raise NotVisible
    return OFFER.fold(past)


def plan_of(body: NewCycle, offer: Offer, caller: Caller, organisation: str) -> PlanCycle:
    """The command that plans a cycle of that offer; raises Refused for an order of modules that cannot be."""
    first = (body.cycle_id, planning.in_order(offer.modules, body.order), body.first_on, body.starts)
    return PlanCycle(
        at=now(),
        by=caller.subject,
        cycle_id=body.cycle_id,
        offer_id=body.offer_id,
        offer_version=offer.version,
        language=offer.language,
        modules=tuple(each.number for each in offer.modules),
        needs=offer.needs,
        organisation_id=organisation,
        city=body.city,
        place=body.place,
        weekday=planning.WEEKDAYS[body.first_on.weekday()],
        part_of_day=body.part_of_day,
        capacity=body.capacity,
        facilitators=body.facilitators,
        sessions=planning.sessions(*first, weeks_between=body.weeks_between, closed=body.closed),
        on=body.on,
    )


@router.post("/cycles/{cycle_id}/sessions/{session_id}/move", response_model=Done)
async def move_session(cycle_id: Id, session_id: Id, body: Move, caller: Facilitator, commands: Commanding) -> Response:
    """Move a session to another day or hour."""
    command = MoveSession(
        at=now(),
        by=caller.subject,
        cycle_id=cycle_id,
        session_id=session_id,
        to=body.to,
        starts=body.starts,
        on=body.on,
    )
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/sessions/{session_id}/cancel", response_model=Done)
async def cancel_session(
    cycle_id: Id, session_id: Id, body: Cancellation, caller: Facilitator, commands: Commanding
) -> Response:
    """Cancel a session that did not take place."""
    command = CancelSession(
        at=now(), by=caller.subject, cycle_id=cycle_id, session_id=session_id, reason=body.reason, on=body.on
    )
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/sessions/{session_id}/cover", response_model=Done)
async def arrange_cover(
    cycle_id: Id, session_id: Id, body: CoverPlan, caller: Facilitator, commands: Commanding
) -> Response:
    """Have another facilitator stand in at one session."""
    command = ArrangeCover(
        at=now(),
        by=caller.subject,
        cycle_id=cycle_id,
        session_id=session_id,
        absent=body.absent,
        cover=body.cover,
        on=body.on,
    )
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/sessions/{session_id}/hold", response_model=Done)
async def hold_session(
    cycle_id: Id, session_id: Id, body: SessionRecord, caller: Facilitator, commands: Commanding
) -> Response:
    """Record that a session took place on `on`, with a mark for everyone expected."""
    command = HoldSession(
        at=now(), by=caller.subject, cycle_id=cycle_id, session_id=session_id, attendance=body.attendance, on=body.on
    )
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/sessions/{session_id}/correct", response_model=Done)
async def correct_attendance(
    cycle_id: Id, session_id: Id, body: Correction, caller: Facilitator, commands: Commanding
) -> Response:
    """Correct one mark of a session held."""
    command = CorrectAttendance(
        at=now(),
        by=caller.subject,
        cycle_id=cycle_id,
        session_id=session_id,
        referral_id=body.referral_id,
        mark=body.mark,
        on=body.on,
    )
    return await _run(commands, caller, command)


@router.post("/cycles/{cycle_id}/catch-up", response_model=Done)
async def add_catch_up(cycle_id: Id, body: CatchUp, caller: Facilitator, commands: Commanding) -> Response:
    """Add a session for a module that was missed."""
    command = AddCatchUp(
        at=now(),
        by=caller.subject,
        cycle_id=cycle_id,
        session_id=body.session_id,
        module=body.module,
        held_on=body.held_on,
        starts=body.starts,
        on=body.on,
    )
    access, hooks = Access(caller), [_new_sessions(commands.store, cycle_id)]
    return await commands.run(
        CYCLE, cycle_id, command, check_access=access.cycle, check_issued=access.issued, hooks=hooks
    )


def _new_sessions(store: EventStore, cycle_id: str) -> TransactionHook:
    """Refuses `id-not-available` when a session that is added has the id of one elsewhere; one after another."""

    async def check(connection: Connection, outcome: Outcome) -> None:
        added = [
            each.session_id
            for event in outcome.events
            if isinstance(event, CyclePlanned | CatchUpAdded)
            for each in (event.sessions if isinstance(event, CyclePlanned) else (event.session,))
        ]
        if added:
            await store.lock_streams(connection, ["ids of sessions"])
        if added and await sessions.in_another_cycle(connection, cycle_id, added):
            raise id_not_available()

    return check


@router.post("/cycles/{cycle_id}/close", response_model=Done)
async def close_cycle(cycle_id: Id, body: Dated, caller: Facilitator, commands: Commanding) -> Response:
    """Close a cycle whose sessions were all held or cancelled."""
    return await _run(commands, caller, CloseCycle(at=now(), by=caller.subject, cycle_id=cycle_id, on=body.on))


async def _run(commands: Commands, caller: Caller, command: CycleCommand) -> Response:
    access = Access(caller)
    return await commands.run(CYCLE, command.cycle_id, command, check_access=access.cycle, check_issued=access.issued)
