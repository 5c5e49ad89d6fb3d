"""After a training: what people thought of it, with its response rate."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import partial
from typing import TypeAlias

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.training import evaluation_answers
from services.training.access import EvaluationReader, Member, Reading, Trainer, gives, require_training
from services.training.evaluation_answers import Answer, Improvement
from services.training.links import Token
from services.training.queries import evaluations
from services.training.queries.evaluations import Evaluation
from services.training.refusals import Refusal
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import CloseEvaluation, OpenEvaluation, RenewEvaluationLinks, ReopenEvaluation
from services.training.trainings.events import EvaluationOpened, EvaluationReopened
from services.training.trainings.follow_up import FEWEST_ANSWERS
from shared.domain.bounds import FIRST_DAY, LAST_DAY, Day
from shared.domain.clock import now
from shared.domain.messages import Dated, Refused
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection, VersionConflict
from shared.http.commands import Commanding, Commands, Done
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["evaluation"])
public_router = APIRouter(tags=["public"])
_ATTEMPTS = 20


class AnsweredMeanwhile(Exception):  # noqa: N818 - count again
    """An answer came between the count and the end."""


class Asked(BaseModel):
    """One link a person, to hand out one each: nobody, we neither, knows who holds which."""

    version: int
    tokens: list[str] = Field(repr=False)


class Opinion(Answer):
    """An answer, with the link it was asked by."""

    token: Token = Field(repr=False)


@router.post("/trainings/{training_id}/evaluation/open", response_model=Asked)
async def open_evaluation(training_id: Id, body: Dated, caller: Trainer, commands: Commanding) -> Response:
    """The links are said once; asked again, only for those whom a correction added."""
    command = OpenEvaluation(at=now(), by=caller.subject, training_id=training_id, on=body.on)
    return await _asked(commands, caller, command)


@router.post("/trainings/{training_id}/evaluation/links", response_model=Asked)
async def renew_evaluation_links(training_id: Id, body: Dated, caller: Trainer, commands: Commanding) -> Response:
    """Other links for those who did not answer yet, as when the first were lost: those lead nowhere any more."""
    command = RenewEvaluationLinks(at=now(), by=caller.subject, training_id=training_id, on=body.on)
    return await _asked(commands, caller, command)


@router.post("/trainings/{training_id}/evaluation/reopen", response_model=Asked)
async def reopen_evaluation(training_id: Id, body: Dated, caller: Trainer, commands: Commanding) -> Response:
    """It was closed in error: a link for each who did not answer; fewer than five answers more are left out."""
    command = ReopenEvaluation(at=now(), by=caller.subject, training_id=training_id, on=body.on)
    return await _asked(commands, caller, command)


_Asking: TypeAlias = OpenEvaluation | RenewEvaluationLinks | ReopenEvaluation


async def _asked(commands: Commands, caller: Member, command: _Asking) -> Response:
    training_id, tokens = command.training_id, list[str]()

    async def mint(connection: Connection, outcome: Outcome) -> None:
        if isinstance(command, RenewEvaluationLinks):
            tokens[:] = await evaluation_answers.ask_again(connection, training_id)
        else:
            invited = sum(len(each.participants) for each in outcome.events if isinstance(each, EvaluationOpened))
            if any(isinstance(each, EvaluationReopened) for each in outcome.events):
                invited = await evaluation_answers.unanswered(connection, training_id)
            tokens[:] = await evaluation_answers.ask(connection, training_id, invited)

    return await commands.run(
        TRAINING,
        training_id,
        command,
        check_access=partial(gives, caller),
        hooks=[mint],
        content=lambda outcome: {"version": outcome.version, "tokens": tokens},
    )


@router.post("/trainings/{training_id}/evaluation/close", response_model=Done)
async def close_evaluation(training_id: Id, body: Dated, caller: Trainer, commands: Commanding) -> Response:
    """The links that are left end with the count: no answer comes after it, and none is left out of it."""
    for _ in range(_ATTEMPTS):
        async with commands.store.pool.acquire() as connection:
            tally = await evaluation_answers.tally(connection, training_id)

        async def end(connection: Connection, outcome: Outcome) -> None:
            if outcome.events:
                await evaluation_answers.end(connection, training_id)
                if await evaluation_answers.tally(connection, training_id) != tally:  # noqa: B023 - run in this turn
                    raise AnsweredMeanwhile

        command = CloseEvaluation(at=now(), by=caller.subject, training_id=training_id, on=body.on, tally=tally)
        with suppress(AnsweredMeanwhile):
            return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller), hooks=[end])
    raise VersionConflict(TRAINING.stream(training_id))


@router.get("/evaluations")
async def evaluations_over_time(
    caller: EvaluationReader, connection: Reading, paging: Paging, since: Day = FIRST_DAY, until: Day = LAST_DAY
) -> Page[Evaluation]:
    """In order of day; a trainer sees those of his own organisation in his cities."""
    found = await evaluations.find(
        connection, caller, caller.organisations, since, until, paging.key(date.min, ""), paging.rows
    )
    return paging.page(found, lambda each: [each.on, each.training])


async def _evaluation(training_id: Id, caller: Trainer, connection: Reading) -> Evaluation:
    await require_training(connection, caller, training_id)
    found = await evaluations.one(connection, training_id)
    if found is None:
        raise NotVisible
    return found


@router.get("/trainings/{training_id}/evaluation")
async def evaluation_of_training(training_id: Id, caller: Trainer, connection: Reading) -> Evaluation:
    """How it was found, of who was asked."""
    return await _evaluation(training_id, caller, connection)


@router.get("/trainings/{training_id}/evaluation/improvements")
async def improvements(training_id: Id, caller: Trainer, connection: Reading, paging: Paging) -> Page[Improvement]:
    """What to improve: shown once it is closed, from five answers on."""
    key = paging.key("")
    found = await _evaluation(training_id, caller, connection)
    if not found.closed or found.answers < FEWEST_ANSWERS:
        return Page(items=[])
    answers = await evaluation_answers.improvements(connection, training_id, key[0], paging.rows)
    return paging.page(answers, lambda each: [each.answer])


@public_router.post("/public/evaluations", status_code=204)
async def answer_evaluation(body: Opinion, commands: Commanding) -> Response:
    """The link works once, and is forgotten with the answer."""

    async def give(connection: Connection) -> None:
        if not await evaluation_answers.answer(connection, body.token, body):
            raise Refused(Refusal.LINK_NOT_VALID)

    return await commands.once("evaluation", give, status=204)
