"""What a training answers to each command until it is given: it does, it refuses, and asked twice nothing changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.training.commands import training as ask
from services.training.events import training as told
from services.training.events.values import MOST_ON_ROLL
from tests.training import examples as x
from tests.training.examples import command, fact, professional
from tests.training.states import cancelled, full, held, nothing, opened, planned, registered, waiting


def test_a_training_is_planned_once() -> None:
    nothing.when(command(ask.PlanTraining)).then(fact(told.TrainingPlanned))
    planned.when(command(ask.PlanTraining)).then()
    planned.when(command(ask.PlanTraining, city="Brugge")).refused("training-already-planned")


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
    nothing.when(command(ask.PlanTraining, **changed)).refused(code)


def test_a_training_online_needs_no_place() -> None:
    online = {"online": True, "place": None}
    nothing.when(command(ask.PlanTraining, **online)).then(fact(told.TrainingPlanned, **online))


def test_a_training_moves_until_it_is_given() -> None:
    planned.when(command(ask.MoveTraining)).then(fact(told.TrainingMoved))
    planned.given(fact(told.TrainingMoved)).when(command(ask.MoveTraining)).then()
    planned.when(command(ask.MoveTraining, days=(x.day(x.PLANNED_ON),))).refused("planned-for-past")
    held.when(command(ask.MoveTraining)).refused("training-already-held")
    cancelled.when(command(ask.MoveTraining)).refused("training-cancelled")


def test_nothing_happens_to_a_training_nobody_planned() -> None:
    for kind in set(x.COMMANDS):
        if kind.__module__ == ask.__name__ and kind is not ask.PlanTraining:
            nothing.when(command(kind)).refused("training-unknown")
            planned.when(command(kind, on=x.PLANNED_ON - timedelta(days=1))).refused("date-before-planned")


def test_a_training_is_cancelled_for_good() -> None:
    planned.when(command(ask.CancelTraining)).then(fact(told.TrainingCancelled))
    cancelled.when(command(ask.CancelTraining)).then()
    cancelled.when(command(ask.CancelTraining, reason="weather")).refused("training-cancelled")
    held.when(command(ask.CancelTraining)).refused("training-already-held")


def test_registration_opens_closes_and_opens_again() -> None:
    planned.when(command(ask.OpenRegistration)).then(fact(told.RegistrationOpened))
    opened.when(command(ask.OpenRegistration)).then()
    planned.when(command(ask.CloseRegistration)).refused("registration-not-open")
    opened.when(command(ask.CloseRegistration)).then(fact(told.RegistrationClosed))
    closed = opened.given(fact(told.RegistrationClosed))
    closed.when(command(ask.CloseRegistration)).then()
    closed.when(command(ask.OpenRegistration)).then(fact(told.RegistrationOpened))
    cancelled.when(command(ask.OpenRegistration)).refused("training-cancelled")


def test_a_professional_registers_once() -> None:
    opened.when(command(ask.RegisterProfessionals)).then(fact(told.ProfessionalRegistered))
    registered.when(command(ask.RegisterProfessionals)).then()
    late = {"professionals": (professional("p-3"),)}
    held.when(command(ask.RegisterProfessionals, **late)).refused("training-already-held")


@pytest.mark.parametrize("who", ["p-1", "p-9"])
def test_a_refusal_says_nothing_of_who_is_registered(who: str) -> None:
    asked = command(ask.RegisterProfessionals, professionals=(professional(who),))
    planned.given(fact(told.ProfessionalRegistered)).when(asked).refused("registration-not-open")
    registered.given(fact(told.RegistrationClosed)).when(asked).refused("registration-not-open")
    registered.given(fact(told.TrainingCancelled)).when(asked).refused("training-cancelled")
    held.when(asked).refused("training-already-held")
    late = command(ask.RegisterProfessionals, professionals=(professional(who),), on=x.LAST)
    registered.when(late).refused("training-begun")


def test_a_roll_has_an_end() -> None:
    crowd = [fact(told.ProfessionalRegistered, professional=professional(f"p-{nth}")) for nth in range(3)]
    many = tuple(professional(f"q-{nth}") for nth in range(MOST_ON_ROLL - 2))
    opened.given(*crowd).when(command(ask.RegisterProfessionals, professionals=many)).refused("waiting-list-full")


def test_who_comes_when_it_is_full_waits() -> None:
    late = {"professional": professional("p-3")}
    full.when(command(ask.RegisterProfessionals, professionals=(professional("p-3"),))).then(
        fact(told.ProfessionalPutOnWaitingList, **late)
    )


def test_a_group_registers_in_its_order_and_each_once() -> None:
    group = (professional("p-2"), professional("p-1"), professional("p-2"), professional("p-3"))
    registered.when(command(ask.RegisterProfessionals, professionals=group)).then(
        fact(told.ProfessionalRegistered, professional=professional("p-2")),
        fact(told.ProfessionalPutOnWaitingList, professional=professional("p-3")),
    )


def test_nobody_registers_when_it_is_not_open_or_has_begun() -> None:
    planned.when(command(ask.RegisterProfessionals)).refused("registration-not-open")
    opened.when(command(ask.RegisterProfessionals, on=x.LAST)).refused("training-begun")
    cancelled.when(command(ask.RegisterProfessionals)).refused("training-cancelled")


def test_the_first_who_waits_moves_up_when_a_place_is_given_back() -> None:
    waiting.when(command(ask.CancelRegistration)).then(
        fact(told.RegistrationCancelled), fact(told.PlaceGiven, participant_id="p-3")
    )
    waiting.when(command(ask.CancelRegistration, participant_id="p-3")).then(
        fact(told.RegistrationCancelled, participant_id="p-3")
    )


def test_a_registration_is_cancelled_once() -> None:
    gone = registered.given(fact(told.RegistrationCancelled))
    gone.when(command(ask.CancelRegistration)).then()
    gone.when(command(ask.RegisterProfessionals)).then(fact(told.ProfessionalRegistered))
    gone.when(command(ask.RenewLink)).refused("registration-unknown")
    opened.when(command(ask.CancelRegistration)).refused("registration-unknown")
    held.when(command(ask.CancelRegistration)).refused("training-already-held")


def test_one_of_several_requests_is_taken_back_and_the_registration_stays() -> None:
    registered.when(command(ask.CancelRegistration, asked_by_others=True)).then()
    held.when(command(ask.CancelRegistration, asked_by_others=True)).refused("training-already-held")


def test_who_is_on_the_roll_can_have_another_link() -> None:
    for on_the_roll in (registered, waiting):
        on_the_roll.when(command(ask.RenewLink)).then()
    opened.when(command(ask.RenewLink)).refused("registration-unknown")
    held.when(command(ask.RenewLink)).refused("training-already-held")


def test_more_places_move_the_waiting_up_in_order() -> None:
    waiting.when(command(ask.SetCapacity, capacity=4)).then(
        fact(told.CapacitySet, capacity=4),
        fact(told.PlaceGiven, participant_id="p-3"),
        fact(told.PlaceGiven, participant_id="p-4"),
    )
    waiting.when(command(ask.SetCapacity, capacity=2)).then()
    waiting.when(command(ask.SetCapacity, capacity=1)).refused("capacity-below-registered")
    held.when(command(ask.SetCapacity)).refused("training-already-held")
