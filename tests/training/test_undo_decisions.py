"""What was recorded in error is taken back or said again, and what followed from it follows: by the rules alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.training.meetings.commands import (
    CancelSteeringMeeting,
    CorrectDecision,
    HoldSteeringMeeting,
    PlanSteeringMeeting,
    ReopenDecision,
    RevokeDecision,
    RevokeSteeringMeeting,
    TakeDecision,
)
from services.training.meetings.events import (
    DecisionCarriedOut,
    DecisionReopened,
    DecisionRevoked,
    DecisionTaken,
    SteeringMeetingCancelled,
    SteeringMeetingHeld,
    SteeringMeetingPlanned,
    SteeringMeetingRevoked,
)
from services.training.network_events.commands import (
    CorrectEventDay,
    HoldNetworkEvent,
    ReinstateNetworkEvent,
    RevokeNetworkEvent,
)
from services.training.network_events.events import (
    NetworkEventHeld,
    NetworkEventMoved,
    NetworkEventReinstated,
    NetworkEventRevoked,
)
from services.training.trainings.commands import (
    CloseEvaluation,
    CorrectAttendance,
    CorrectDays,
    DescribeTraining,
    HoldTraining,
    IssueCertificate,
    ReinstateTraining,
    ReopenEvaluation,
    RequireDays,
    RevokeTraining,
    SetCapacity,
    Tally,
)
from services.training.trainings.events import (
    CapacitySet,
    CertificateIssued,
    CertificateRevoked,
    DaysRequiredSet,
    EvaluationClosed,
    EvaluationReopened,
    ParticipationRecorded,
    TrainingCancelled,
    TrainingDescribed,
    TrainingHeld,
    TrainingMoved,
    TrainingReinstated,
    TrainingRevoked,
)
from services.training.values import DaysAttended
from tests.training import examples as x
from tests.training.examples import command, event
from tests.training.states import asked, cancelled, certified, full, held, planned, registered
from tests.training.test_network_and_steering import decided, met, no_meeting
from tests.training.test_network_and_steering import held as held_event
from tests.training.test_network_and_steering import off as cancelled_event
from tests.training.test_network_and_steering import planned as planned_event

ONE_DAY = (DaysAttended(participant_id="p-1", days=(x.LAST,)),)
PARTLY: dict[str, Any] = {"present": (), "partly": ONE_DAY}


def test_a_training_held_in_error_is_taken_back_with_what_followed() -> None:
    certified.when(command(RevokeTraining)).then(
        event(ParticipationRecorded, present=False),
        event(CertificateRevoked),
        event(TrainingRevoked),
    )
    undone = held.given(event(ParticipationRecorded, present=False), event(TrainingRevoked))
    undone.when(command(RevokeTraining)).then()
    undone.when(command(CorrectAttendance)).refused("training-not-held")
    undone.when(command(IssueCertificate)).refused("training-not-held")
    undone.when(command(HoldTraining)).then(event(ParticipationRecorded), event(TrainingHeld))
    planned.when(command(RevokeTraining)).refused("training-not-held")
    cancelled.when(command(RevokeTraining)).refused("training-cancelled")


def test_a_training_cancelled_in_error_stands_as_before() -> None:
    cancelled.when(command(ReinstateTraining)).then(event(TrainingReinstated))
    back = full.given(event(TrainingCancelled), event(TrainingReinstated))
    back.when(command(ReinstateTraining)).then()
    back.when(command(SetCapacity)).then(event(CapacitySet))
    assert back.state().status == full.state().status == "open"
    assert back.state().roll == full.state().roll
    planned.when(command(ReinstateTraining)).refused("training-not-cancelled")


def test_an_evaluation_closed_in_error_takes_answers_again() -> None:
    closed = asked.given(event(EvaluationClosed))
    closed.when(command(ReopenEvaluation)).then(event(EvaluationReopened))
    open_again = closed.given(event(EvaluationReopened))
    open_again.when(command(ReopenEvaluation)).then()
    held.when(command(ReopenEvaluation)).refused("evaluation-not-open")


@pytest.mark.parametrize(("answers", "score"), [(5, 8.2), (9, 8.2), (10, 6.1)])
def test_a_few_answers_more_cannot_be_read_from_two_means(answers: int, score: float) -> None:
    open_again = asked.given(event(EvaluationClosed), event(EvaluationReopened))
    tally = Tally(answers=answers, score=61, confidence_before=20, confidence_after=40)
    told = event(EvaluationClosed) if answers < 10 else event(EvaluationClosed, answers=10, score=score)
    open_again.when(command(CloseEvaluation, tally=tally)).then(told)


def test_a_network_event_held_or_cancelled_in_error_is_taken_back() -> None:
    held_event.when(command(RevokeNetworkEvent)).then(event(NetworkEventRevoked))
    undone = held_event.given(event(NetworkEventRevoked))
    undone.when(command(RevokeNetworkEvent)).then()
    undone.when(command(HoldNetworkEvent)).then(event(NetworkEventHeld))
    planned_event.when(command(RevokeNetworkEvent)).refused("network-event-not-held")
    cancelled_event.when(command(ReinstateNetworkEvent)).then(event(NetworkEventReinstated))
    cancelled_event.given(event(NetworkEventReinstated)).when(command(ReinstateNetworkEvent)).then()
    planned_event.when(command(ReinstateNetworkEvent)).refused("network-event-not-cancelled")


def test_a_meeting_held_in_error_is_taken_back_with_its_decisions() -> None:
    decided.when(command(RevokeSteeringMeeting)).then(event(DecisionRevoked), event(SteeringMeetingRevoked))
    undone = decided.given(event(DecisionRevoked), event(SteeringMeetingRevoked))
    undone.when(command(RevokeSteeringMeeting)).then()
    undone.when(command(TakeDecision)).refused("meeting-not-held")
    undone.when(command(HoldSteeringMeeting)).then(event(SteeringMeetingHeld))
    assert undone.state().city == "Oostende"
    no_meeting.when(command(RevokeSteeringMeeting)).refused("meeting-not-held")


def test_a_meeting_planned_in_error_is_cancelled_and_planned_again() -> None:
    to_come = no_meeting.given(event(SteeringMeetingPlanned))
    to_come.when(command(CancelSteeringMeeting)).then(event(SteeringMeetingCancelled))
    off = to_come.given(event(SteeringMeetingCancelled))
    off.when(command(CancelSteeringMeeting)).then()
    off.when(command(PlanSteeringMeeting)).then(event(SteeringMeetingPlanned))
    no_meeting.when(command(CancelSteeringMeeting)).refused("meeting-unknown")
    met.given(event(SteeringMeetingPlanned)).when(command(CancelSteeringMeeting)).refused("meeting-already-held")


def test_a_decision_is_corrected_opened_again_and_taken_back() -> None:
    decided.when(command(CorrectDecision)).then()
    decided.when(command(CorrectDecision, owner=x.POLICE)).then(event(DecisionTaken, owner=x.POLICE))
    decided.when(command(CorrectDecision, due=x.PLANNED_ON)).refused("date-before-meeting")
    done = decided.given(event(DecisionCarriedOut))
    done.when(command(ReopenDecision)).then(event(DecisionReopened))
    decided.when(command(ReopenDecision)).then()
    decided.when(command(RevokeDecision)).then(event(DecisionRevoked))
    gone = done.given(event(DecisionRevoked))
    gone.when(command(RevokeDecision)).then()
    gone.when(command(TakeDecision, owner=x.POLICE)).then(event(DecisionTaken, owner=x.POLICE))
    met.when(command(CorrectDecision)).refused("decision-unknown")
    met.when(command(ReopenDecision)).refused("decision-unknown")
    met.when(command(RevokeDecision)).refused("decision-unknown")


def test_attendance_is_per_day_and_decides_on_the_certificate() -> None:
    partly = event(ParticipationRecorded, days=(x.LAST,))
    registered.when(command(HoldTraining, **PARTLY)).then(partly, event(TrainingHeld))
    every = (DaysAttended(participant_id="p-1", days=(x.LAST, x.FIRST)),)
    registered.when(command(HoldTraining, present=(), partly=every)).then(
        event(ParticipationRecorded), event(TrainingHeld)
    )
    half = registered.given(partly, event(TrainingHeld))
    half.when(command(IssueCertificate)).refused("too-few-days")
    half.given(event(DaysRequiredSet)).when(command(IssueCertificate)).then(event(CertificateIssued))
    elsewhere = (DaysAttended(participant_id="p-1", days=(x.AFTER,)),)
    registered.when(command(HoldTraining, present=(), partly=elsewhere)).refused("day-not-of-training")


def test_a_certificate_of_other_days_is_revoked() -> None:
    certified.when(command(CorrectAttendance, **PARTLY)).then(
        event(ParticipationRecorded, days=(x.LAST,)), event(CertificateRevoked)
    )


def test_more_days_are_required_at_any_time_and_certificates_follow() -> None:
    half = registered.given(
        event(DaysRequiredSet),
        event(ParticipationRecorded, days=(x.LAST,)),
        event(TrainingHeld),
        event(CertificateIssued),
    )
    half.when(command(RequireDays)).then()
    half.when(command(RequireDays, on=x.AFTER, days_required=2)).then(
        event(DaysRequiredSet, on=x.AFTER, days_required=2), event(CertificateRevoked)
    )
    planned.when(command(RequireDays, days_required=3)).refused("more-days-than-given")


def test_a_wrong_day_is_corrected_after_it_was_held() -> None:
    where: dict[str, Any] = {"city": "Oostende", "place": "Stadhuis", "on": x.AFTER}
    days = (x.day(date(2026, 2, 4)), x.day(x.LAST))
    half = registered.given(event(ParticipationRecorded, days=(x.FIRST,)), event(TrainingHeld))
    half.when(command(CorrectDays, days=days, **where)).then(
        event(TrainingMoved, days=days, **where),
        event(ParticipationRecorded, days=(date(2026, 2, 4),)),
        event(TrainingHeld, days=(date(2026, 2, 4), x.LAST)),
    )
    certified.when(command(CorrectDays, days=days, **where)).then(
        event(TrainingMoved, days=days, **where),
        event(TrainingHeld, days=(date(2026, 2, 4), x.LAST)),
        event(CertificateRevoked),
    )
    held.when(command(CorrectDays, days=x.DAYS, **where)).then()
    held.when(command(CorrectDays, days=days, **(where | {"on": x.TOLD_ON}))).refused("training-not-over")
    held.when(command(CorrectDays, days=(x.day(date(2025, 2, 3)),), **where)).refused("planned-for-past")
    late = registered.given(event(ParticipationRecorded, days=(x.LAST,)), event(TrainingHeld))
    late.when(command(CorrectDays, days=days[:1], **where)).refused("day-not-of-training")
    planned.when(command(CorrectDays)).refused("training-not-held")


def test_what_was_given_is_described_again_and_told_so() -> None:
    planned.when(command(DescribeTraining)).then(event(TrainingDescribed))
    certified.when(command(DescribeTraining)).then(
        event(TrainingDescribed),
        event(ParticipationRecorded).model_copy(update={"kind": "in_depth"}),
        event(TrainingHeld, co_presenter=None).model_copy(update={"kind": "in_depth"}),
        event(CertificateRevoked, on=x.TOLD_ON),
    )
    planned.given(event(TrainingDescribed)).when(command(DescribeTraining)).then()
    planned.when(command(DescribeTraining, co_presenter=x.ORGANISER)).refused("co-presenter-is-organiser")


def test_the_day_of_an_event_that_was_held_is_corrected() -> None:
    held_event.when(command(CorrectEventDay)).then(
        event(NetworkEventMoved, on=x.AFTER),
        event(NetworkEventHeld, on=x.LAST, city="Oostende"),
    )
    planned_event.when(command(CorrectEventDay)).refused("network-event-not-held")
    held_event.when(command(CorrectEventDay, on=x.TOLD_ON)).refused("network-event-not-over")
