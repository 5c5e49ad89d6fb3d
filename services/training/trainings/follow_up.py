"""The rules after a training: certificates for those who were there, and an evaluation that knows nobody."""

from __future__ import annotations

from services.training.refusals import Refusal
from services.training.trainings.commands import (
    CloseEvaluation,
    IssueCertificate,
    OpenEvaluation,
    RenewEvaluationLinks,
    ReopenEvaluation,
)
from services.training.trainings.events import (
    CertificateIssued,
    EvaluationClosed,
    EvaluationOpened,
    EvaluationReopened,
    TrainingEvent,
)
from services.training.trainings.guards import given
from services.training.trainings.state import Training
from shared.domain.messages import Refused

FEWEST_ANSWERS = 5


def issue_certificate(state: Training, command: IssueCertificate) -> list[TrainingEvent]:
    """Only who was present gets one, on as many days as it takes."""
    given(state, command.on)
    if command.participant_id not in state.present:
        raise Refused(Refusal.NOT_ATTENDED)
    if not state.certifiable(command.participant_id):
        raise Refused(Refusal.TOO_FEW_DAYS)
    if command.digest in state.certificates.get(command.participant_id, ()):
        return []
    return [
        CertificateIssued(
            training_id=command.training_id,
            on=command.on,
            participant_id=command.participant_id,
            digest=command.digest,
            named=command.named,
        )
    ]


def open_evaluation(state: Training, command: OpenEvaluation) -> list[TrainingEvent]:
    """Everyone present is asked once; who is added by a correction can still be asked."""
    given(state, command.on)
    new = tuple(each for each in state.present if each not in state.invited)
    if not new and state.invited:
        return []
    if state.evaluated:
        raise Refused(Refusal.EVALUATION_CLOSED)
    if not new:
        raise Refused(Refusal.NOBODY_TO_ASK)
    return [EvaluationOpened(training_id=command.training_id, on=command.on, participants=new)]


def renew_evaluation_links(state: Training, command: RenewEvaluationLinks) -> list[TrainingEvent]:
    """While it is asked, those who did not answer can be asked by other links; no event comes of it."""
    given(state, command.on)
    if state.evaluated:
        raise Refused(Refusal.EVALUATION_CLOSED)
    if not state.invited:
        raise Refused(Refusal.EVALUATION_NOT_OPEN)
    return []


def reopen_evaluation(state: Training, command: ReopenEvaluation) -> list[TrainingEvent]:
    """What was closed in error takes answers again."""
    given(state, command.on)
    if not state.invited:
        raise Refused(Refusal.EVALUATION_NOT_OPEN)
    if not state.evaluated:
        return []
    return [EvaluationReopened(training_id=command.training_id, on=command.on)]


def close_evaluation(state: Training, command: CloseEvaluation) -> list[TrainingEvent]:
    """It is closed once; below five answers only the counts are kept.

    Fewer than five answers after it was opened again are left out: with what was said before, they could be read.
    """
    given(state, command.on)
    if state.evaluated:
        return []
    if not state.invited:
        raise Refused(Refusal.EVALUATION_NOT_OPEN)
    tally, told = command.tally, state.told
    if told and told.score is not None and tally.answers < told.answers + FEWEST_ANSWERS:
        return [told.model_copy(update={"on": command.on, "invited": len(state.invited)})]
    return [
        EvaluationClosed(
            training_id=command.training_id,
            on=command.on,
            invited=len(state.invited),
            answers=tally.answers,
            score=mean(tally.score, tally.answers),
            confidence_before=mean(tally.confidence_before, tally.answers),
            confidence_after=mean(tally.confidence_after, tally.answers),
        )
    ]


def mean(total: int, answers: int) -> float | None:
    """The mean to two decimals; None below five answers."""
    return round(total / answers, 2) if answers >= FEWEST_ANSWERS else None
