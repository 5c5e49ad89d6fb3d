"""Steering meetings and decisions: coordinators keep those of their cities, the steering group reads them."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TypeVar

from fastapi import APIRouter, Response

from services.training.access import (
    Coordinator,
    Reading,
    SteeringReader,
    coordinates,
    coordinates_or_plans,
    takes_place_in,
)
from services.training.meetings.aggregate import MEETING
from services.training.meetings.commands import (
    CancelSteeringMeeting,
    CarryOutDecision,
    CorrectDecision,
    CorrectSteeringMeeting,
    HoldSteeringMeeting,
    PlanSteeringMeeting,
    ReopenDecision,
    RevokeDecision,
    RevokeSteeringMeeting,
    TakeDecision,
)
from services.training.meetings.schemas import Decided, HeldMeeting, NewDecision, NewMeeting
from services.training.queries import meetings
from services.training.queries.meetings import Meeting, Open
from services.training.queries.organisations import current
from shared.domain.clock import now, today
from shared.domain.messages import Dated
from shared.http.auth import Caller
from shared.http.commands import Commanding, Commands, Done
from shared.http.pagination import Page, Paging
from shared.i18n.code_lists import Id

router = APIRouter(tags=["steering"])


@router.post("/steering-meetings", status_code=201, response_model=Done)
async def plan_meeting(body: NewMeeting, caller: Coordinator, commands: Commanding) -> Response:
    """Plan a meeting, or plan it again for another day."""
    takes_place_in(caller, body.city)
    command = PlanSteeringMeeting(
        at=now(),
        by=caller.subject,
        meeting_id=body.meeting_id,
        on=body.on,
        city=body.city,
        planned_for=body.planned_for,
    )
    return await commands.run(
        MEETING, body.meeting_id, command, check_access=partial(coordinates_or_plans, caller), created=True
    )


@router.post("/steering-meetings/{meeting_id}/hold", response_model=Done)
async def hold_meeting(meeting_id: Id, body: HeldMeeting, caller: Coordinator, commands: Commanding) -> Response:
    """A meeting that was held, planned or not."""
    command = await _met(HoldSteeringMeeting, meeting_id, body, caller, commands)
    return await commands.run(MEETING, meeting_id, command, check_access=partial(coordinates_or_plans, caller))


@router.post("/steering-meetings/{meeting_id}/correct", response_model=Done)
async def correct_meeting(meeting_id: Id, body: HeldMeeting, caller: Coordinator, commands: Commanding) -> Response:
    """Who was there and what was shown, said again."""
    command = await _met(CorrectSteeringMeeting, meeting_id, body, caller, commands)
    return await commands.run(MEETING, meeting_id, command, check_access=partial(coordinates, caller))


_Met = TypeVar("_Met", HoldSteeringMeeting, CorrectSteeringMeeting)


async def _met(meeting: type[_Met], meeting_id: str, body: HeldMeeting, caller: Caller, commands: Commands) -> _Met:
    """The command, in the caller's own city and with known partners."""
    takes_place_in(caller, body.city)
    known = await current(commands.store.pool, body.on, partners=body.partners)
    return meeting(
        at=now(),
        by=caller.subject,
        meeting_id=meeting_id,
        on=body.on,
        city=body.city,
        partners=tuple(now_is for each in body.partners if (now_is := known[each])),
        release=body.release,
    )


@router.post("/steering-meetings/{meeting_id}/cancel", response_model=Done)
async def cancel_meeting(meeting_id: Id, body: Dated, caller: Coordinator, commands: Commanding) -> Response:
    """What was planned does not take place; planning it again takes that back."""
    command = CancelSteeringMeeting(at=now(), by=caller.subject, meeting_id=meeting_id, on=body.on)
    return await commands.run(MEETING, meeting_id, command, check_access=partial(coordinates, caller))


