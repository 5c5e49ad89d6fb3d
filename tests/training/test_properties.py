"""What holds for a training after any sequence of commands, however many people register and leave."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import (
    CancelRegistration,
    CancelTraining,
    CloseRegistration,
    CorrectAttendance,
    HoldTraining,
    IssueCertificate,
    MoveTraining,
    OpenEvaluation,
    OpenRegistration,
    PlanTraining,
    RegisterProfessionals,
    SetCapacity,
    TrainingCommand,
)
from services.training.trainings.events import PlaceGiven, RegistrationCancelled, TrainingEvent
from services.training.trainings.state import Training
from shared.domain.messages import Refused
from tests.chance import examples
from tests.training import examples as x
from tests.training.examples import command, professional

people = st.integers(1, 8).map(lambda number: f"p-{number}")
groups = st.lists(people, min_size=1, max_size=6).map(lambda names: tuple(professional(name) for name in names))
present = st.lists(people, max_size=4).map(tuple)
counts = st.dictionaries(st.sampled_from(["welfare", "health"]), st.integers(0, 3))
attendance = st.tuples(present, st.one_of(st.just(()), groups), counts)
commands: st.SearchStrategy[TrainingCommand] = st.one_of(
    st.builds(lambda group: command(RegisterProfessionals, professionals=group), groups),
    st.builds(lambda name: command(CancelRegistration, participant_id=name), people),
    st.builds(lambda places: command(SetCapacity, capacity=places), st.integers(1, 6)),
    st.sampled_from([command(OpenRegistration), command(CloseRegistration), command(MoveTraining)]),
    st.sampled_from([command(CancelTraining), command(OpenEvaluation, on=x.AFTER)]),
    st.builds(lambda a: command(HoldTraining, present=a[0], walk_ins=a[1], counted=a[2]), attendance),
    st.builds(lambda a: command(CorrectAttendance, present=a[0], walk_ins=a[1], counted=a[2]), attendance),
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
        assert {each for each, digests in after.certificates.items() if digests} <= set(after.present)
        assert after.invited <= set(after.recorded)


@bounded
@given(lives)
def test_what_was_held_or_cancelled_stays_so(life: list[TrainingCommand]) -> None:
    for before, _, after in lived(life):
        if before.status in {"held", "cancelled"}:
            assert after.status == before.status
            assert after.roll == before.roll


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
