"""Planning, moving, cancelling and holding trainings, for the trainers of the organisation that gives them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel

from services.training.api.desk import TRAININGS, TRAINS, Desk
from services.training.commands import training as ask
from services.training.events.values import Professional
from services.training.requests import TRAINING_STEPS, Attendance, NewTraining
from services.training.views.trainings import stream
from shared.callers import Caller
from shared.decider import Beside
from shared.requests import fields_of, stamp
from shared.terms import Id
from shared.web import Done, NotVisible


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
        if body.organiser != caller.organisation or body.city not in caller.cities:
            raise NotVisible
        await desk.known(body.organiser, body.co_presenter)
        command = ask.PlanTraining(**stamp(caller), **fields_of(body))
        return await desk.commands.take(request, caller, stream(body.training_id), TRAININGS, command, created=True)


def _step(router: APIRouter, desk: Desk, path: str, body_type: type[BaseModel], command_type: type[Any]) -> None:
    async def answer(
        request: Request, training_id: Id, body: Annotated[BaseModel, Body()], caller: Caller = TRAINS
    ) -> Response:
        await desk.trains(caller, training_id)
        if getattr(body, "city", None) not in {None, *caller.cities}:
            raise NotVisible
        command = command_type(**stamp(caller), training_id=training_id, **fields_of(body))
        return await desk.commands.take(request, caller, stream(training_id), TRAININGS, command)

    answer.__annotations__ |= {"body": body_type, "request": Request, "caller": Caller, "training_id": Id}
    answer.__name__, answer.__doc__ = command_type.__name__, command_type.__doc__
    router.post(f"/trainings/{{training_id}}/{path}", response_model=Done, tags=["trainings"])(answer)


def _attendance(
    router: APIRouter, desk: Desk, path: str, command_type: type[ask.HoldTraining | ask.CorrectAttendance]
) -> None:
    async def answer(request: Request, training_id: Id, body: Attendance, caller: Caller = TRAINS) -> Response:
        await desk.trains(caller, training_id)

        async def act(walk_ins: tuple[Professional, ...], keep: Beside) -> Response:
            fields = fields_of(body, "walk_ins") | {"training_id": training_id, "walk_ins": walk_ins}
            command = command_type(**stamp(caller), **fields)
            return await desk.commands.take(request, caller, stream(training_id), TRAININGS, command, [keep])

        return await desk.introduce(body.walk_ins, body.on, act)

    answer.__name__, answer.__doc__ = command_type.__name__, command_type.__doc__
    router.post(f"/trainings/{{training_id}}/{path}", response_model=Done, tags=["trainings"])(answer)
