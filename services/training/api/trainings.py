"""Planning, moving, cancelling and holding trainings, for the trainers of the organisation that gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel

from services.training import entries
from services.training.api.access import TRAINS, gives, gives_or_plans, in_his_cities
from services.training.api.desk import Desk
from services.training.commands import training as ask
from services.training.entries import Writer
from services.training.events.values import Professional
from services.training.names import Contact
from services.training.requests import TRAINING_STEPS, Attendance, NewTraining
from services.training.views.trainings import stream
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.commands import Done
from shared.http.problems import NotVisible
from shared.http.requests import fields_of, stamp
from shared.i18n.code_lists import Id


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _plan(router, desk)
    for path, (body_type, command_type) in TRAINING_STEPS.items():
        _step(router, desk, path, body_type, command_type)
    _attendance(router, desk, "hold", ask.HoldTraining)
    _attendance(router, desk, "correct", ask.CorrectAttendance)


def _plan(router: APIRouter, desk: Desk) -> None:
    @router.post("/trainings", status_code=201, response_model=Done, tags=["trainings"])
    async def plan_training(request: Request, body: NewTraining, caller: Caller = TRAINS) -> Response:
        """A trainer plans what his own organisation gives in his own cities."""
        if body.organiser != caller.organisation:
            raise NotVisible
        in_his_cities(caller, body.city)
        await desk.known(body.organiser, body.co_presenter)
        command = ask.PlanTraining(**stamp(caller), **fields_of(body))
        at, permit = stream(body.training_id), gives_or_plans(caller)
        return await desk.commands.take(request, caller, at, desk.trainings, command, created=True, permit=permit)


def _step(router: APIRouter, desk: Desk, path: str, body_type: type[BaseModel], command_type: type[Any]) -> None:
    async def answer(
        request: Request, training_id: Id, body: Annotated[BaseModel, Body()], caller: Caller = TRAINS
    ) -> Response:
        command = command_type(**stamp(caller), training_id=training_id, **fields_of(body))
        if isinstance(command, ask.MoveTraining):
            in_his_cities(caller, command.city)
        at, permit = stream(training_id), gives(caller)
        return await desk.commands.take(request, caller, at, desk.trainings, command, permit=permit)

    answer.__annotations__ |= {"body": body_type, "request": Request, "caller": Caller, "training_id": Id}
    answer.__name__, answer.__doc__ = command_type.__name__, command_type.__doc__
    router.post(f"/trainings/{{training_id}}/{path}", response_model=Done, tags=["trainings"])(answer)


def _attendance(
    router: APIRouter, desk: Desk, path: str, command_type: type[ask.HoldTraining | ask.CorrectAttendance]
) -> None:
    async def answer(request: Request, training_id: Id, body: Attendance, caller: Caller = TRAINS) -> Response:
        at = stream(training_id)

        async def act(walk_ins: tuple[Professional, ...], found: Mapping[str, Contact]) -> Response:
            async def write(connection: Connection, _: Outcome) -> None:
                by = Writer(caller.subject, gives=True)
                await entries.write(connection, desk.people, at, found, {}, (), by, body.on)

            fields = fields_of(body, "walk_ins") | {"training_id": training_id, "walk_ins": walk_ins}
            command = command_type(**stamp(caller), **fields)
            taken = desk.commands.take
            return await taken(request, caller, at, desk.trainings, command, [write], permit=gives(caller))

        return await desk.introduce(body.walk_ins, act)

    answer.__name__, answer.__doc__ = command_type.__name__, command_type.__doc__
    router.post(f"/trainings/{{training_id}}/{path}", response_model=Done, tags=["trainings"])(answer)
