"""What may be asked of a training."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.training.commands.values import Heads
from services.training.events.values import (
    MOST_ON_ROLL,
    CancelReason,
    Digest,
    Kind,
    Line,
    Places,
    Professional,
    TimeSlots,
    Trainers,
)
from shared.domain.bounds import Count, Day
from shared.domain.messages import Command, Message
from shared.i18n.code_lists import City, Id

People = Annotated[tuple[Id, ...], Field(max_length=1000)]
WalkIns = Annotated[tuple[Professional, ...], Field(max_length=1000)]


class Tally(Message):
    """What was answered, added up."""

    answers: Count
    score: Count
    confidence_before: Count
    confidence_after: Count


class PlanTraining(Command):
    """Plan a training; it has a place or is online."""

    training_id: Id
    on: Day
    kind: Kind
    title: Line
    city: City
    place: Line | None = None
    online: bool = False
    days: TimeSlots
    trainers: Trainers
    organiser: Id
    co_presenter: Id | None = None
    capacity: Places


class MoveTraining(Command):
    """Give it on other days or elsewhere."""

    training_id: Id
    on: Day
    city: City
    place: Line | None = None
    online: bool = False
    days: TimeSlots


class SetCapacity(Command):
    """Say how many places there are; who waits first moves up."""

    training_id: Id
    on: Day
    capacity: Places


class OpenRegistration(Command):
    """Let professionals register."""

    training_id: Id
    on: Day


class CloseRegistration(Command):
    """Let nobody register any more."""

    training_id: Id
    on: Day


class CancelTraining(Command):
    """Do not give it."""

    training_id: Id
    on: Day
    reason: CancelReason


class RegisterProfessionals(Command):
    """Register one or many, in this order: all of them or nobody."""

    training_id: Id
    on: Day
    professionals: Annotated[tuple[Professional, ...], Field(min_length=1, max_length=MOST_ON_ROLL)]


class CancelRegistration(Command):
    """Take back a registration; who waits first moves up.

    While it is `asked_by_others` too, only this one request for it is taken back, and the registration stays.
    """

    training_id: Id
    on: Day
    participant_id: Id
    asked_by_others: bool = False


class RenewLink(Command):
    """Give somebody who is registered another link, in the place of those given before."""

    training_id: Id
    on: Day
    participant_id: Id


class HoldTraining(Command):
    """Record that it was given: who was present, who came without registering, was the offer pitched."""

    training_id: Id
    on: Day
    pitched: bool
    present: People = ()
    walk_ins: WalkIns = ()
    counted: Heads = Field(default_factory=dict)


class CorrectAttendance(Command):
    """Say again who was present, as it should have been recorded."""

    training_id: Id
    on: Day
    pitched: bool
    present: People = ()
    walk_ins: WalkIns = ()
    counted: Heads = Field(default_factory=dict)


class IssueCertificate(Command):
    """Give someone who was present a certificate: `digest` is the SHA-256 of its code, `named` of code and name."""

    training_id: Id
    on: Day
    participant_id: Id
    digest: Digest
    named: Digest


class OpenEvaluation(Command):
    """Ask those who were present, and were not asked yet, for their opinion."""

    training_id: Id
    on: Day


class RenewEvaluationLinks(Command):
    """Ask those who did not answer yet by other links, in the place of those that were not used."""

    training_id: Id
    on: Day


class CloseEvaluation(Command):
    """Take no more answers, and say what was answered."""

    training_id: Id
    on: Day
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
    | RenewLink
    | HoldTraining
    | CorrectAttendance
    | IssueCertificate
    | OpenEvaluation
    | RenewEvaluationLinks
    | CloseEvaluation
)
