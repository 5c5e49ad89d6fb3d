"""The steering group and the partners: coordinators keep them for their cities, the steering group reads them."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request, Response

from services.training import organisations
from services.training.api.desk import COORDINATES, MEETINGS, PARTNERS, STEERS, Desk
from services.training.commands import steering as ask
from services.training.requests import HeldMeeting, Joining, Leaving, NewDecision, NewMeeting, Told
from services.training.views import partners, steering
from services.training.views.partners import History, Partner
from services.training.views.steering import Decision, Meeting, stream
from shared.callers import Caller
from shared.days import today
from shared.requests import fields_of, stamp
from shared.terms import Id
from shared.web import Done, NotVisible


class Open(Decision):
    """A decision that is not done, with the name its owner bears today."""

    owner_name: str


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _meet(router, desk)
    _decide(router, desk)
    _partners(router, desk)
    _read(router, desk)


def _meet(router: APIRouter, desk: Desk) -> None:
    @router.post("/steering-meetings", status_code=201, response_model=Done, tags=["steering"])
    async def plan_meeting(request: Request, body: NewMeeting, caller: Caller = COORDINATES) -> Response:
        _here(caller, body.city)
        command = ask.PlanSteeringMeeting(**stamp(caller), **fields_of(body))
        return await desk.commands.take(request, caller, stream(body.meeting_id), MEETINGS, command, created=True)

    def say(path: str, command_type: type[ask.HoldSteeringMeeting | ask.CorrectSteeringMeeting]) -> None:
        async def answer(request: Request, meeting_id: Id, body: HeldMeeting, caller: Caller = COORDINATES) -> Response:
            _here(caller, body.city)
            await desk.known(*body.partners)
            command = command_type(**stamp(caller), meeting_id=meeting_id, **fields_of(body))
            return await desk.commands.take(request, caller, stream(meeting_id), MEETINGS, command)

        answer.__name__, answer.__doc__ = command_type.__name__, command_type.__doc__
        router.post(f"/steering-meetings/{{meeting_id}}/{path}", response_model=Done, tags=["steering"])(answer)

    say("hold", ask.HoldSteeringMeeting)
    say("correct", ask.CorrectSteeringMeeting)


def _decide(router: APIRouter, desk: Desk) -> None:
    @router.post("/steering-meetings/{meeting_id}/decisions", status_code=201, response_model=Done, tags=["steering"])
    async def take_decision(
        request: Request, meeting_id: Id, body: NewDecision, caller: Caller = COORDINATES
    ) -> Response:
        await desk.coordinates_meeting(caller, meeting_id)
        await desk.known(body.owner)
        command = ask.TakeDecision(**stamp(caller), meeting_id=meeting_id, **fields_of(body))
        return await desk.commands.take(request, caller, stream(meeting_id), MEETINGS, command, created=True)

    @router.post("/steering-meetings/{meeting_id}/decisions/{decision_id}/done", response_model=Done, tags=["steering"])
    async def carry_out_decision(
        request: Request, meeting_id: Id, decision_id: Id, body: Told, caller: Caller = COORDINATES
    ) -> Response:
        await desk.coordinates_meeting(caller, meeting_id)
        command = ask.CarryOutDecision(**stamp(caller), meeting_id=meeting_id, decision_id=decision_id, on=body.on)
        return await desk.commands.take(request, caller, stream(meeting_id), MEETINGS, command)


def _partners(router: APIRouter, desk: Desk) -> None:
    @router.post("/partners/{partner_id}/join", response_model=Done, tags=["partners"])
    async def join_programme(request: Request, partner_id: Id, body: Joining, caller: Caller = COORDINATES) -> Response:
        """The organisation is one of the register; it is never typed again here."""
        await desk.known(partner_id)
        await desk.coordinates_partner(caller, partner_id)
        command = ask.JoinProgramme(**stamp(caller), partner_id=partner_id, **fields_of(body))
        return await desk.commands.take(request, caller, partners.stream(partner_id), PARTNERS, command)

    @router.post("/partners/{partner_id}/leave", response_model=Done, tags=["partners"])
    async def leave_programme(
        request: Request, partner_id: Id, body: Leaving, caller: Caller = COORDINATES
    ) -> Response:
        await desk.coordinates_partner(caller, partner_id)
        command = ask.LeaveProgramme(**stamp(caller), partner_id=partner_id, **fields_of(body))
        return await desk.commands.take(request, caller, partners.stream(partner_id), PARTNERS, command)


def _read(router: APIRouter, desk: Desk) -> None:
    @router.get("/partners", tags=["partners"])
    async def partners_on(on: date | None = None, caller: Caller = STEERS) -> list[Partner]:  # noqa: ARG001
        """The partners of a day, each under the name it bore on that day."""
        async with desk.pool.acquire() as connection:
            return await partners.find(connection, on or today())

    @router.get("/partners/{partner_id}/history", tags=["partners"])
    async def partner_history(partner_id: Id, caller: Caller = STEERS) -> History:  # noqa: ARG001
        async with desk.pool.acquire() as connection:
            found = await partners.history(connection, partner_id)
        if found is None:
            raise NotVisible
        return found

    @router.get("/steering-meetings", tags=["steering"])
    async def meetings(caller: Caller = STEERS) -> list[Meeting]:  # noqa: ARG001
        async with desk.pool.acquire() as connection:
            return await steering.meetings(connection)

    @router.get("/decisions/open", tags=["steering"])
    async def open_decisions(caller: Caller = STEERS) -> list[Open]:  # noqa: ARG001
        """What is not done, the soonest due first."""
        async with desk.pool.acquire() as connection:
            known = await organisations.by_id(connection, today())
            found = await steering.open_decisions(connection, today())
        return [
            Open(**fields_of(each), owner_name=known[each.owner].name if each.owner in known else each.owner)
            for each in found
        ]


def _here(caller: Caller, city: str) -> None:
    if city not in caller.cities:
        raise NotVisible
