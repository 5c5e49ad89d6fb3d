"""What a training answers to each command once it is given: it does, it refuses, and asked twice nothing changes."""

from __future__ import annotations

from services.training.commands import training as ask
from services.training.events import training as told
from tests.training import examples as x
from tests.training.examples import command, fact, professional
from tests.training.states import asked, cancelled, certified, full, held, planned, registered


def test_a_training_is_held_and_counted() -> None:
    registered.when(command(ask.HoldTraining)).then(fact(told.ParticipationRecorded), fact(told.TrainingHeld))
    held.when(command(ask.HoldTraining)).then()
    held.when(command(ask.HoldTraining, pitched=False)).refused("training-already-held")
    cancelled.when(command(ask.HoldTraining, present=())).refused("training-cancelled")


def test_who_had_a_place_and_did_not_come_is_recorded_absent() -> None:
    full.when(command(ask.HoldTraining)).then(
        fact(told.ParticipationRecorded),
        fact(told.ParticipationRecorded, participant_id="p-2", present=False),
        fact(told.TrainingHeld),
    )


def test_a_walk_in_is_named_and_counted() -> None:
    named = professional("p-9", organisation_id=x.PARTNER, sector="health", function="nurse")
    registered.when(command(ask.HoldTraining, walk_ins=(named,))).then(
        fact(told.WalkInNamed, professional=named),
        fact(told.ParticipationRecorded),
        fact(told.ParticipationRecorded, participant_id="p-9", organisation_id=x.PARTNER, sector="health"),
        fact(
            told.TrainingHeld,
            by_sector={"health": 1, "police": 1, "welfare": 2},
            organisations=(x.PARTNER, x.POLICE),
        ),
    )


def test_what_somebody_says_of_himself_at_the_door_holds() -> None:
    named = professional(organisation_id=x.PARTNER, sector="health", function="nurse")
    there = {"organisation_id": x.PARTNER, "sector": "health"}
    counts = {"by_sector": {"health": 1, "welfare": 2}, "organisations": (x.PARTNER,)}
    for before, others in ((registered, ()), (held, ())):
        before.when(
            command(ask.CorrectAttendance if before is held else ask.HoldTraining, present=others, walk_ins=(named,))
        ).then(
            fact(told.WalkInNamed, professional=named),
            fact(told.ParticipationRecorded, **there),
            fact(told.TrainingHeld, **counts),
        )


def test_a_training_is_not_held_before_its_end_nor_without_anybody() -> None:
    registered.when(command(ask.HoldTraining, on=x.FIRST)).refused("training-not-over")
    registered.when(command(ask.HoldTraining, present=(), counted={})).refused("nobody-present")
    registered.when(command(ask.HoldTraining, present=("p-8",))).refused("participant-unknown")


def test_a_correction_says_again_only_what_differs() -> None:
    held.when(command(ask.CorrectAttendance)).then()
    held.when(command(ask.CorrectAttendance, pitched=False)).then(fact(told.TrainingHeld, pitched=False))
    planned.when(command(ask.CorrectAttendance, present=())).refused("training-not-held")


def test_a_certificate_is_for_who_was_there() -> None:
    held.when(command(ask.IssueCertificate)).then(fact(told.CertificateIssued))
    certified.when(command(ask.IssueCertificate)).then()
    held.when(command(ask.IssueCertificate, participant_id="p-2")).refused("not-attended")
    planned.when(command(ask.IssueCertificate)).refused("training-not-held")


def test_a_certificate_is_revoked_when_attendance_is_corrected() -> None:
    absent = {"by_sector": {"welfare": 2}, "organisations": ()}
    certified.when(command(ask.CorrectAttendance, present=())).then(
        fact(told.ParticipationRecorded, present=False),
        fact(told.TrainingHeld, **absent),
        fact(told.CertificateRevoked),
    )


def test_those_present_are_asked_for_their_opinion_once() -> None:
    held.when(command(ask.OpenEvaluation)).then(fact(told.EvaluationOpened))
    asked.when(command(ask.OpenEvaluation)).then()
    planned.when(command(ask.OpenEvaluation)).refused("training-not-held")
    counted_only = planned.given(fact(told.TrainingHeld))
    counted_only.when(command(ask.OpenEvaluation)).refused("nobody-to-ask")


def test_who_did_not_answer_can_be_asked_by_other_links_until_it_is_closed() -> None:
    asked.when(command(ask.RenewEvaluationLinks)).then()
    asked.given(fact(told.EvaluationClosed)).when(command(ask.RenewEvaluationLinks)).refused("evaluation-closed")
    held.when(command(ask.RenewEvaluationLinks)).refused("evaluation-not-open")
    planned.when(command(ask.RenewEvaluationLinks)).refused("training-not-held")


def test_an_evaluation_is_closed_once_with_its_means() -> None:
    asked.when(command(ask.CloseEvaluation)).then(fact(told.EvaluationClosed))
    closed = asked.given(fact(told.EvaluationClosed))
    closed.when(command(ask.CloseEvaluation)).then()
    closed.when(command(ask.OpenEvaluation)).then()
    added = closed.given(fact(told.ParticipationRecorded, participant_id="p-9"))
    added.when(command(ask.OpenEvaluation)).refused("evaluation-closed")
    held.when(command(ask.CloseEvaluation)).refused("evaluation-not-open")


def test_below_five_answers_only_the_counts_are_said() -> None:
    few = ask.Tally(answers=4, score=30, confidence_before=8, confidence_after=16)
    asked.when(command(ask.CloseEvaluation, tally=few)).then(
        fact(told.EvaluationClosed, answers=4, score=None, confidence_before=None, confidence_after=None)
    )
