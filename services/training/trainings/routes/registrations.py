"""Registering for a training, one by one, by a list, or without a token; and taking a registration back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import partial
from typing import TypeAlias

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from services.training import links
from services.training.access import ListSender, Persons, Trainer, gives
from services.training.documents import registration_list
from services.training.documents.registration_list import Encoding, Faulty, Register, Row, of_another_name, report
from services.training.newcomers import PUBLIC, Newcomer, Renewed, Told, introduce
from services.training.personal_data import entries
from services.training.personal_data.addresses import Identified
from services.training.personal_data.entries import Registered, Writer
from services.training.personal_data.store import People
from services.training.queries import organisations
from services.training.queries.organisations import current
from services.training.refusals import Refusal
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import CancelRegistration, RegisterProfessionals, RenewLink
from services.training.trainings.events import ProfessionalPutOnWaitingList, ProfessionalRegistered
from services.training.trainings.state import Training
from services.training.values import Professional
from shared.domain.bounds import Day
from shared.domain.clock import now, today
from shared.domain.messages import Dated, JsonObject, Refused
from shared.eventstore.command_handler import AccessCheck, Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Role
from shared.http.commands import Commanding, Commands, Done
from shared.http.limits import LARGEST_DECLARED
from shared.http.problems import NotVisible, Unacceptable
from shared.http.request_body import DECLARED
from shared.i18n.code_lists import Id

router = APIRouter()
_CSV: JsonObject = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}},
    DECLARED: LARGEST_DECLARED,
}


class Registering(Told):
    """A registration that a trainer writes in, on the day it was made."""

    on: Day


class Written(Registered):
    """The same, for who gives the training."""

    version: int


class Placed(BaseModel):
    """One of a group: with a place, or waiting."""

    status: str
    token: str = Field(repr=False)


class GroupRegistered(BaseModel):
    """How everyone of a group stands, in its order, each with a link of his own.

    Who sends his group again gets links in the place of those he had.
    """

    registered: int
    waiting: int
    people: list[Placed]


_Answer: TypeAlias = Callable[[Outcome, Sequence[Registered]], BaseModel]


@router.post(
    "/public/trainings/{training_id}/registrations", status_code=201, response_model=Registered, tags=["public"]
)
async def register_for_training(training_id: Id, body: Newcomer, commands: Commanding, people: Persons) -> Response:
    """Somebody registers himself, today."""
    return await _register(commands, people, training_id, [body], today(), Writer(None), _one)


@router.post("/trainings/{training_id}/registrations", status_code=201, response_model=Written, tags=["registers"])
async def register_professional(
    training_id: Id, body: Registering, caller: Trainer, commands: Commanding, people: Persons
) -> Response:
    """A trainer writes in somebody who asked for it on that day, under the name that he knows him by."""
    by = Writer(caller.subject, gives=True)
    return await _register(commands, people, training_id, [body], body.on, by, _one_of_his, partial(gives, caller))


@router.post(
    "/trainings/{training_id}/registrations/list",
    status_code=201,
    response_model=GroupRegistered,
    tags=["registers"],
    openapi_extra=_CSV,
)
async def register_list(
    request: Request,
    training_id: Id,
    caller: ListSender,
    commands: Commanding,
    people: Persons,
    on: Day | None = None,
    encoding: Encoding | None = None,
) -> Response:
    """A trainer sends anybody's list, of any day; an organisation its own people, today. Answers in its order.

    `encoding` is asked for when a file does not tell in which one it was written.
    """
    trainer = caller.role is Role.TRAINER
    if not trainer and caller.organisation is None:
        raise NotVisible
    own = {} if trainer else await current(commands.store.pool, today(), organisation=caller.organisation)
    rows = await _read(commands, await request.body(), own.get(caller.organisation), encoding)
    by, check = Writer(caller.subject, gives=trainer), partial(gives, caller) if trainer else None
    return await _register(commands, people, training_id, rows, on if trainer and on else today(), by, _group, check)


async def _read(commands: Commands, data: bytes, own: str | None, encoding: Encoding | None) -> Sequence[Newcomer]:
    async with commands.store.pool.acquire() as connection:
        register = Register.of(await organisations.written(connection, today()), own)
    try:
        return await run_in_threadpool(registration_list.read, data, register, encoding)
    except Faulty as refused:
        raise Unacceptable(Refusal.LIST_REFUSED, report(refused.faults)) from None


async def _register(
    commands: Commands,
    people: People,
    training_id: str,
    newcomers: Sequence[Newcomer],
    on: date,
    by: Writer,
    answer: _Answer,
    check_access: AccessCheck[Training] | None = None,
) -> Response:
    """All of them, or nobody; `answer` is made of how each stands."""

    async def act(professionals: tuple[Professional, ...], found: Identified) -> Response:
        tokens = {each: links.mint() for each in found.met}
        in_order = [tokens[each.participant_id] for each in professionals]
        registered: list[Registered] = []

        async def write(connection: Connection, outcome: Outcome) -> None:
            if found.clashing:
                raise _under_another_name(newcomers, found.clashing)
            await entries.write(connection, people, stream, found.met, tokens, _new(outcome), by, on)
            registered[:] = await entries.registered(connection, training_id, in_order)

        command = RegisterProfessionals(
            at=now(), by=by.subject or PUBLIC, training_id=training_id, on=on, professionals=professionals
        )
        return await commands.run(
            TRAINING,
            training_id,
            command,
            check_access=check_access,
            hooks=[write],
            content=lambda outcome: answer(outcome, registered).model_dump(),
            created=True,
        )

    stream, apart = TRAINING.stream(training_id), partial(_is_apart, by)
    return await introduce(commands.store.pool, people, stream, newcomers, act, apart=apart)


def _is_apart(by: Writer, newcomer: Newcomer) -> bool:
    """Who is told nothing of others is registered under his own name; who sees the register says who is who."""
    return not by.gives or (isinstance(newcomer, Told) and newcomer.shared_address)


def _under_another_name(newcomers: Sequence[Newcomer], places: Collection[int]) -> Exception:
    lines = [each.line for nth, each in enumerate(newcomers) if nth in places and isinstance(each, Row)]
    if not lines:
        return Refused(Refusal.ADDRESS_OF_ANOTHER_NAME)
    return Unacceptable(Refusal.LIST_REFUSED, report(of_another_name(lines)))


def _one(_: Outcome, registered: Sequence[Registered]) -> Registered:
    return registered[0]


def _one_of_his(outcome: Outcome, registered: Sequence[Registered]) -> Written:
    return Written(version=outcome.version, **dict(registered[0]))


def _group(_: Outcome, registered: Sequence[Registered]) -> GroupRegistered:
    waiting = sum(each.status == "waiting" for each in registered)
    people = [Placed(status=each.status, token=each.token) for each in registered]
    return GroupRegistered(registered=len(people) - waiting, waiting=waiting, people=people)


def _new(outcome: Outcome) -> set[str]:
    """Those who came on the roll now."""
    came = (each for each in outcome.events if isinstance(each, ProfessionalRegistered | ProfessionalPutOnWaitingList))
    return {each.professional.participant_id for each in came}


@router.post("/trainings/{training_id}/registrations/{participant_id}/cancel", response_model=Done, tags=["registers"])
async def cancel_registration(
    training_id: Id, participant_id: Id, body: Dated, caller: Trainer, commands: Commanding
) -> Response:
    """Somebody told the trainer that he does not come; who waits first moves up."""

    async def end(connection: Connection, _: Outcome) -> None:
        await entries.end(connection, TRAINING.stream(training_id), participant_id)

    command = CancelRegistration(
        at=now(), by=caller.subject, training_id=training_id, on=body.on, participant_id=participant_id
    )
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller), hooks=[end])


@router.post("/trainings/{training_id}/registrations/{participant_id}/link", response_model=Renewed, tags=["registers"])
async def renew_link(
    training_id: Id, participant_id: Id, body: Dated, caller: Trainer, commands: Commanding
) -> Response:
    """Who lost his link is given another; no other link to his registration leads anywhere after that."""
    renewal = entries.Renewal(TRAINING.stream(training_id), participant_id)
    command = RenewLink(at=now(), by=caller.subject, training_id=training_id, on=body.on, participant_id=participant_id)
    return await commands.run(
        TRAINING,
        training_id,
        command,
        check_access=partial(gives, caller),
        hooks=[renewal.write],
        content=renewal.content,
    )
