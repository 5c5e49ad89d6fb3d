"""Time has an order: nothing happens before it was planned, is told as to come, or is of a year that was mistyped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.training.meetings.commands import (
    CorrectSteeringMeeting,
    HoldSteeringMeeting,
    PlanSteeringMeeting,
    TakeDecision,
)
from services.training.meetings.events import SteeringMeetingPlanned
from services.training.network_events.commands import CorrectNetworkEvent, MoveNetworkEvent, PlanNetworkEvent
from services.training.partners.commands import JoinProgramme
from services.training.trainings.commands import (
    CloseEvaluation,
    CorrectAttendance,
    CorrectDays,
    IssueCertificate,
    MoveTraining,
    OpenEvaluation,
    OpenRegistration,
    PlanTraining,
    RevokeTraining,
)
from tests.spec import Spec
from tests.training import examples as x
from tests.training.examples import command
from tests.training.states import asked, held, nothing, planned
from tests.training.test_network_and_steering import held as held_event
from tests.training.test_network_and_steering import met, no_event, no_meeting, no_partner
from tests.training.test_network_and_steering import planned as planned_event

SLIP = {year: x.FIRST.replace(year=year) for year in (2002, 2062, 2099)}
TO_COME = no_meeting.given(SteeringMeetingPlanned.model_validate(x.EVENTS[SteeringMeetingPlanned]))
DURING = x.LAST - timedelta(days=1)


@pytest.mark.parametrize("day", [SLIP[2062], SLIP[2099]])
def test_a_year_that_was_mistyped_ahead_is_refused(day: date) -> None:
    late = (x.day(day),)
    asking: list[tuple[Spec[Any, Any, Any], Any]] = [
        (nothing, command(PlanTraining, days=late)),
        (planned, command(MoveTraining, days=late)),
        (no_event, command(PlanNetworkEvent, day=late[0])),
        (planned_event, command(MoveNetworkEvent, day=late[0])),
        (no_meeting, command(PlanSteeringMeeting, planned_for=day)),
        (met, command(TakeDecision, due=day)),
    ]
    for before, one in asking:
        before.when(one).refused("date-too-far")


def test_a_year_that_was_mistyped_back_is_refused() -> None:
    day = SLIP[2002]
    asking: list[tuple[Spec[Any, Any, Any], Any]] = [
        (nothing, command(PlanTraining, on=day, days=(x.day(day),))),
        (no_event, command(PlanNetworkEvent, on=day, day=x.day(day))),
        (no_meeting, command(HoldSteeringMeeting, on=day)),
        (no_partner, command(JoinProgramme, since=day)),
        (TO_COME, command(HoldSteeringMeeting, on=x.FIRST.replace(year=2024))),
        (met.given(*TO_COME.history), command(CorrectSteeringMeeting, on=x.FIRST.replace(year=2024))),
    ]
    for before, one in asking:
        before.when(one).refused("date-too-far")
    planned.when(command(OpenRegistration, on=day)).refused("date-too-far")


def test_nothing_follows_from_a_training_before_it_is_over() -> None:
    held.when(command(CorrectAttendance, on=DURING)).refused("training-not-over")
    held.when(command(IssueCertificate, on=DURING)).refused("training-not-over")
    held.when(command(OpenEvaluation, on=DURING)).refused("training-not-over")
    asked.when(command(CloseEvaluation, on=DURING)).refused("training-not-over")
    held.when(command(RevokeTraining, on=DURING)).refused("training-not-over")
    held.when(command(CorrectDays, on=DURING)).refused("training-not-over")
    held_event.when(command(CorrectNetworkEvent, on=x.TOLD_ON)).refused("network-event-not-over")
