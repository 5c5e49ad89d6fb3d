"""Planning, moving, cancelling and holding trainings, for the trainers of the organisation that gives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from services.training.access import Member, Persons, Trainer, gives, gives_or_plans, takes_place_in
from services.training.newcomers import Newcomer, Told, introduce
from services.training.personal_data import entries
from services.training.personal_data.addresses import Identified
from services.training.personal_data.entries import Writer
from services.training.personal_data.store import People
from services.training.queries.organisations import current
from services.training.refusals import Refusal
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import (
    CancelTraining,
    CloseRegistration,
    CorrectAttendance,
    HoldTraining,
    MoveTraining,
    OpenRegistration,
    PlanTraining,
    SetCapacity,
)
from services.training.trainings.schemas import AttendanceBody, Move, NewCapacity, NewTraining
from services.training.values import Cancellation, DaysAttended, Professional
from shared.domain.bounds import Day
from shared.domain.clock import now
from shared.domain.messages import Dated, Refused
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.commands import Commanding, Commands, Done
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["trainings"])


class WalkIn(Told):
    """Who came without a registration, on `days` only when they are said."""

    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=20)] | None = None


class Attendance(AttendanceBody):
    """Who was there; who walked in is named here as he would have registered."""

    walk_ins: Annotated[tuple[WalkIn, ...], Field(max_length=1000)] = ()


@router.post("/trainings", status_code=201, response_model=Done)
async def plan_training(body: NewTraining, caller: Trainer, commands: Commanding) -> Response:
    """A trainer plans what his own organisation gives in his own cities."""
    if body.organiser not in caller.organisations:
        raise NotVisible
    takes_place_in(caller, body.city)
    known = await current(commands.store.pool, body.on, organiser=body.organiser, co_presenter=body.co_presenter)
    command = PlanTraining(
        at=now(),
        by=caller.subject,
        training_id=body.training_id,
        on=body.on,
        kind=body.kind,
        title=body.title,
        city=body.city,
        place=body.place,
        online=body.online,
        days=body.days,
        trainers=body.trainers,
        organiser=known[body.organiser] or body.organiser,
        co_presenter=known[body.co_presenter],
        capacity=body.capacity,
        days_required=body.days_required,
    )
    return await commands.run(
        TRAINING, body.training_id, command, check_access=partial(gives_or_plans, caller), created=True
    )


@router.post("/trainings/{training_id}/move", response_model=Done)
async def move_training(training_id: Id, body: Move, caller: Trainer, commands: Commanding) -> Response:
    """Give it on other days or elsewhere."""
    takes_place_in(caller, body.city)
    command = MoveTraining(
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


@router.post("/trainings/{training_id}/set-capacity", response_model=Done)
async def set_capacity(training_id: Id, body: NewCapacity, caller: Trainer, commands: Commanding) -> Response:
    """Say how many places there are; who waits first moves up."""
    command = SetCapacity(at=now(), by=caller.subject, training_id=training_id, on=body.on, capacity=body.capacity)
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller))


@router.post("/trainings/{training_id}/open-registration", response_model=Done)
async def open_registration(training_id: Id, body: Dated, caller: Trainer, commands: Commanding) -> Response:
    """Let professionals register."""
    command = OpenRegistration(at=now(), by=caller.subject, training_id=training_id, on=body.on)
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller))


@router.post("/trainings/{training_id}/close-registration", response_model=Done)
async def close_registration(training_id: Id, body: Dated, caller: Trainer, commands: Commanding) -> Response:
    """Let nobody register any more."""
    command = CloseRegistration(at=now(), by=caller.subject, training_id=training_id, on=body.on)
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller))


@router.post("/trainings/{training_id}/cancel", response_model=Done)
async def cancel_training(training_id: Id, body: Cancellation, caller: Trainer, commands: Commanding) -> Response:
    """Do not give it."""
    command = CancelTraining(at=now(), by=caller.subject, training_id=training_id, on=body.on, reason=body.reason)
    return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller))


@router.post("/trainings/{training_id}/hold", response_model=Done)
async def hold_training(
    training_id: Id, body: Attendance, caller: Trainer, commands: Commanding, people: Persons
) -> Response:
    """Record that it was given, and who was there."""
    return await _attended(HoldTraining, training_id, body, caller, commands, people)


@router.post("/trainings/{training_id}/correct", response_model=Done)
async def correct_attendance(
    training_id: Id, body: Attendance, caller: Trainer, commands: Commanding, people: Persons
) -> Response:
    """Say again who was present, as it should have been recorded."""
    return await _attended(CorrectAttendance, training_id, body, caller, commands, people)


async def _attended(
    recording: type[HoldTraining | CorrectAttendance],
    training_id: str,
    body: Attendance,
    caller: Member,
    commands: Commands,
    people: People,
) -> Response:
    stream = TRAINING.stream(training_id)

    async def act(walk_ins: tuple[Professional, ...], found: Identified) -> Response:
        async def write(connection: Connection, _: Outcome) -> None:
            _each_by_himself(found, [*body.present, *(each.participant_id for each in body.partly)])
            await entries.write(
                connection, people, stream, found.met, {}, (), Writer(caller.subject, gives=True), body.on
            )

        command = recording(
            at=now(),
            by=caller.subject,
            training_id=training_id,
            on=body.on,
            pitched=body.pitched,
            present=body.present,
            partly=(*body.partly, *_days_of(body.walk_ins, walk_ins)),
            counted=body.counted,
            walk_ins=walk_ins,
        )
        return await commands.run(TRAINING, training_id, command, check_access=partial(gives, caller), hooks=[write])

    return await introduce(commands.store.pool, people, stream, body.walk_ins, act, apart=_shares)


def _days_of(written: Sequence[WalkIn], walk_ins: Sequence[Professional]) -> list[DaysAttended]:
    pairs = zip(written, walk_ins, strict=True)
    return [DaysAttended(participant_id=who.participant_id, days=each.days) for each, who in pairs if each.days]


def _shares(newcomer: Newcomer) -> bool:
    return isinstance(newcomer, Told) and newcomer.shared_address


def _each_by_himself(found: Identified, present: Sequence[str]) -> None:
    """Who is named at the door is called so, unless the one of his address is there too."""
    there = Counter([*found.ids, *present])
    if any(there[found.ids[place]] > 1 for place in found.clashing):
        raise Refused(Refusal.ADDRESS_OF_ANOTHER_NAME)
