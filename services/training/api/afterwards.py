"""After a training: what people thought of it, with its response rate."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from typing import TypeAlias

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.training import evaluation
from services.training.api.access import READS_EVALUATIONS, TRAINS, gives, reads_training
from services.training.api.desk import Body, Desk
from services.training.commands import training as ask
from services.training.domain.follow_up import FEWEST_ANSWERS
from services.training.evaluation import Improvement
from services.training.events import training as told
from services.training.requests import Told
from services.training.views import evaluations
from services.training.views.evaluations import Evaluation
from services.training.views.keys import after_day
from services.training.views.trainings import stream
from shared.domain.bounds import FIRST_DAY, LAST_DAY, Day
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection, VersionConflict
from shared.http.auth import Caller
from shared.http.commands import Done
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible
from shared.http.requests import stamp
from shared.i18n.code_lists import Id

_ATTEMPTS = 20
Mint: TypeAlias = Callable[[Connection, Outcome], Awaitable[list[str]]]


class AnsweredMeanwhile(Exception):  # noqa: N818 - count again
    """An answer came between the count and the end."""


class Asked(BaseModel):
    """One link a person, to hand out one each: nobody, we neither, knows who holds which."""

    version: int
    tokens: list[str] = Field(repr=False)


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _open(router, desk)
    _close(router, desk)
    _read(router, desk)
    _read_one(router, desk)


def _open(router: APIRouter, desk: Desk) -> None:
    async def asked(request: Request, caller: Caller, command: ask.TrainingCommand, mint: Mint) -> Body:
        tokens: list[str] = []

        async def write(connection: Connection, outcome: Outcome) -> None:
            tokens[:] = await mint(connection, outcome)

        def said(outcome: Outcome) -> Body:
            return {"version": outcome.version, "tokens": tokens}

        at, permit = stream(command.training_id), gives(caller)
        return await desk.answer(
            request, caller.subject, at, desk.trainings, command, [write], body=said, permit=permit
        )

    @router.post("/trainings/{training_id}/evaluation/open", response_model=Asked, tags=["evaluation"])
    async def open_evaluation(request: Request, training_id: Id, body: Told, caller: Caller = TRAINS) -> Body:
        """The links are said once; asked again, only for those whom a correction added."""

        async def mint(connection: Connection, outcome: Outcome) -> list[str]:
            return await evaluation.ask(connection, training_id, _invited(outcome))

        command = ask.OpenEvaluation(**stamp(caller), training_id=training_id, on=body.on)
        return await asked(request, caller, command, mint)

    @router.post("/trainings/{training_id}/evaluation/links", response_model=Asked, tags=["evaluation"])
    async def renew_evaluation_links(request: Request, training_id: Id, body: Told, caller: Caller = TRAINS) -> Body:
        """Other links for those who did not answer yet, as when the first were lost: those lead nowhere any more."""

        async def mint(connection: Connection, _: Outcome) -> list[str]:
            return await evaluation.ask_again(connection, training_id)

        command = ask.RenewEvaluationLinks(**stamp(caller), training_id=training_id, on=body.on)
        return await asked(request, caller, command, mint)


def _invited(outcome: Outcome) -> int:
    return sum(len(event.participants) for event in outcome.events if isinstance(event, told.EvaluationOpened))


def _close(router: APIRouter, desk: Desk) -> None:
    @router.post("/trainings/{training_id}/evaluation/close", response_model=Done, tags=["evaluation"])
    async def close_evaluation(request: Request, training_id: Id, body: Told, caller: Caller = TRAINS) -> Response:
        """The links that are left end with the count: no answer comes after it, and none is left out of it."""
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
    at, permit = stream(training_id), gives(caller)
    return await desk.commands.take(request, caller, at, desk.trainings, command, [end], permit=permit)


def _read(router: APIRouter, desk: Desk) -> None:
    @router.get("/evaluations", tags=["evaluation"])
    async def evaluations_over_time(
        since: Day = FIRST_DAY,
        until: Day = LAST_DAY,
        after: After = None,
        limit: Limit = PAGE_ROWS,
        caller: Caller = READS_EVALUATIONS,
    ) -> Page[Evaluation]:
        """In order of day; a trainer sees those of his own organisation in his cities."""
        key = after_day(key_of(after, int, str))
        async with desk.pool.acquire() as connection:
            found = await evaluations.find(connection, caller, since, until, key, limit + 1)
        return page_of(found, limit, lambda each: [each.on.toordinal(), each.training])


def _read_one(router: APIRouter, desk: Desk) -> None:
    @router.get("/trainings/{training_id}/evaluation", tags=["evaluation"])
    async def evaluation_of_training(training_id: Id, caller: Caller = TRAINS) -> Evaluation:
        async with desk.pool.acquire() as connection:
            return await _of(connection, caller, training_id)

    @router.get("/trainings/{training_id}/evaluation/improvements", tags=["evaluation"])
    async def improvements(
        training_id: Id, after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = TRAINS
    ) -> Page[Improvement]:
        """What to improve: shown once it is closed, from five answers on."""
        key = key_of(after, str) or [""]
        async with desk.pool.acquire() as connection:
            found = await _of(connection, caller, training_id)
            if not found.closed or found.answers < FEWEST_ANSWERS:
                return Page(items=[])
            said = await evaluation.improvements(connection, training_id, key[0], limit + 1)
        return page_of(said, limit, lambda each: [each.answer])


async def _of(connection: Connection, caller: Caller, training_id: str) -> Evaluation:
    await reads_training(connection, caller, training_id)
    found = await evaluations.of(connection, training_id)
    if found is None:
        raise NotVisible
    return found
