"""What a training answers to each command until it is given: it does, it refuses, and asked twice nothing changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, get_args

import pytest

from services.training.trainings.commands import (
    CancelRegistration,
    CancelTraining,
    CloseRegistration,
    MoveTraining,
    OpenRegistration,
    PlanTraining,
    RegisterProfessionals,
    RenewLink,
    SetCapacity,
    TrainingCommand,
)
from services.training.trainings.events import (
    CapacitySet,
    PlaceGiven,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationOpened,
    TrainingCancelled,
    TrainingMoved,
    TrainingPlanned,
)
from services.training.values import MOST_ON_ROLL
from tests.training import examples as x
from tests.training.examples import command, event, professional
from tests.training.states import cancelled, full, held, nothing, opened, planned, registered, waiting


def test_a_training_is_planned_once() -> None:
    nothing.when(command(PlanTraining)).then(event(TrainingPlanned))
    planned.when(command(PlanTraining)).then()
    planned.when(command(PlanTraining, city="Brugge")).refused("training-already-planned")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"on": date(2026, 4, 1)}, "date-in-future"),
        ({"days": (x.day(x.PLANNED_ON - timedelta(days=1)),)}, "planned-for-past"),
        ({"days": (x.day(x.LAST), x.day(x.FIRST))}, "days-not-in-order"),
        ({"days": (x.day(x.FIRST), x.day(x.FIRST, 17, 18))}, "days-not-in-order"),
        ({"days": (x.day(x.FIRST, 16, 9),)}, "day-ends-before-it-begins"),
        ({"place": None}, "place-missing"),
        ({"co_presenter": x.ORGANISER}, "co-presenter-is-organiser"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(changed: dict[str, Any], code: str) -> None:
    nothing.when(command(PlanTraining, **changed)).refused(code)


def test_a_training_online_needs_no_place() -> None:
    online = {"online": True, "place": None}
    nothing.when(command(PlanTraining, **online)).then(event(TrainingPlanned, **online))


def test_a_training_moves_until_it_is_given() -> None:
    planned.when(command(MoveTraining)).then(event(TrainingMoved))
    planned.given(event(TrainingMoved)).when(command(MoveTraining)).then()
    planned.when(command(MoveTraining, days=(x.day(x.PLANNED_ON),))).refused("planned-for-past")
    held.when(command(MoveTraining)).refused("training-already-held")
    cancelled.when(command(MoveTraining)).refused("training-cancelled")


def test_nothing_happens_to_a_training_nobody_planned() -> None:
    for kind in get_args(TrainingCommand):
        if kind is not PlanTraining:
            nothing.when(command(kind)).refused("training-unknown")
            planned.when(command(kind, on=x.PLANNED_ON - timedelta(days=1))).refused("date-before-planned")


def test_a_training_is_cancelled_for_good() -> None:
    planned.when(command(CancelTraining)).then(event(TrainingCancelled))
    cancelled.when(command(CancelTraining)).then()
    cancelled.when(command(CancelTraining, reason="weather")).refused("training-cancelled")
    held.when(command(CancelTraining)).refused("training-already-held")


def test_registration_opens_closes_and_opens_again() -> None:
    planned.when(command(OpenRegistration)).then(event(RegistrationOpened))
    opened.when(command(OpenRegistration)).then()
    planned.when(command(CloseRegistration)).refused("registration-not-open")
    opened.when(command(CloseRegistration)).then(event(RegistrationClosed))
    closed = opened.given(event(RegistrationClosed))
    closed.when(command(CloseRegistration)).then()
    closed.when(command(OpenRegistration)).then(event(RegistrationOpened))
    cancelled.when(command(OpenRegistration)).refused("training-cancelled")


def test_a_professional_registers_once() -> None:
    opened.when(command(RegisterProfessionals)).then(event(ProfessionalRegistered))
    registered.when(command(RegisterProfessionals)).then()
    late = {"professionals": (professional("p-3"),)}
    held.when(command(RegisterProfessionals, **late)).refused("training-already-held")


@pytest.mark.parametrize("who", ["p-1", "p-9"])
def test_a_refusal_says_nothing_of_who_is_registered(who: str) -> None:
    asked = command(RegisterProfessionals, professionals=(professional(who),))
    planned.given(event(ProfessionalRegistered)).when(asked).refused("registration-not-open")
    registered.given(event(RegistrationClosed)).when(asked).refused("registration-not-open")
    registered.given(event(TrainingCancelled)).when(asked).refused("training-cancelled")
    held.when(asked).refused("training-already-held")
    late = command(RegisterProfessionals, professionals=(professional(who),), on=x.LAST)
    registered.when(late).refused("training-begun")


def test_a_roll_has_an_end() -> None:
    crowd = [event(ProfessionalRegistered, professional=professional(f"p-{nth}")) for nth in range(3)]
    many = tuple(professional(f"q-{nth}") for nth in range(MOST_ON_ROLL - 2))
    opened.given(*crowd).when(command(RegisterProfessionals, professionals=many)).refused("waiting-list-full")


def test_who_comes_when_it_is_full_waits() -> None:
    late = {"professional": professional("p-3")}
    full.when(command(RegisterProfessionals, professionals=(professional("p-3"),))).then(
        event(ProfessionalPutOnWaitingList, **late)
    )


def test_a_group_registers_in_its_order_and_each_once() -> None:
    group = (professional("p-2"), professional("p-1"), professional("p-2"), professional("p-3"))
    registered.when(command(RegisterProfessionals, professionals=group)).then(
        event(ProfessionalRegistered, professional=professional("p-2")),
        event(ProfessionalPutOnWaitingList, professional=professional("p-3")),
    )


def test_nobody_registers_when_it_is_not_open_or_has_begun() -> None:
    planned.when(command(RegisterProfessionals)).refused("registration-not-open")
    opened.when(command(RegisterProfessionals, on=x.LAST)).refused("training-begun")
    cancelled.when(command(RegisterProfessionals)).refused("training-cancelled")


def test_the_first_who_waits_moves_up_when_a_place_is_given_back() -> None:
    waiting.when(command(CancelRegistration)).then(
        event(RegistrationCancelled), event(PlaceGiven, participant_id="p-3")
    )
    waiting.when(command(CancelRegistration, participant_id="p-3")).then(
        event(RegistrationCancelled, participant_id="p-3")
    )


def test_a_registration_is_cancelled_once() -> None:
    gone = registered.given(event(RegistrationCancelled))
    gone.when(command(CancelRegistration)).then()
    gone.when(command(RegisterProfessionals)).then(event(ProfessionalRegistered))
    gone.when(command(RenewLink)).refused("registration-unknown")
    opened.when(command(CancelRegistration)).refused("registration-unknown")
    held.when(command(CancelRegistration)).refused("training-already-held")


def test_one_of_several_requests_is_taken_back_and_the_registration_stays() -> None:
    registered.when(command(CancelRegistration, asked_by_others=True)).then()
    held.when(command(CancelRegistration, asked_by_others=True)).refused("training-already-held")


def test_who_is_on_the_roll_can_have_another_link() -> None:
    for on_the_roll in (registered, waiting):
        on_the_roll.when(command(RenewLink)).then()
    opened.when(command(RenewLink)).refused("registration-unknown")
    held.when(command(RenewLink)).refused("training-already-held")


def test_more_places_move_the_waiting_up_in_order() -> None:
    waiting.when(command(SetCapacity, capacity=4)).then(
        event(CapacitySet, capacity=4),
        event(PlaceGiven, participant_id="p-3"),
        event(PlaceGiven, participant_id="p-4"),
    )
    waiting.when(command(SetCapacity, capacity=2)).then()
    waiting.when(command(SetCapacity, capacity=1)).refused("capacity-below-registered")
    held.when(command(SetCapacity)).refused("training-already-held")
