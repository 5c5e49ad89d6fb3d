"""After a training: what people thought of it, with its response rate."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.training import evaluation
from services.training.api.desk import TRAININGS, TRAINS, Desk
from services.training.commands import training as ask
from services.training.domain.follow_up import FEWEST_ANSWERS
from services.training.requests import Told
from services.training.views import evaluations
from services.training.views.evaluations import Evaluation
from services.training.views.trainings import stream
from shared.callers import Caller, Role
from shared.decider import Outcome
from shared.event_store import Connection, VersionConflict
from shared.requests import stamp
from shared.terms import Id
from shared.web import Done, NotVisible, allow

_ATTEMPTS = 20
FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)
READS_EVALUATIONS = allow(Role.TRAINER, Role.COORDINATOR, Role.STEERING)


class AnsweredMeanwhile(Exception):  # noqa: N818 - count again
    """An answer came between the count and the end."""


class Asked(BaseModel):
    """One link a person, to hand out one each: nobody, we neither, knows who holds which."""

    version: int
    tokens: list[str] = Field(repr=False)


class Summary(BaseModel):
    """How a training was found; what to improve is shown once closed, from five answers on."""

    evaluation: Evaluation
    improve: list[str]


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _open(router, desk)
    _close(router, desk)
    _read(router, desk)


def _open(router: APIRouter, desk: Desk) -> None:
    @router.post("/trainings/{training_id}/evaluation/open", tags=["evaluation"])
    async def open_evaluation(training_id: Id, body: Told, caller: Caller = TRAINS) -> Asked:
        """The links are said once; asked again, only for those whom a correction added."""
        await desk.trains(caller, training_id)
        tokens: list[str] = []

        async def ask_them(connection: Connection, outcome: Outcome) -> None:
            people = sum(len(event.participants) for event in outcome.events if hasattr(event, "participants"))
            tokens[:] = await evaluation.ask(connection, training_id, people)

        command = ask.OpenEvaluation(**stamp(caller), training_id=training_id, on=body.on)
        outcome = await desk.commands.decide(stream(training_id), TRAININGS, command, [ask_them])
        return Asked(version=outcome.version, tokens=tokens)


def _close(router: APIRouter, desk: Desk) -> None:
    @router.post("/trainings/{training_id}/evaluation/close", response_model=Done, tags=["evaluation"])
    async def close_evaluation(request: Request, training_id: Id, body: Told, caller: Caller = TRAINS) -> Response:
        """The links that are left end with the count: no answer comes after it, and none is left out of it."""
        await desk.trains(caller, training_id)
        for _ in range(_ATTEMPTS):
            with suppress(AnsweredMeanwhile):
                return await _closed(desk, request, training_id, body.on, caller)
        raise VersionConflict(stream(training_id))


async def _closed(desk: Desk, request: Request, training_id: str, on: date, caller: Caller) -> Response:
    async with desk.pool.acquire() as connection:
        tally = await evaluation.tally(connection, training_id)

    async def end(connection: Connection, outcome: Outcome) -> None:
        if outcome.events:
            await evaluation.end(connection, training_id)
            if await evaluation.tally(connection, training_id) != tally:
                raise AnsweredMeanwhile

    command = ask.CloseEvaluation(**stamp(caller), training_id=training_id, on=on, tally=tally)
    return await desk.commands.take(request, caller, stream(training_id), TRAININGS, command, [end])


def _read(router: APIRouter, desk: Desk) -> None:
    @router.get("/evaluations", tags=["evaluation"])
    async def evaluations_over_time(
        since: date = FIRST, until: date = LAST, caller: Caller = READS_EVALUATIONS
    ) -> list[Evaluation]:
        """In order of day; a trainer sees those of his own organisation in his cities."""
        async with desk.pool.acquire() as connection:
            return await evaluations.find(connection, caller, since, until)

    @router.get("/trainings/{training_id}/evaluation", tags=["evaluation"])
    async def evaluation_of_training(training_id: Id, caller: Caller = TRAINS) -> Summary:
        await desk.trains(caller, training_id)
        async with desk.pool.acquire() as connection:
            found = await evaluations.of(connection, training_id)
            if found is None:
                raise NotVisible
            enough = found.closed and found.answers >= FEWEST_ANSWERS
            improve = await evaluation.improvements(connection, training_id) if enough else []
        return Summary(evaluation=found, improve=improve)
