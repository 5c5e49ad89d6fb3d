"""What was recorded in error of a training is taken back, or said again as it should have been."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from services.training import evaluation_answers
from services.training.access import Trainer, gives, takes_place_in
from services.training.queries.organisations import current
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import (
    CorrectDays,
    CorrectProfessional,
    DescribeTraining,
    ReinstateTraining,
    RequireDays,
    RevokeTraining,
)
from services.training.trainings.schemas import Description, Move, NewDaysRequired, Profile
from shared.domain.clock import now
from shared.domain.messages import Dated
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.commands import Commanding, Done
from shared.i18n.code_lists import Id

router = APIRouter(tags=["trainings"])


@router.post("/trainings/{training_id}/revoke", response_model=Done)
async def revoke_training(training_id: Id, body: Dated, caller: Trainer, commands: Commanding) -> Response:
    """It was recorded as given in error: attendance, certificates, and what people thought of it, are taken back."""

    async def forget(connection: Connection, outcome: Outcome) -> None:
        if outcome.events:
            await evaluation_answers.forget(connection, training_id)

    command = RevokeTraining(at=now(), by=caller.subject, training_id=training_id, on=body.on)
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller), hooks=[forget])


@router.post("/trainings/{training_id}/reinstate", response_model=Done)
async def reinstate_training(training_id: Id, body: Dated, caller: Trainer, commands: Commanding) -> Response:
    """It was cancelled in error: it stands as it did before, with everybody who was registered."""
    command = ReinstateTraining(at=now(), by=caller.subject, training_id=training_id, on=body.on)
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller))


@router.post("/trainings/{training_id}/require-days", response_model=Done)
async def require_days(training_id: Id, body: NewDaysRequired, caller: Trainer, commands: Commanding) -> Response:
    """On how many of its days one has to be there for a certificate; it can be said at any time."""
    command = RequireDays(
        at=now(), by=caller.subject, training_id=training_id, on=body.on, days_required=body.days_required
    )
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller))


@router.post("/trainings/{training_id}/describe", response_model=Done)
async def describe_training(training_id: Id, body: Description, caller: Trainer, commands: Commanding) -> Response:
    """What is or was given and by whom, said again; a certificate with another title or kind is revoked."""
    known = await current(commands.store.pool, body.on, co_presenter=body.co_presenter)
    command = DescribeTraining(
        at=now(),
        by=caller.subject,
        training_id=training_id,
        on=body.on,
        kind=body.kind,
        title=body.title,
        trainers=body.trainers,
        co_presenter=known[body.co_presenter],
    )
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller))


@router.put("/trainings/{training_id}/registrations/{participant_id}", response_model=Done)
async def correct_professional(
    training_id: Id, participant_id: Id, body: Profile, caller: Trainer, commands: Commanding
) -> Response:
    """The organisation, sector, function or language of somebody, as he says that it is; counts follow."""
    known = await current(commands.store.pool, body.on, organisation_id=body.organisation_id)
    command = CorrectProfessional(
        at=now(),
        by=caller.subject,
        training_id=training_id,
        on=body.on,
        participant_id=participant_id,
        organisation_id=known[body.organisation_id],
        sector=body.sector,
        function=body.function,
        language=body.language,
    )
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller))


@router.post("/trainings/{training_id}/correct-days", response_model=Done)
async def correct_days(training_id: Id, body: Move, caller: Trainer, commands: Commanding) -> Response:
    """On which days and where it was given, said again after it was; every certificate is revoked."""
    takes_place_in(caller, body.city)
    command = CorrectDays(
        at=now(),
        by=caller.subject,
        training_id=training_id,
        on=body.on,
        city=body.city,
        place=body.place,
        online=body.online,
        days=body.days,
    )
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller))
