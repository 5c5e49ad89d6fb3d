"""What may be asked of a training; `on` is the day it happened or was said, `at` when it was asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.training.trainings.schemas import (
    AttendanceBody,
    Description,
    Move,
    NewCapacity,
    NewDaysRequired,
    NewTraining,
    Profile,
)
from services.training.values import MOST_ON_ROLL, Cancellation, Digest, Professional
from shared.domain.bounds import Count
from shared.domain.messages import Command, Dated, Message
from shared.i18n.code_lists import Id


class Tally(Message):
    """What was answered, added up."""

    answers: Count
    score: Count
    confidence_before: Count
    confidence_after: Count


class ToTraining(Command):
    """Something asked of one training."""

    training_id: Id


class ToParticipant(Dated, ToTraining):
    """Something asked about one participant of a training."""

    participant_id: Id


class PlanTraining(NewTraining, Command):
    """Plan a training."""


class MoveTraining(Move, ToTraining):
    """Give it on other days or elsewhere."""


class SetCapacity(NewCapacity, ToTraining):
    """Say how many places there are; who waits first moves up."""


class RequireDays(NewDaysRequired, ToTraining):
    """Say on how many days one has to be there for a certificate."""


class DescribeTraining(Description, ToTraining):
    """Say again what is or was given and by whom, as it should have been planned."""


class CorrectDays(Move, ToTraining):
    """Say again on which days and where it was given, as it should have been recorded."""


class OpenRegistration(Dated, ToTraining):
    """Let professionals register."""


class CloseRegistration(Dated, ToTraining):
    """Let nobody register any more."""


class CancelTraining(Cancellation, ToTraining):
    """Do not give it."""


class ReinstateTraining(Dated, ToTraining):
    """Give it after all: it was cancelled in error."""


class RevokeTraining(Dated, ToTraining):
    """Take back that it was given: it was recorded in error."""


class RegisterProfessionals(Dated, ToTraining):
    """Register one or many, in this order: all of them or nobody."""

    professionals: Annotated[tuple[Professional, ...], Field(min_length=1, max_length=MOST_ON_ROLL)]


class CancelRegistration(ToParticipant):
    """Take back a registration; who waits first moves up.

    While it is `asked_by_others` too, only this one request for it is taken back, and the registration stays.
    """

    asked_by_others: bool = False


class CorrectProfessional(Profile, ToTraining):
    """Say again what somebody on the roll, or who walked in, is in his work."""

    participant_id: Id


class RenewLink(ToParticipant):
    """Give somebody who is registered another link, in the place of those given before."""


class RecordAttendance(AttendanceBody, ToTraining):
    """Who was present, with those who came without registering."""

    walk_ins: Annotated[tuple[Professional, ...], Field(max_length=1000)] = ()


class HoldTraining(RecordAttendance):
    """Record that it was given, and who was there."""


class CorrectAttendance(RecordAttendance):
    """Say again who was present, as it should have been recorded."""


class IssueCertificate(ToParticipant):
    """Give someone who was present a certificate: `digest` is the SHA-256 of its code, `named` of code and name."""

    digest: Digest
    named: Digest


class OpenEvaluation(Dated, ToTraining):
    """Ask those who were present, and were not asked yet, for their opinion."""


class RenewEvaluationLinks(Dated, ToTraining):
    """Ask those who did not answer yet by other links, in the place of those that were not used."""


class ReopenEvaluation(Dated, ToTraining):
    """Take answers again: it was closed in error."""


class CloseEvaluation(Dated, ToTraining):
    """Take no more answers, and say what was answered."""

    tally: Tally


TrainingCommand = (
    PlanTraining | MoveTraining | DescribeTraining | CorrectDays | SetCapacity | RequireDays | OpenRegistration
    | CloseRegistration | CancelTraining | ReinstateTraining | RevokeTraining | RegisterProfessionals
    | CancelRegistration | CorrectProfessional | RenewLink | HoldTraining | CorrectAttendance | IssueCertificate
    | OpenEvaluation | RenewEvaluationLinks | ReopenEvaluation | CloseEvaluation
)  # fmt: skip
