"""What trainings, network events, meetings and partners allow on the very day and at the very number."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.training.meetings.commands import CarryOutDecision, PlanSteeringMeeting, TakeDecision
from services.training.meetings.events import DecisionCarriedOut, DecisionTaken, SteeringMeetingPlanned
from services.training.network_events.commands import CancelGuest, CancelNetworkEvent, MoveNetworkEvent, RegisterGuest
from services.training.network_events.events import (
    GuestCancelled,
    GuestRegistered,
    NetworkEventCancelled,
    NetworkEventHeld,
    NetworkEventMoved,
    NetworkEventPlanned,
)
from services.training.partners.aggregate import PARTNER
from services.training.partners.commands import JoinProgramme
from services.training.partners.events import PartnerEvent, PartnerJoined, PartnerLeft
from services.training.trainings import follow_up
from services.training.trainings.commands import (
    CancelRegistration,
    CloseEvaluation,
    CorrectAttendance,
    HoldTraining,
    IssueCertificate,
    MoveTraining,
    OpenEvaluation,
    OpenRegistration,
    RegisterProfessionals,
    SetCapacity,
    Tally,
    TrainingCommand,
)
from services.training.trainings.events import (
    CapacitySet,
    CertificateIssued,
    EvaluationClosed,
    ParticipationRecorded,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationCancelled,
    RegistrationOpened,
    TrainingHeld,
    TrainingMoved,
)
from tests.spec import Spec
from tests.training import examples as x
from tests.training.examples import command, event, professional
from tests.training.states import asked, cancelled, certified, full, opened, planned, registered, waiting
from tests.training.test_network_and_steering import decided, met, no_meeting, partner
from tests.training.test_network_and_steering import full as full_event
from tests.training.test_network_and_steering import held as held_event
from tests.training.test_network_and_steering import off as cancelled_event
from tests.training.test_network_and_steering import planned as planned_event

LATE = x.AFTER + timedelta(days=1)


@pytest.mark.parametrize(
    ("history", "command", "expected"),
    [
        (registered, command(HoldTraining, on=x.LAST), event(TrainingHeld)),
        (planned, command(OpenRegistration, on=x.PLANNED_ON), event(RegistrationOpened, on=x.PLANNED_ON)),
        (opened, command(RegisterProfessionals, on=x.FIRST), event(ProfessionalRegistered, on=x.FIRST)),
        (full, command(SetCapacity, capacity=2), None),
        (
            planned_event,
            command(CancelNetworkEvent, on=x.PLANNED_ON),
            event(NetworkEventCancelled, on=x.PLANNED_ON),
        ),
        (planned_event, command(RegisterGuest, on=x.FIRST), event(GuestRegistered, on=x.FIRST)),
        (
            no_meeting,
            command(PlanSteeringMeeting, planned_for=x.PLANNED_ON),
            event(SteeringMeetingPlanned, planned_for=x.PLANNED_ON),
        ),
        (met, command(TakeDecision, due=x.FIRST), event(DecisionTaken, due=x.FIRST)),
        (
            decided,
            command(CarryOutDecision, on=x.FIRST),
            event(DecisionCarriedOut, on=x.FIRST),
        ),
        (
            partner.given(event(PartnerLeft)),
            command(JoinProgramme, since=x.LAST),
            event(PartnerJoined, since=x.LAST),
        ),
    ],
)
def test_what_may_be_may_be_on_the_very_day(history: Spec[Any, Any, Any], command: Any, expected: Any) -> None:
    answer = history.when(command)
    assert answer.refusal is None
    assert answer.events[-1:] == ((expected,) if expected else ())


def test_capacity_may_shrink_to_those_who_have_a_place_and_no_further() -> None:
    roomy = full.given(event(CapacitySet, capacity=5))
    roomy.when(command(SetCapacity, capacity=2)).then(event(CapacitySet, capacity=2))
    roomy.when(command(SetCapacity, capacity=1)).refused("capacity-below-registered")


def test_a_training_is_held_with_named_people_only_or_counted_people_only() -> None:
    assert registered.when(command(HoldTraining, counted={})).refusal is None
    assert registered.when(command(HoldTraining, present=())).refusal is None


def test_nothing_follows_a_training_that_was_cancelled() -> None:
    kinds: list[type[TrainingCommand]] = [CorrectAttendance, IssueCertificate, OpenEvaluation, CloseEvaluation]
    for kind in kinds:
        cancelled.when(command(kind)).refused("training-cancelled")


def test_who_waited_and_came_is_present() -> None:
    came = waiting.when(command(HoldTraining, present=("p-1", "p-3"), counted={}))
    there = [each.participant_id for each in came.events if isinstance(each, ParticipationRecorded) and each.present]
    assert sorted(there) == ["p-1", "p-3"]


def test_who_is_named_at_the_door_is_who_he_says_there() -> None:
    elsewhere = professional("p-1", organisation_id=x.PARTNER, sector="health")
    came = registered.when(command(HoldTraining, present=(), walk_ins=(elsewhere,), counted={}))
    recorded = [each for each in came.events if isinstance(each, ParticipationRecorded)]
    assert [(each.organisation_id, each.sector) for each in recorded] == [(x.PARTNER, "health")]


def test_who_left_and_came_back_can_leave_again() -> None:
    back = registered.given(event(RegistrationCancelled), event(ProfessionalRegistered))
    back.when(command(CancelRegistration)).then(event(RegistrationCancelled))
    queued = full.given(
        event(RegistrationCancelled, participant_id="p-3"),
        event(ProfessionalPutOnWaitingList, professional=professional("p-3")),
    )
    queued.when(command(CancelRegistration, participant_id="p-3")).then(
        event(RegistrationCancelled, participant_id="p-3")
    )
    guest = full_event.given(event(GuestCancelled), event(GuestRegistered))
    guest.when(command(CancelGuest)).then(event(GuestCancelled))


def test_a_second_certificate_stands_beside_the_first() -> None:
    two = certified.given(event(CertificateIssued, digest="c" * 64))
    for digest in ("a" * 64, "c" * 64):
        two.when(command(IssueCertificate, digest=digest)).then()


def test_who_waits_leaves_without_moving_anybody() -> None:
    free = waiting.given(event(CapacitySet, capacity=3))
    free.when(command(CancelRegistration, participant_id="p-4")).then(
        event(RegistrationCancelled, participant_id="p-4")
    )


def test_a_training_online_moves_online_without_a_place() -> None:
    online = {"online": True, "place": None}
    planned.when(command(MoveTraining, **online)).then(event(TrainingMoved, **online))
    planned.when(command(MoveTraining, place=None)).refused("place-missing")


@pytest.mark.parametrize(("total", "answers", "mean"), [(41, 6, 6.83), (5, 5, 1.0), (4, 4, None), (10, 7, 1.43)])
def test_a_mean_has_two_decimals_and_five_answers(total: int, answers: int, mean: float | None) -> None:
    assert follow_up.mean(total, answers) == mean


def test_a_closed_evaluation_has_two_decimals() -> None:
    tally = Tally(answers=6, score=41, confidence_before=10, confidence_after=20)
    asked.when(command(CloseEvaluation, tally=tally)).then(
        event(EvaluationClosed, answers=6, score=6.83, confidence_before=1.67, confidence_after=3.33)
    )


def test_a_network_event_is_cancelled_for_one_reason() -> None:
    cancelled_event.when(command(CancelNetworkEvent)).then()
    cancelled_event.when(command(CancelNetworkEvent, reason="no_room")).refused("network-event-cancelled")


def test_an_event_without_capacity_takes_everybody() -> None:
    everybody = planned_event.given(event(NetworkEventPlanned, capacity=None))
    crowd = everybody.given(*(event(GuestRegistered, guest=professional(f"p-{n}")) for n in range(3)))
    late = professional("p-9")
    crowd.when(command(RegisterGuest, guest=late)).then(event(GuestRegistered, guest=late))


def test_an_event_moves_to_another_place_and_back() -> None:
    plan = x.EVENT_PLAN
    same = {"city": plan["city"], "place": plan["place"], "day": plan["day"]}
    planned_event.when(command(MoveNetworkEvent, **same)).then()
    elsewhere = same | {"place": "Stadhuis"}
    planned_event.when(command(MoveNetworkEvent, **elsewhere)).then(event(NetworkEventMoved, **elsewhere))
    assert planned_event.given(event(NetworkEventHeld)).when(command(RegisterGuest)).refusal
    held_event.when(command(CancelNetworkEvent)).refused("network-event-already-held")


def test_who_leaves_again_keeps_the_terms_before() -> None:
    """The rule of evolving: every earlier term stands as it was."""
    history: list[PartnerEvent] = [
        event(PartnerJoined),
        event(PartnerLeft),
        event(PartnerJoined, since=LATE),
    ]
    before = PARTNER.fold(history)
    after = PARTNER.evolve(before, event(PartnerLeft, until=LATE + timedelta(days=3)))
    assert after.terms == (before.terms[0], replace(before.terms[1], until=LATE + timedelta(days=3)))


def test_a_meeting_held_before_says_so() -> None:
    met.when(command(TakeDecision, due=x.PLANNED_ON)).refused("date-before-meeting")
    met.when(command(TakeDecision, on=x.PLANNED_ON)).refused("date-before-meeting")
