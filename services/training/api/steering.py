"""Steering meetings and decisions: coordinators keep those of their cities, the steering group reads them."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request, Response

from services.training import organisations
from services.training.api.access import COORDINATES, STEERS, coordinates, coordinates_or_plans, in_his_cities
from services.training.api.desk import MEETINGS, Desk
from services.training.commands import steering as ask
from services.training.requests import HeldMeeting, NewDecision, NewMeeting, Told
from services.training.views import steering
from services.training.views.keys import after_day, day_of
from services.training.views.steering import Decision, Meeting, stream
from shared.domain.clock import today
from shared.http.auth import Caller
from shared.http.commands import Done
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.requests import fields_of, stamp
from shared.i18n.code_lists import Id


class Open(Decision):
    """A decision that is not done, with the name its owner bears today."""

    owner_name: str


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _meet(router, desk)
    _decide(router, desk)
    _read(router, desk)
    _read_decisions(router, desk)


def _meet(router: APIRouter, desk: Desk) -> None:
    @router.post("/steering-meetings", status_code=201, response_model=Done, tags=["steering"])
    async def plan_meeting(request: Request, body: NewMeeting, caller: Caller = COORDINATES) -> Response:
        in_his_cities(caller, body.city)
        command = ask.PlanSteeringMeeting(**stamp(caller), **fields_of(body))
        at, permit = stream(body.meeting_id), coordinates_or_plans(caller)
        return await desk.commands.take(request, caller, at, MEETINGS, command, created=True, permit=permit)

    @router.post("/steering-meetings/{meeting_id}/hold", response_model=Done, tags=["steering"])
    async def hold_meeting(
        request: Request, meeting_id: Id, body: HeldMeeting, caller: Caller = COORDINATES
    ) -> Response:
        """A meeting that was held, planned or not."""
        in_his_cities(caller, body.city)
        await desk.known(*body.partners)
        command = ask.HoldSteeringMeeting(**stamp(caller), meeting_id=meeting_id, **fields_of(body))
        at, permit = stream(meeting_id), coordinates_or_plans(caller)
        return await desk.commands.take(request, caller, at, MEETINGS, command, permit=permit)

    @router.post("/steering-meetings/{meeting_id}/correct", response_model=Done, tags=["steering"])
    async def correct_meeting(
        request: Request, meeting_id: Id, body: HeldMeeting, caller: Caller = COORDINATES
    ) -> Response:
        """Who was there and what was shown, said again."""
        in_his_cities(caller, body.city)
        await desk.known(*body.partners)
        command = ask.CorrectSteeringMeeting(**stamp(caller), meeting_id=meeting_id, **fields_of(body))
        at, permit = stream(meeting_id), coordinates(caller)
        return await desk.commands.take(request, caller, at, MEETINGS, command, permit=permit)


def _decide(router: APIRouter, desk: Desk) -> None:
    @router.post("/steering-meetings/{meeting_id}/decisions", status_code=201, response_model=Done, tags=["steering"])
    async def take_decision(
        request: Request, meeting_id: Id, body: NewDecision, caller: Caller = COORDINATES
    ) -> Response:
        await desk.known(body.owner)
        command = ask.TakeDecision(**stamp(caller), meeting_id=meeting_id, **fields_of(body))
        at, permit = stream(meeting_id), coordinates(caller)
        return await desk.commands.take(request, caller, at, MEETINGS, command, created=True, permit=permit)

    @router.post("/steering-meetings/{meeting_id}/decisions/{decision_id}/done", response_model=Done, tags=["steering"])
    async def carry_out_decision(
        request: Request, meeting_id: Id, decision_id: Id, body: Told, caller: Caller = COORDINATES
    ) -> Response:
        command = ask.CarryOutDecision(**stamp(caller), meeting_id=meeting_id, decision_id=decision_id, on=body.on)
        at, permit = stream(meeting_id), coordinates(caller)
        return await desk.commands.take(request, caller, at, MEETINGS, command, permit=permit)


def _read(router: APIRouter, desk: Desk) -> None:
    @router.get("/steering-meetings", tags=["steering"])
    async def meetings(
        after: After = None,
        limit: Limit = PAGE_ROWS,
        caller: Caller = STEERS,  # noqa: ARG001 - lets him in
    ) -> Page[Meeting]:
        key = after_day(key_of(after, int, str))
        async with desk.pool.acquire() as connection:
            found = await steering.meetings(connection, key, limit + 1)
        return page_of(found, limit, lambda each: [each.on.toordinal(), each.meeting])


def _read_decisions(router: APIRouter, desk: Desk) -> None:
    @router.get("/decisions/open", tags=["steering"])
    async def open_decisions(
        after: After = None,
        limit: Limit = PAGE_ROWS,
        caller: Caller = STEERS,  # noqa: ARG001 - lets him in
    ) -> Page[Open]:
        """What is not done, the soonest due first."""
        key = key_of(after, int, str, str)
        begin = (day_of(key[0]), key[1], key[2]) if key else (date.min, "", "")
        async with desk.pool.acquire() as connection:
            found = await steering.open_decisions(connection, today(), begin, limit + 1)
            known = await organisations.by_id(connection, {each.owner for each in found}, today())
        shown = [
            Open(**fields_of(each), owner_name=known[each.owner].name if each.owner in known else each.owner)
            for each in found
        ]
        return page_of(shown, limit, lambda each: [each.due.toordinal(), each.meeting, each.decision])
