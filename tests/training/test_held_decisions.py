"""What a training answers to each command once it is given: it does, it refuses, and asked twice nothing changes."""

from __future__ import annotations

from services.training.trainings.commands import (
    CloseEvaluation,
    CorrectAttendance,
    HoldTraining,
    IssueCertificate,
    OpenEvaluation,
    RenewEvaluationLinks,
    Tally,
    TrainingCommand,
)
from services.training.trainings.events import (
    CertificateIssued,
    CertificateRevoked,
    EvaluationClosed,
    EvaluationOpened,
    ParticipationRecorded,
    TrainingHeld,
    WalkInNamed,
)
from tests.training import examples as x
from tests.training.examples import command, event, professional
from tests.training.states import asked, cancelled, certified, full, held, planned, registered


def test_a_training_is_held_and_counted() -> None:
    registered.when(command(HoldTraining)).then(event(ParticipationRecorded), event(TrainingHeld))
    held.when(command(HoldTraining)).then()
    held.when(command(HoldTraining, pitched=False)).refused("training-already-held")
    cancelled.when(command(HoldTraining, present=())).refused("training-cancelled")


def test_who_had_a_place_and_did_not_come_is_recorded_absent() -> None:
    full.when(command(HoldTraining)).then(
        event(ParticipationRecorded),
        event(ParticipationRecorded, participant_id="p-2", present=False),
        event(TrainingHeld),
    )


def test_a_walk_in_is_named_and_counted() -> None:
    named = professional("p-9", organisation_id=x.PARTNER, sector="health", function="nurse")
    registered.when(command(HoldTraining, walk_ins=(named,))).then(
        event(WalkInNamed, professional=named),
        event(ParticipationRecorded),
        event(ParticipationRecorded, participant_id="p-9", organisation_id=x.PARTNER, sector="health"),
        event(
            TrainingHeld,
            by_sector={"health": 1, "police": 1, "welfare": 2},
            organisations=(x.PARTNER, x.POLICE),
        ),
    )


def test_what_somebody_says_of_himself_at_the_door_holds() -> None:
    named = professional(organisation_id=x.PARTNER, sector="health", function="nurse")
    there = {"organisation_id": x.PARTNER, "sector": "health"}
    counts = {"by_sector": {"health": 1, "welfare": 2}, "organisations": (x.PARTNER,)}
    given = {"present": (), "walk_ins": (named,)}
    asked: list[TrainingCommand] = [command(HoldTraining, **given), command(CorrectAttendance, **given)]
    for before, one in zip((registered, held), asked, strict=True):
        before.when(one).then(
            event(WalkInNamed, professional=named),
            event(ParticipationRecorded, **there),
            event(TrainingHeld, **counts),
        )


def test_a_training_is_not_held_before_its_end_nor_without_anybody() -> None:
    registered.when(command(HoldTraining, on=x.FIRST)).refused("training-not-over")
    registered.when(command(HoldTraining, present=(), counted={})).refused("nobody-present")
    registered.when(command(HoldTraining, present=("p-8",))).refused("participant-unknown")


def test_a_correction_says_again_only_what_differs() -> None:
    held.when(command(CorrectAttendance)).then()
    held.when(command(CorrectAttendance, pitched=False)).then(event(TrainingHeld, pitched=False))
    planned.when(command(CorrectAttendance, present=())).refused("training-not-held")


def test_a_certificate_is_for_who_was_there() -> None:
    held.when(command(IssueCertificate)).then(event(CertificateIssued))
    certified.when(command(IssueCertificate)).then()
    held.when(command(IssueCertificate, participant_id="p-2")).refused("not-attended")
    planned.when(command(IssueCertificate)).refused("training-not-held")


def test_a_certificate_is_revoked_when_attendance_is_corrected() -> None:
    absent = {"by_sector": {"welfare": 2}, "organisations": ()}
    certified.when(command(CorrectAttendance, present=())).then(
        event(ParticipationRecorded, present=False),
        event(TrainingHeld, **absent),
        event(CertificateRevoked),
    )


def test_those_present_are_asked_for_their_opinion_once() -> None:
    held.when(command(OpenEvaluation)).then(event(EvaluationOpened))
    asked.when(command(OpenEvaluation)).then()
    planned.when(command(OpenEvaluation)).refused("training-not-held")
    counted_only = planned.given(event(TrainingHeld))
    counted_only.when(command(OpenEvaluation)).refused("nobody-to-ask")


def test_who_did_not_answer_can_be_asked_by_other_links_until_it_is_closed() -> None:
    asked.when(command(RenewEvaluationLinks)).then()
    asked.given(event(EvaluationClosed)).when(command(RenewEvaluationLinks)).refused("evaluation-closed")
    held.when(command(RenewEvaluationLinks)).refused("evaluation-not-open")
    planned.when(command(RenewEvaluationLinks)).refused("training-not-held")


def test_an_evaluation_is_closed_once_with_its_means() -> None:
    asked.when(command(CloseEvaluation)).then(event(EvaluationClosed))
    closed = asked.given(event(EvaluationClosed))
    closed.when(command(CloseEvaluation)).then()
    closed.when(command(OpenEvaluation)).then()
    added = closed.given(event(ParticipationRecorded, participant_id="p-9"))
    added.when(command(OpenEvaluation)).refused("evaluation-closed")
    held.when(command(CloseEvaluation)).refused("evaluation-not-open")


def test_below_five_answers_only_the_counts_are_said() -> None:
    few = Tally(answers=4, score=30, confidence_before=8, confidence_after=16)
    asked.when(command(CloseEvaluation, tally=few)).then(
        event(EvaluationClosed, answers=4, score=None, confidence_before=None, confidence_after=None)
    )
