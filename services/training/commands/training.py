"""What may be asked of a training."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from services.training.events.values import (
    BySector,
    CancelReason,
    Count,
    Day,
    Digest,
    Kind,
    Line,
    Places,
    Professional,
)
from shared.messages import Command, Message
from shared.terms import City, Id

Days = Annotated[tuple[Day, ...], Field(min_length=1, max_length=20)]
People = Annotated[tuple[Id, ...], Field(max_length=1000)]


class Tally(Message):
    """What was answered, added up."""

    answers: Count
    score: Count
    confidence_before: Count
    confidence_after: Count


class PlanTraining(Command):
    """Plan a training; it has a place or is online."""

    training_id: Id
    on: date
    kind: Kind
    title: Line
    city: City
    place: Line | None = None
    online: bool = False
    days: Days
    trainers: Annotated[tuple[Id, ...], Field(min_length=1, max_length=10)]
    organiser: Id
    co_presenter: Id | None = None
    capacity: Places


class MoveTraining(Command):
    """Give it on other days or elsewhere."""

    training_id: Id
    on: date
    city: City
    place: Line | None = None
    online: bool = False
    days: Days


class SetCapacity(Command):
    """Say how many places there are; who waits first moves up."""

    training_id: Id
    on: date
    capacity: Places


class OpenRegistration(Command):
    """Let professionals register."""

    training_id: Id
    on: date


class CloseRegistration(Command):
    """Let nobody register any more."""

    training_id: Id
    on: date


class CancelTraining(Command):
    """Do not give it."""

    training_id: Id
    on: date
    reason: CancelReason


class RegisterProfessionals(Command):
    """Register one or many, in this order: all of them or nobody."""

    training_id: Id
    on: date
    professionals: Annotated[tuple[Professional, ...], Field(min_length=1, max_length=10_000)]


class CancelRegistration(Command):
    """Take back a registration; who waits first moves up."""

    training_id: Id
    on: date
    participant_id: Id


class HoldTraining(Command):
    """Record that it was given: who was present, who came without registering, was the offer pitched."""

    training_id: Id
    on: date
    pitched: bool
    present: People = ()
    walk_ins: Annotated[tuple[Professional, ...], Field(max_length=1000)] = ()
    counted: BySector = Field(default_factory=dict)


class CorrectAttendance(Command):
    """Say again who was present, as it should have been recorded."""

    training_id: Id
    on: date
    pitched: bool
    present: People = ()
    walk_ins: Annotated[tuple[Professional, ...], Field(max_length=1000)] = ()
    counted: BySector = Field(default_factory=dict)


class IssueCertificate(Command):
    """Give someone who was present a certificate: `digest` is the SHA-256 of its code, `named` of code and name."""

    training_id: Id
    on: date
    participant_id: Id
    digest: Digest
    named: Digest


class OpenEvaluation(Command):
    """Ask those who were present, and were not asked yet, for their opinion."""

    training_id: Id
    on: date


class CloseEvaluation(Command):
    """Take no more answers, and say what was answered."""

    training_id: Id
    on: date
    tally: Tally


TrainingCommand = (
    PlanTraining
    | MoveTraining
    | SetCapacity
    | OpenRegistration
    | CloseRegistration
    | CancelTraining
    | RegisterProfessionals
    | CancelRegistration
    | HoldTraining
    | CorrectAttendance
    | IssueCertificate
    | OpenEvaluation
    | CloseEvaluation
)
