"""What holds for a training after any sequence of commands, however many people register and leave."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import (
    CancelRegistration,
    CancelTraining,
    CloseRegistration,
    CorrectAttendance,
    CorrectDays,
    HoldTraining,
    IssueCertificate,
    MoveTraining,
    OpenEvaluation,
    OpenRegistration,
    PlanTraining,
    RegisterProfessionals,
    ReinstateTraining,
    ReopenEvaluation,
    RequireDays,
    RevokeTraining,
    SetCapacity,
    TrainingCommand,
)
from services.training.trainings.events import ParticipationRecorded, PlaceGiven, RegistrationCancelled, TrainingEvent
from services.training.trainings.state import Training
from services.training.values import DaysAttended
from shared.domain.messages import Refused
from tests.chance import examples
from tests.training import examples as x
from tests.training.examples import command, professional

people = st.integers(1, 8).map(lambda number: f"p-{number}")
groups = st.lists(people, min_size=1, max_size=6).map(lambda names: tuple(professional(name) for name in names))
present = st.lists(people, max_size=4).map(tuple)
counts = st.dictionaries(st.sampled_from(["welfare", "health"]), st.integers(0, 3))
series = st.lists(st.sampled_from([x.FIRST, x.LAST]), min_size=1, unique=True).map(tuple)
partly = st.dictionaries(people, series, max_size=2).map(
    lambda some: tuple(DaysAttended(participant_id=who, days=days) for who, days in some.items())
)
attendance = st.tuples(present, st.one_of(st.just(()), groups), counts, partly)
commands: st.SearchStrategy[TrainingCommand] = st.one_of(
    st.builds(lambda group: command(RegisterProfessionals, professionals=group), groups),
    st.builds(lambda name: command(CancelRegistration, participant_id=name), people),
    st.builds(lambda places: command(SetCapacity, capacity=places), st.integers(1, 6)),
    st.sampled_from([command(OpenRegistration), command(CloseRegistration), command(MoveTraining)]),
    st.sampled_from([command(CancelTraining), command(OpenEvaluation, on=x.AFTER)]),
    st.builds(lambda a: command(HoldTraining, present=a[0], walk_ins=a[1], counted=a[2], partly=a[3]), attendance),
    st.builds(lambda a: command(CorrectAttendance, present=a[0], walk_ins=a[1], counted=a[2], partly=a[3]), attendance),
    st.builds(lambda days: command(RequireDays, days_required=days), st.sampled_from([None, 1, 2])),
    st.sampled_from([command(RevokeTraining), command(ReinstateTraining), command(ReopenEvaluation)]),
    st.just(command(CorrectDays)),
    st.builds(lambda name: command(IssueCertificate, participant_id=name), people),
)
begun: list[TrainingCommand] = [command(PlanTraining), command(OpenRegistration)]
filled = [*begun, command(RegisterProfessionals, professionals=tuple(professional(f"p-{n}") for n in range(1, 6)))]
given_already = [*filled, command(HoldTraining, present=("p-1", "p-2"))]
lives = st.builds(
    lambda first, more: [*first, *more],
    st.sampled_from([begun, filled, given_already]),
    st.lists(commands, max_size=15),
)
bounded = examples(150)


def asked(state: Training, one: TrainingCommand) -> list[TrainingEvent]:
    try:
        return TRAINING.decide(state, one)
    except Refused:
        return []


def lived(life: list[TrainingCommand]) -> list[tuple[Training, list[TrainingEvent], Training]]:
    steps, state = [], TRAINING.initial
    for one in life:
        events = asked(state, one)
        after = TRAINING.fold(events, state)
        steps.append((state, events, after))
        state = after
    return steps


@bounded
@given(lives)
def test_places_never_exceed_capacity_and_nobody_waits_while_one_is_free(life: list[TrainingCommand]) -> None:
    for _, _, after in lived(life):
        assert len(after.roll.places) <= after.roll.capacity
        assert not (after.roll.waiting and after.roll.free)
        assert not set(after.roll.places) & set(after.roll.waiting)


@bounded
@given(lives)
def test_nobody_who_registered_is_lost(life: list[TrainingCommand]) -> None:
    for before, events, after in lived(life):
        gone = {event.participant_id for event in events if isinstance(event, RegistrationCancelled)}
        assert {*before.roll.places, *before.roll.waiting} - gone <= {*after.roll.places, *after.roll.waiting}


@bounded
@given(lives)
def test_the_waiting_keep_their_order_and_the_first_go_first(life: list[TrainingCommand]) -> None:
    for before, events, after in lived(life):
        gone = {event.participant_id for event in events if isinstance(event, RegistrationCancelled)}
        stayed = [each for each in before.roll.waiting if each not in gone]
        up = [event.participant_id for event in events if isinstance(event, PlaceGiven)]
        assert stayed[: len(up)] == up
        assert list(after.roll.waiting)[: len(stayed) - len(up)] == stayed[len(up) :]


@bounded
@given(lives)
def test_the_counts_are_those_present_and_only_they_hold_certificates(life: list[TrainingCommand]) -> None:
    for _, _, after in lived(life):
        if after.held:
            assert sum(after.held.by_sector.values()) == len(after.present) + sum(after.held.counted.values())
            assert all(number > 0 for number in after.held.by_sector.values())
        certified = {each for each, digests in after.certificates.items() if digests}
        assert certified <= set(after.present)
        assert all(after.certifiable(each) for each in certified)
        assert all({day.on for day in after.days}.issuperset(after.days_of(each)) for each in after.present)
        assert after.invited <= set(after.recorded)


@bounded
@given(lives)
def test_what_was_held_or_cancelled_stays_so_until_it_is_taken_back(life: list[TrainingCommand]) -> None:
    for one, (before, _, after) in zip(life, lived(life), strict=True):
        if before.status in {"held", "cancelled"}:
            undone = isinstance(one, RevokeTraining | ReinstateTraining)
            assert after.status == before.status or (undone and after.status == before.before)
            assert after.roll == before.roll


@bounded
@given(lives, attendance)
def test_held_taken_back_and_held_again_is_as_held_once(life: list[TrainingCommand], a: tuple[Any, ...]) -> None:
    """And taken back it is as before it was held; nobody is told of as present who was not."""
    before = lived([command(PlanTraining), *life])[-1][2]
    hold = command(HoldTraining, present=a[0], walk_ins=a[1], counted=a[2], partly=a[3])
    if before.status in {"held", "cancelled"} or not (once := asked(before, hold)):
        return
    held = TRAINING.fold(once, before)
    undone = asked(held, command(RevokeTraining))
    taken_back = TRAINING.fold(undone, held)
    told = {each.participant_id: each.present for each in undone if isinstance(each, ParticipationRecorded)}
    assert told == dict.fromkeys(held.present, False)
    assert (taken_back.status, taken_back.roll, taken_back.held, taken_back.present) == (
        before.status,
        before.roll,
        None,
        (),
    )
    again = TRAINING.fold(asked(taken_back, hold), taken_back)
    assert (again.held, again.recorded, again.status) == (held.held, held.recorded, "held")


@bounded
@given(lives)
def test_each_command_asked_twice_equals_once(life: list[TrainingCommand]) -> None:
    for one, (_, _, after) in zip(life, lived(life), strict=True):
        assert asked(after, one) == []


@bounded
@given(lives)
def test_the_stored_history_folds_to_the_same_training(life: list[TrainingCommand]) -> None:
    steps = lived(life)
    history = [event for _, events, _ in steps for event in events]
    stored = [type(event).model_validate_json(event.model_dump_json()) for event in history]
    assert TRAINING.fold(stored) == steps[-1][2]