@router.post("/steering-meetings/{meeting_id}/revoke", response_model=Done)
async def revoke_meeting(meeting_id: Id, body: Dated, caller: Coordinator, commands: Commanding) -> Response:
    """It was recorded as held in error: that, and every decision of it, is taken back."""
    command = RevokeSteeringMeeting(at=now(), by=caller.subject, meeting_id=meeting_id, on=body.on)
    return await commands.run(MEETING, meeting_id, command, check_access=partial(coordinates, caller))


@router.post("/steering-meetings/{meeting_id}/decisions", status_code=201, response_model=Done)
async def take_decision(meeting_id: Id, body: NewDecision, caller: Coordinator, commands: Commanding) -> Response:
    """What was decided, which partner sees to it, and by when."""
    known = await current(commands.store.pool, body.on, owner=body.owner)
    command = TakeDecision(
        at=now(),
        by=caller.subject,
        meeting_id=meeting_id,
        on=body.on,
        decision_id=body.decision_id,
        text=body.text,
        owner=known[body.owner] or body.owner,
        due=body.due,
    )
    return await commands.run(MEETING, meeting_id, command, check_access=partial(coordinates, caller), created=True)


@router.post("/steering-meetings/{meeting_id}/decisions/{decision_id}/done", response_model=Done)
async def carry_out_decision(
    meeting_id: Id, decision_id: Id, body: Dated, caller: Coordinator, commands: Commanding
) -> Response:
    """What was decided is done."""
    command = CarryOutDecision(at=now(), by=caller.subject, meeting_id=meeting_id, on=body.on, decision_id=decision_id)
    return await commands.run(MEETING, meeting_id, command, check_access=partial(coordinates, caller))


@router.put("/steering-meetings/{meeting_id}/decisions/{decision_id}", response_model=Done)
async def correct_decision(
    meeting_id: Id, decision_id: Id, body: Decided, caller: Coordinator, commands: Commanding
) -> Response:
    """What was decided, who sees to it and by when, said again."""
    known = await current(commands.store.pool, body.on, owner=body.owner)
    command = CorrectDecision(
        at=now(),
        by=caller.subject,
        meeting_id=meeting_id,
        on=body.on,
        decision_id=decision_id,
        text=body.text,
        owner=known[body.owner] or body.owner,
        due=body.due,
    )
    return await commands.run(MEETING, meeting_id, command, check_access=partial(coordinates, caller))


@router.post("/steering-meetings/{meeting_id}/decisions/{decision_id}/reopen", response_model=Done)
async def reopen_decision(
    meeting_id: Id, decision_id: Id, body: Dated, caller: Coordinator, commands: Commanding
) -> Response:
    """It was called done in error."""
    command = ReopenDecision(at=now(), by=caller.subject, meeting_id=meeting_id, on=body.on, decision_id=decision_id)
    return await commands.run(MEETING, meeting_id, command, check_access=partial(coordinates, caller))


@router.post("/steering-meetings/{meeting_id}/decisions/{decision_id}/revoke", response_model=Done)
async def revoke_decision(
    meeting_id: Id, decision_id: Id, body: Dated, caller: Coordinator, commands: Commanding
) -> Response:
    """It was recorded in error."""
    command = RevokeDecision(at=now(), by=caller.subject, meeting_id=meeting_id, on=body.on, decision_id=decision_id)
    return await commands.run(MEETING, meeting_id, command, check_access=partial(coordinates, caller))


@router.get("/steering-meetings")
async def all_meetings(_: SteeringReader, connection: Reading, paging: Paging) -> Page[Meeting]:
    """Every meeting, in order of day."""
    found = await meetings.meetings(connection, paging.key(date.min, ""), paging.rows)
    return paging.page(found, lambda each: [each.on, each.meeting])


@router.get("/decisions/open")
async def open_decisions(_: SteeringReader, connection: Reading, paging: Paging) -> Page[Open]:
    """What is not done, the soonest due first."""
    found = await meetings.open_decisions(connection, today(), paging.key(date.min, "", ""), paging.rows)
    return paging.page(found, lambda each: [each.due, each.meeting, each.decision])
